"""Files in S3 (STORAGE=s3): uploads in one bucket and results in another, as one storage."""

from collections.abc import Iterator
from datetime import timedelta

from botocore.exceptions import ClientError
from django.core.files.storage import Storage
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage

MADE = ("results/", "thumbnails/", "spines/")  # prefixes of keys in the bucket for results


class Buckets(Storage):
    """Both buckets as one storage. The first folder of a key decides in which bucket it is."""

    def __init__(
        self, bucket: str, results_bucket: str = "", region: str = "", addressing: str = "virtual", public_url: str = ""
    ):
        """`addressing`: "virtual" puts the bucket in the host name, so that signed addresses go to the bucket's region; other
        servers usually need it in the path ("path"). `public_url`: the server's address for browsers, if different."""
        self.public_url = public_url or None
        self.bucket, self.results_bucket, self.region, self.addressing = bucket, results_bucket or bucket, region, addressing

    @cached_property
    def sent(self) -> S3Storage:
        return self.storage_of(self.bucket)

    @cached_property
    def made(self) -> S3Storage:
        return self.storage_of(self.results_bucket) if self.results_bucket != self.bucket else self.sent

    @cached_property
    def shown(self) -> S3Storage:
        """The bucket for uploads at its public address."""
        return self.storage_of(self.bucket, endpoint_url=self.public_url) if self.public_url else self.sent

    def storage_of(self, bucket: str, **more) -> S3Storage:
        """Never overwrites: like on a disk, a file whose name is taken gets another name."""
        return S3Storage(
            **more,
            bucket_name=bucket,
            region_name=self.region or None,
            signature_version="s3v4",
            addressing_style=self.addressing,
            file_overwrite=False,
            querystring_auth=True,
            max_memory_size=4 * 1024 * 1024,
        )

    def home(self, name: str) -> S3Storage:
        return self.made if f"{name}/".startswith(MADE) else self.sent

    def location(self, name: str) -> str:
        """The location of a key as an s3:// address."""
        return f"s3://{self.home(name).bucket_name}/{name}"

    def presigned_put(self, name: str, content_type: str, size: int, life: timedelta) -> str:
        """A temporary address for uploading this one file, with this type and exactly this size."""
        requested = {"Bucket": self.bucket, "Key": name, "ContentType": content_type, "ContentLength": size}
        client = self.shown.connection.meta.client
        return client.generate_presigned_url("put_object", Params=requested, ExpiresIn=int(life.total_seconds()))

    # ── Storage API ─────────────────────────────────────────────────────────────────────────────────────────────────
    def open(self, name, mode="rb"):
        file = self.home(name).open(name, mode)
        if "r" in mode:
            fetch_now(file)
        return file

    def save(self, name, content, max_length=None):
        return self.home(name).save(name, content, max_length)

    def delete(self, name):
        """Folders need no deletion: a bucket has only files."""
        self.home(name).delete(name)

    def exists(self, name):
        return self.home(name).exists(name)

    def size(self, name):
        return self.home(name).size(name)

    def listdir(self, path):
        return self.home(path).listdir(path)

    def get_modified_time(self, name):
        return self.home(name).get_modified_time(name)

    def list_objects(self) -> Iterator[tuple[str, str]]:
        """Every key in both buckets, with a text that changes with its file."""
        for home in dict.fromkeys((self.sent, self.made)):
            for found in home.bucket.objects.all():
                yield found.key, found.e_tag

    def url(self, name):
        return self.home(name).url(name)


def fetch_now(file):
    """Downloads an opened file now. If it was deleted in between, it is as missing as if it had been before."""
    try:
        file.seek(0)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        raise FileNotFoundError(f"{file.name} does not exist") from error

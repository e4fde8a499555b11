"""Backups in S3, of files in S3."""

import io
from datetime import UTC, datetime

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backups.archive import ArchiveWriter, check_archive
from backups.places import place_of
from backups.stored_files import add_stored_files, list_stored_files
from tests.cloud.conftest import RESULTS, UPLOADS

pytestmark = pytest.mark.services
NAME = "bookimg-20261201T030000Z.tar.gz"


@pytest.fixture
def place(cloud):
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="backups")
    return place_of("s3://backups/of/books")


def test_a_backup_is_kept_found_read_and_deleted(place):
    data = b"more than one part of an upload " * 1_100_000
    place.save(NAME, io.BytesIO(data))
    place.bucket.Object("of/books/something.else").put(Body=b"")
    assert place.names() == [NAME]
    with place.open(NAME) as stream:
        assert stream.read() == data
    place.delete(NAME)
    assert place.names() == []


def test_an_upload_that_fails_leaves_nothing_that_looks_whole(place):
    class Failing:
        parts = iter([b"x" * (40 << 20)])

        def read(self, size):
            if part := next(self.parts, b""):
                return part
            raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        place.save(NAME, Failing())
    assert place.names() == []
    assert place.bucket.meta.client.list_multipart_uploads(Bucket="backups").get("Uploads", []) == []


def test_files_in_both_buckets_are_in_the_backup_and_only_what_changed_is_added_again(buckets):
    default_storage.save("uploads/1/a.jpg", ContentFile(b"a photo"))
    default_storage.save("results/1/a.json", ContentFile(b"what was read"))
    assert {key for key, _ in list_stored_files()} == {"uploads/1/a.jpg", "results/1/a.json"}
    assert {bucket: len(buckets.list_objects_v2(Bucket=bucket)["Contents"]) for bucket in (UPLOADS, RESULTS)} == {
        UPLOADS: 1,
        RESULTS: 1,
    }
    out = io.BytesIO()
    archive = ArchiveWriter(out)
    add_stored_files(archive, 1)
    default_storage.delete("results/1/a.json")
    default_storage.save("results/1/a.json", ContentFile(b"what was read the second time"))
    default_storage.save("uploads/1/b.jpg", ContentFile(b"another photo"))
    add_stored_files(archive, 2)
    archive.finish({"begun": datetime(2026, 12, 1, tzinfo=UTC).isoformat()})
    assert archive.place == 5, "two, then one that changed, one that is new, and the list"
    out.seek(0)
    checked = check_archive(out)
    out.seek(0)
    assert {name: file.read() for name, file in checked.extract(out)} == {
        "files/uploads/1/a.jpg": b"a photo",
        "files/results/1/a.json": b"what was read the second time",
        "files/uploads/1/b.jpg": b"another photo",
    }

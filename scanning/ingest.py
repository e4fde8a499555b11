"""Photos that other programs put into the bucket: S3 tells a queue, this reads it, and each photo becomes a scan.

S3 tells at least once, in any order, and of everything: of our own files too. A scan is known by the user and the job of its
key, so twice is once. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""

import json
import logging
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage

from scanning import images, tickets, uploads
from scanning.models import Scan

logger = logging.getLogger("scanning.ingest")
KEY = re.compile(r"uploads/(\d{1,18})/([A-Za-z0-9_-]{1,64})/([^/]+)")


class Poison(Exception):
    """A message that is nothing S3 would say; left to the queue, which sets it aside."""


def keys(body: str) -> Iterator[str]:
    """The new keys in our bucket that an S3 notification names. Raises Poison."""
    try:
        values = json.loads(body)
        if isinstance(values, dict) and values.get("Type") == "Notification":  # by way of an SNS topic
            values = json.loads(values["Message"])
        if values.get("Event") == "s3:TestEvent":
            return
        for record in values["Records"]:
            if record["eventName"].startswith("ObjectCreated:") and record["s3"]["bucket"]["name"] == settings.S3_BUCKET:
                yield unquote_plus(record["s3"]["object"]["key"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Poison(f"not a message of S3: {error!r}") from error


def take_in_photo(key: str) -> Scan | None:
    """The scan of the photo at `key`, where one is to be made of it. What is no photo is deleted, and its owner told."""
    found = KEY.fullmatch(key)
    user = get_user_model().objects.filter(pk=found[1]).first() if found else None
    if user is None:
        return None
    known = Scan.objects.of(user).filter(job_id=found[2])
    if known.exclude(photo="").exists() or not default_storage.exists(key):
        return None
    known.delete()  # what was put there before was no photo
    try:
        if tickets.is_for(user, found[2], key):
            return tickets.take_ticket_photo(user, found[2])
        return _take_dropped(user, found[2], found[3], key)
    except (uploads.UploadError, images.PhotoError, uploads.SeenBefore) as error:
        logger.warning("%s was rejected: %s", key, error, extra={"user_id": user.pk, "job_id": found[2]})
        if not (isinstance(error, uploads.SeenBefore) and tickets.is_for(user, found[2], key)):
            default_storage.delete(key)  # who has a ticket is asked whether the photo is to be scanned again
        if not tickets.is_for(user, found[2], key):  # otherwise it has been said
            tickets.refuse_photo(user, found[2], found[3], str(error))
        return None


def _take_dropped(user, job_id: str, name: str, key: str) -> Scan:
    if default_storage.size(key) > settings.SCAN_MAX_MB * 1024 * 1024:
        raise images.too_heavy(settings.SCAN_MAX_MB)
    with default_storage.open(key) as photo:
        scan = uploads.take_in_upload(user, photo, name, job_id)
    if scan.photo != key:
        default_storage.delete(key)  # what is kept is the cleaned photo
    return scan


def receive_notices(queue, wait: int = 20) -> int:
    """Takes what one look at the queue brings; how many messages that were. A message is deleted once all in it is done."""
    messages = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=wait)
    for message in messages:
        try:
            for key in keys(message.body):
                if scan := take_in_photo(key):
                    logger.info("%s is being scanned", key, extra={"user_id": scan.user_id, "job_id": scan.job_id})
        except Poison as error:
            logger.warning("message %s: %s", message.message_id, error)
        except Exception:  # storage or database are away: S3's word comes again, and after some times goes aside
            logger.exception("message %s could not be processed", message.message_id)
        else:
            message.delete()
    return len(messages)

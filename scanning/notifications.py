"""Tells an SNS topic how a scan ended, at least once, in the form that docs/aws.md shows. Only the task loads this module.

The pending notification is recorded on the scan, together with its end; the next sweep sends what was lost."""

import json

from django.conf import settings

from scanning import aws, results
from scanning.models import Scan

MOST_BYTES = 250 * 1024  # SNS takes 256 KB with the attributes
SECONDS = 10


def publish_notice(scan: Scan):
    """Publishes how the scan ended, where that is still to be told. Raises aws.Failed."""
    if not scan.to_announce or scan.is_active or not settings.SNS_TOPIC_ARN:
        return
    message, end = body(scan), scan.last_seq
    attributes = {"jobId": scan.job_id, "status": str(scan.status), "messageKey": _message_key(scan)}
    request = {"TopicArn": settings.SNS_TOPIC_ARN, "Message": message, "Subject": _subject_of(scan)}
    request["MessageAttributes"] = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    if settings.SNS_TOPIC_ARN.endswith(".fifo"):
        request |= {"MessageGroupId": str(scan.user_id), "MessageDeduplicationId": _message_key(scan)}
    aws.ask_service("sns", "publish", settings.AWS_REGION, SECONDS, **request)
    Scan.objects.filter(pk=scan.pk, last_seq=end).update(to_announce=False)  # a later end is told by itself


def _message_key(scan: Scan) -> str:
    """The same for every repetition of one message, and another for every other end: what readers know doubles by."""
    return f"{scan.user_id}-{scan.job_id}-{scan.status}-{int(scan.finished.timestamp()) if scan.finished else 0}"


def _subject_of(scan: Scan) -> str:
    """For subscribers by email. SNS takes 100 printable ASCII characters."""
    return f"BookImg scan {scan.job_id}: {scan.status}"


def body(scan: Scan) -> str:
    """The final form, with the reason where the scan failed. Books too many for SNS are left to `resultsLocation`."""
    values = results.final(scan) | results.failure_json(scan) if scan.status == Scan.Status.FAILED else results.final(scan)
    text = json.dumps(values, ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES:
        text = json.dumps(values | {"books": [], "booksLeftOut": True}, ensure_ascii=False)
    return text

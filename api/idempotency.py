"""`Idempotency-Key`: a call that creates something can be sent again after a lost connection and creates it once.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/"""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.user_files import sha256_of
from api.models import IdempotencyKey

KEPT = timedelta(days=1)
LOST_AFTER = timedelta(minutes=5)  # after that, a call that is still in progress must have died with its process
HEADERS = ("Location", "ETag")


class KeyInUse(Exception):
    """The first call with this key is still in progress."""


class KeyReused(Exception):
    """This key belongs to another call."""


def begin_call(user, key: str, fingerprint: str) -> IdempotencyKey:
    """The row of this key. If it has a status, it holds the response; otherwise the caller must now fill or release it."""
    IdempotencyKey.objects.filter(user=user, key=key, created__lt=timezone.now() - KEPT).delete()
    IdempotencyKey.objects.filter(user=user, key=key, status=0, created__lt=timezone.now() - LOST_AFTER).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, fingerprint=fingerprint)
    except IntegrityError:
        row = IdempotencyKey.objects.filter(user=user, key=key).first()
    if row is None or (row.status == 0 and row.fingerprint == fingerprint):
        raise KeyInUse
    if row.fingerprint != fingerprint:
        raise KeyReused
    return row


def keep_answer(row: IdempotencyKey, status: int, headers: dict[str, str], body: str):
    row.status, row.headers, row.body = status, headers, body
    row.save(update_fields=["status", "headers", "body"])


def release_key(row: IdempotencyKey):
    """Releases the key after a failed call, so that the call can be tried again."""
    IdempotencyKey.objects.filter(pk=row.pk, status=0).delete()


def delete_old_answers():
    IdempotencyKey.objects.filter(created__lt=timezone.now() - KEPT).delete()


def call_fingerprint(request) -> str:
    """A hash of the call: its address and its content."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            found.update(f"{name}={request.POST.getlist(name)}\n".encode())
        for name, file in sorted(request.FILES.items()):
            found.update(f"{name}: {file.name} {file.size} {sha256_of(file)}\n".encode())
    else:
        found.update(request.body)
    return found.hexdigest()

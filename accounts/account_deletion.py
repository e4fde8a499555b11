"""Deleting an account with all its rows and files. It may be interrupted and repeated.

The account is closed and anonymised immediately; anything that takes longer happens in the background. Each app that keeps data
of a person registers it in ACCOUNT_DATA when it starts."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django_q.tasks import async_task

from accounts.user_files import delete_folder

logger = logging.getLogger("accounts.account_deletion")

MARK = "leaving/"  # nobody can sign up with a slash in their username
CHUNK = 500
AT_ONCE = 500  # rows, by their weight, that are deleted while the user waits
OWN_ROWS = (
    "api_tokens", "token_families", "outside_identities", "webhooks", "emailaddress_set", "usersession_set", "socialaccount_set",
)  # fmt: skip


@dataclass(frozen=True)
class AccountData:
    """What one app stores about a person. `delete` is only needed for many rows; others are deleted along with the account."""

    mentions: Callable[..., list[str]]  # user -> what will be deleted, for the page: ["3 books", "reviews"]
    folders: tuple[str, ...] = ()  # in the storage; a person's files are in folder/user.pk
    stop: Callable | None = None  # user -> None: ends their running work
    delete: Callable | None = None  # user -> None: deletes rows, a few hundred at a time
    weight: Callable[..., int] = lambda user: 0  # user -> how much there is to delete; a book counts 1


ACCOUNT_DATA: list[AccountData] = []


def delete_account(user, at_once: int = AT_ONCE):
    """Deletes the account of `user`: immediately if it is small; otherwise it is closed now and emptied in the background."""
    close_account(user)
    if sum(data.weight(user) for data in ACCOUNT_DATA) <= at_once:
        finish_account_deletion(user.pk)
    else:
        transaction.on_commit(partial(async_task, "accounts.account_deletion.finish_account_deletion", user.pk))


@transaction.atomic
def close_account(user):
    """Prevents sign-in, removes what identifies the person, and stops their work."""
    _sign_out(user)
    user.username, user.email, user.is_active = f"{MARK}{user.pk}-{secrets.token_hex(4)}", "", False
    user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.save()
    for data in ACCOUNT_DATA:
        if data.stop:
            data.stop(user)
    for name in OWN_ROWS:
        getattr(user, name).all().delete()


def _sign_out(user):
    """Ends all sessions, including those that no list of sessions contains."""
    for session in Session.objects.iterator(chunk_size=CHUNK):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def finish_account_deletion(pk: int):
    """Deletes the rest of a closed account. It may be called twice."""
    user = get_user_model().objects.filter(pk=pk, username__startswith=MARK).first()
    if user is None:
        return
    _delete_files(pk)
    for data in ACCOUNT_DATA:
        if data.delete:
            data.delete(user)
    with transaction.atomic():
        user.delete()
    _delete_files(pk)  # again, in case a worker was still writing
    logger.info("account deleted", extra={"user_id": pk})


def delete_in_chunks(rows):
    """Deletes a few hundred rows at a time, so that others can write in between."""
    while pks := list(rows.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            rows.model.objects.filter(pk__in=pks).delete()


def folders() -> list[str]:
    return [folder for data in ACCOUNT_DATA for folder in data.folders]


def _delete_files(pk: int):
    for folder in folders():
        delete_folder(f"{folder}/{pk}")


def resume_account_deletions() -> int:
    """Continues deletions that were interrupted."""
    waiting = get_user_model().objects.filter(username__startswith=MARK).values_list("pk", flat=True)
    for pk in waiting:
        finish_account_deletion(pk)
    return len(waiting)

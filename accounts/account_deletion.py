"""Deleting an account with all its rows and files. It may be interrupted and repeated.

The account is closed and anonymised immediately; anything that takes longer happens in the background."""

import logging
import secrets
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django_q.tasks import async_task

from library.copies.identity import PEOPLE
from library.models import Book, Undo, UserBook
from scanning.models import Scan
from transfer.models import ImportRow

logger = logging.getLogger("accounts.account_deletion")

# All files of a person are in these folders.
FOLDERS = ("uploads", "results", "thumbnails", "spines", "imports", "covers/own")
MARK = "leaving/"  # nobody can sign up with a slash in their username
CHUNK = 500
AT_ONCE = 500  # books and scans that are deleted while the user waits


def leave(user, at_once: int = AT_ONCE):
    """Deletes the account of `user`: immediately if it is small; otherwise it is closed now and emptied in the background."""
    close(user)
    if UserBook.objects.filter(user=user).count() + Scan.objects.filter(user=user).count() * 20 <= at_once:
        finish(user.pk)
    else:
        transaction.on_commit(partial(async_task, "accounts.account_deletion.finish", user.pk))


@transaction.atomic
def close(user):
    """Prevents sign-in, removes what identifies the person, and stops their work."""
    sign_out(user)
    user.username, user.email, user.is_active = f"{MARK}{user.pk}-{secrets.token_hex(4)}", "", False
    user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.save()
    Scan.objects.filter(user=user).unfinished().update(status=Scan.Status.CANCELLED, lease="", lease_until=None)
    for name in (
        "api_tokens",
        "token_families",
        "outside_identities",
        "webhooks",
        "emailaddress_set",
        "usersession_set",
        "socialaccount_set",
    ):
        getattr(user, name).all().delete()


def sign_out(user):
    """Ends all sessions, including those that no list of sessions contains."""
    for session in Session.objects.iterator(chunk_size=CHUNK):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def finish(pk: int):
    """Deletes the rest of a closed account. It may be called twice."""
    user = get_user_model().objects.filter(pk=pk, username__startswith=MARK).first()
    if user is None:
        return
    for folder in FOLDERS:
        delete_folder(f"{folder}/{pk}")
    books = delete_rows(user)
    delete_orphans(books)
    with transaction.atomic():
        user.delete()
    for folder in FOLDERS:  # written by a worker that did not know yet
        delete_folder(f"{folder}/{pk}")
    logger.info("account deleted", extra={"user_id": pk})


def delete_rows(user) -> set[int]:
    """Deletes a few hundred at a time, so that others can write in between. Returns the editions of the books."""
    editions = set()
    while books := list(UserBook.objects.filter(user=user).values_list("pk", "book")[:CHUNK]):
        with transaction.atomic():
            UserBook.objects.filter(pk__in=[pk for pk, _ in books]).delete()
        editions |= {book for _, book in books}
    for rows in (Scan.objects.filter(user=user), ImportRow.objects.filter(file__user=user), Undo.objects.filter(user=user)):
        while pks := list(rows.values_list("pk", flat=True)[:CHUNK]):
            with transaction.atomic():
                rows.model.objects.filter(pk__in=pks).delete()
    return editions


def delete_orphans(editions: set[int]):
    """Deletes editions that nobody has and no catalogue knows: this person typed their titles."""
    pks = sorted(editions)
    for start in range(0, len(pks), CHUNK):
        some = Book.objects.filter(pk__in=pks[start : start + CHUNK], source__in=PEOPLE)
        some.filter(~Exists(UserBook.objects.filter(book=OuterRef("pk")))).delete()


def delete_folder(key: str):
    """Deletes all files below `key`, and on a disk also the empty folders."""
    try:
        folders, names = default_storage.listdir(key)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        default_storage.delete(f"{key}/{name}")
    for name in folders:
        delete_folder(f"{key}/{name}")
    default_storage.delete(key)


def sweep() -> int:
    """Continues deletions that were interrupted."""
    waiting = get_user_model().objects.filter(username__startswith=MARK).values_list("pk", flat=True)
    for pk in waiting:
        finish(pk)
    return len(waiting)

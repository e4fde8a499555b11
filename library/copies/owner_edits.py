"""Edits by the owner of a copy, with protection against conflicting edits from two tabs."""

from django.db import transaction

from library.copies import facts, identity
from library.models import FactChange, UserBook


class Stale(Exception):
    """The copy was changed elsewhere since it was shown; `copy` is its current state."""

    def __init__(self, copy: UserBook):
        super().__init__("This book was changed somewhere else in the meantime.")
        self.copy = copy


@transaction.atomic
def edit_copy(user, pk: int, values: dict, own: dict | None = None, version: int | None = None) -> UserBook:
    """Saves the owner's changes to facts (`values`) and personal fields (`own`: status, shelf, …). Raises Stale if `version` is
    outdated, and UserBook.DoesNotExist if the copy belongs to somebody else.

    A changed ISBN makes it a copy of another edition; its facts stay."""
    copy = UserBook.objects.select_for_update(of=("self",)).get(pk=pk, user=user)
    if version is not None and copy.version != version:
        raise Stale(copy)
    if "isbn13" in facts.change_facts(copy, values, facts.YOU):
        identity.follow_isbn(copy)
    for name, value in (own or {}).items():
        setattr(copy, name, value)
    copy.save()
    return copy


@transaction.atomic
def restore_fact(user, change_pk: int) -> UserBook:
    """Restores the value that a fact had before that change. Raises FactChange.DoesNotExist if the change belongs to somebody
    else's book."""
    past = FactChange.objects.select_related("copy").get(pk=change_pk, copy__user=user)
    return edit_copy(user, past.copy_id, {past.fact: past.before})

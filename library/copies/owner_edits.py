"""What the owner of a copy says about it, and takes back; two tabs do not overwrite each other."""

from django.db import transaction

from library.copies import facts, identity
from library.models import FactChange, UserBook


class Stale(Exception):
    """The copy was changed elsewhere since it was shown; `copy` is how it is now."""

    def __init__(self, copy: UserBook):
        super().__init__("This book was changed somewhere else in the meantime.")
        self.copy = copy


@transaction.atomic
def edit_copy(user, pk: int, values: dict, own: dict | None = None, version: int | None = None) -> UserBook:
    """What the owner says about a copy: facts, and what is theirs alone (status, shelf, …). Raises Stale where `version` is not
    the one that is stored, and UserBook.DoesNotExist where the copy is not this person's.

    With another ISBN it is a copy of another edition; what it says stays."""
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
    """The fact says again what it said before that change; its owner has decided so. Raises FactChange.DoesNotExist where the
    change is not one of this person's books."""
    past = FactChange.objects.select_related("copy").get(pk=change_pk, copy__user=user)
    return edit_copy(user, past.copy_id, {past.fact: past.before})

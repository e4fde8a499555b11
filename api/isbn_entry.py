"""Adding books by ISBN, one or many at a time, as a barcode scanner sends them."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Status
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.authentication import EVERYBODY
from api.book_schemas import BookOut, StatusName, TagNames
from api.errors import invalid
from api.idempotent_calls import creates
from api.schemas import MOST, In, Out, Text, router
from catalogs import isbn
from library import serializers, shelf_order
from library.copies import isbn_entry
from library.forms import ShelfForm
from library.forms.fields import error_sentence
from library.models import Entry, Shelf, UserBook

calls = router("Books", auth=EVERYBODY)
AT_MOST = 500
ShelfReference = Annotated[int, Field(ge=1, le=MOST)] | Annotated[Text, Field(max_length=100)] | None


def _readable(text: str) -> str:
    """Keeps the number as sent, so that a correction can be explained in the response."""
    isbn.parse(text)
    return text


Number = Annotated[Text, Field(min_length=1, max_length=isbn.LONGEST), AfterValidator(_readable)]


class EnterIn(In):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"isbn": "978-0-441-47812-5"}, {"isbns": ["9780141439587", "0-441-47812-3"], "shelf": "Attic"}]
        }
    )

    isbn: Number | None = Field(None, description="10 or 13 digits, with or without hyphens, or an EAN-13 with add-on.")
    isbns: list[Number] = Field(
        [], max_length=AT_MOST, description="Several at once: all of them are added, or none if one is wrong."
    )
    status: StatusName = "to-read"
    shelf: ShelfReference = Field(None, description="The `id` of a shelf, or its name; a new one is created.")
    tags: TagNames = []
    on_duplicate: Literal["copy", "skip"] = Field("copy", description="If you already have it: add a second copy, or skip it.")

    @model_validator(mode="after")
    def named(self):
        if not self.numbers:
            raise ValueError("Send `isbn` or `isbns`")
        return self

    @property
    def numbers(self) -> list[str]:
        return [*([self.isbn] if self.isbn else []), *self.isbns]


class EnteredOut(Out):
    isbn: str
    outcome: Literal["added", "owned"] = Field(description="owned: skipped, because you already have it.")
    note: str = Field(description="What was put right, such as the 0 in front of an SBN.")
    book: BookOut


class EnteredPage(Out):
    items: list[EnteredOut]
    count: int
    added: int


@calls.post("/isbn", response={201: EnteredPage, 200: EnteredPage})
@creates
def enter_isbns(request: HttpRequest, body: EnterIn):
    """Adds the books of one or more ISBNs immediately. A worker asks the catalogues for missing facts (`lookUp`). 200 if
    nothing was added."""
    shelf = shelf_of(request.user, body.shelf)
    own = {"status": body.status, "tags": body.tags, "on_duplicate": body.on_duplicate, "entry": Entry.API}
    entered = [(one, one.copy.pk) for one in isbn_entry.add_isbns(request.user, body.numbers, shelf=shelf, **own) if one.copy]
    books = serializers.books_by_key(UserBook.objects.filter(user=request.user), [pk for _, pk in entered])
    items = [{"isbn": one.isbn, "outcome": str(one.outcome), "note": one.sentence, "book": books[pk]} for one, pk in entered]
    added = sum(item["outcome"] == "added" for item in items)
    return Status(201 if added else 200, {"items": items, "count": len(items), "added": added})


def shelf_of(user, values: int | str | None) -> Shelf | None:
    """The shelf by its id or its name; a new shelf is created if there is none of that name."""
    if values is None or values == "":
        return None
    known = (
        Shelf.objects.filter(user=user, pk=values).first() if isinstance(values, int) else shelf_order.find_shelf(user, values)
    )
    if known or isinstance(values, int):
        return known or _missing()
    form = ShelfForm({"name": values}, instance=Shelf(user=user))
    if not form.is_valid():
        raise invalid(f"shelf: {error_sentence(form)}")
    return form.save()


def _missing():
    raise invalid("shelf: you have no shelf with this id.")

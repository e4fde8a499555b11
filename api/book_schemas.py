"""The schemas of books, shelves, tags, loans and readings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, create_model
from pydantic.json_schema import SkipJsonSchema

from api.schemas import In, OneOf, Out, Slice, Text
from catalogs import isbn
from catalogs.languages import language_of
from catalogs.statements import is_partial_date
from library.copies import tagging
from library.forms import LibraryFilter
from library.models import Condition, Status, UserBook

StatusName = Annotated[str, OneOf(*Status.values)]
ConditionName = Annotated[str, OneOf("", *Condition.values)]
DATE = r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$"


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _plain_text(text: str) -> str:
    if not text.strip():
        raise ValueError("This cannot be empty")
    return _tidy(text)


def _right_isbn(text: str) -> str:
    """13 digits, or "" for none."""
    return isbn.parse(text) if text.strip() else ""


def _real_date(text: str) -> str:
    if text and not is_partial_date(text):
        raise ValueError("There is no such day")
    return text


def _known_language(text: str) -> str:
    if text.strip() and not language_of(text):
        raise ValueError("This language is not known: use two letters, such as en")
    return language_of(text)


def _no_half_measures(stars: float | None) -> float | None:
    if stars is not None and stars * 2 != int(stars * 2):
        raise ValueError("The rating must be from 0.5 to 5 stars, in steps of 0.5")
    return stars


def _tag_list(names: list[str]) -> list[str]:
    return [_tidy(name) for name in names if name.strip()]


def text(column: str, **more):
    """A text limited to the length of the column of that name."""
    return Field("", max_length=getattr(UserBook, column).field.max_length, **more)


Title = Annotated[Text, Field(min_length=1, max_length=500, examples=["The Left Hand of Darkness"]), AfterValidator(_plain_text)]
Isbn = Annotated[Text, Field(max_length=isbn.LONGEST), AfterValidator(_right_isbn)]
Names = Annotated[list[Annotated[Text, Field(max_length=200)]], Field(max_length=100), AfterValidator(_tag_list)]
TagNames = Annotated[
    list[Annotated[Text, Field(max_length=tagging.LONGEST)]], Field(max_length=tagging.AT_MOST), AfterValidator(tagging.tidy)
]
PartialDate = Annotated[Text, AfterValidator(_real_date)]
Language = Annotated[Text, AfterValidator(_known_language)]
Stars = Annotated[float | None, Field(ge=0.5, le=5, multiple_of=0.5), AfterValidator(_no_half_measures)]
Price = Annotated[Decimal | None, Field(ge=0, max_digits=10, decimal_places=2, examples=["12.50"])]
Day = Annotated[date | None, Field(examples=["2026-11-21"])]


class BookFacts(In):
    """The facts of a book and its owner's data. Fields that are not sent stay unchanged."""

    subtitle: Text = text("subtitle")
    authors: Names = Field(default=[], examples=[["Ursula K. Le Guin"]])
    isbn: Isbn = Field(
        "", description="10 or 13 digits, with or without hyphens, or an EAN-13 with add-on.", examples=["978-0-441-47812-5"]
    )
    publisher: Text = text("publisher")
    published_date: PartialDate = Field(
        "", pattern=DATE, max_length=10, description="2017, 2017-02 or 2017-02-07.", examples=["1969"]
    )
    first_published: Annotated[int | None, Field(ge=-4000, le=2100)] = Field(
        None, description="The year in which the work first appeared, negative for BC.", examples=[1965]
    )
    language: Language = Field("", max_length=40, description="Two letters, or a name in English.", examples=["en"])
    series: Text = text("series")
    series_number: Text = text("series_number")
    pages: Annotated[int | None, Field(ge=1, le=100_000)] = None
    binding: Text = text("binding")
    description: Text = Field("", max_length=50_000)
    categories: Names = []
    cover_image: Text = Field("", max_length=500, pattern=r"^(https://[^\s\\]+)?$", description="An https:// address.")
    status: StatusName = Field("to-read")
    rating: Stars = Field(None, description="Stars, in steps of 0.5.", examples=[4.5])
    favourite: bool = False
    review: Text = Field("", max_length=50_000)
    notes: Text = Field("", max_length=50_000, description="Private notes.")
    tags: TagNames = Field(default=[], examples=[["science fiction"]])
    shelf: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = Field(None, description="The `id` of one of your shelves.")
    bought: Day = None
    bought_from: Text = text("bought_from")
    price: Price = None
    currency: Text = Field("", pattern=r"^([A-Z]{3})?$", examples=["EUR"])
    condition: ConditionName = ""
    condition_note: Text = text("condition_note")


class BookIn(BookFacts):
    """A new book: its title, and anything else you know."""

    title: Title
    on_duplicate: Literal["copy", "skip"] = Field(
        "copy", description="If you already have it: add a second copy, or return the one you have."
    )


class BookPatch(BookFacts):
    """The fields of a book to change."""

    title: Title | SkipJsonSchema[None] = None


# The facts of an edition: name in the API -> our column.
FACT_NAMES = {
    "title": "title", "subtitle": "subtitle", "authors": "authors", "isbn": "isbn13", "publisher": "publisher",
    "published_date": "published_date", "first_published": "first_published", "language": "language", "series": "series",
    "series_number": "series_number", "pages": "pages", "binding": "binding", "description": "description",
    "categories": "categories", "cover_image": "cover",
}  # fmt: skip


def _filter_field(name: str, field) -> Any:
    """A field of the library page's filter form as a query parameter."""
    choices = [str(value) for value, _ in getattr(field, "choices", [])]
    described = str(field.help_text or field.label or name.replace("_", " ").capitalize())
    if choices and len(choices) <= 30:
        described += f": {', '.join(choice for choice in choices if choice)}"
    if _is_many(field):
        return list[Text], Field([], description=described)
    return Text, Field("", description=described)


def _is_many(field) -> bool:
    return getattr(field.widget, "allow_multiple_selected", False)


# All filters of the library page: a filter that is added there is available here too.
BookFilter = create_model(
    "BookFilter",
    __base__=Slice,
    **{name: _filter_field(name, field) for name, field in LibraryFilter.base_fields.items() if name not in ("view", "page")},
)


class ShelfName(Out):
    id: int
    name: str


class BookOut(Out):
    """One copy in your library."""

    id: int
    title: str
    subtitle: str
    author: str = Field(description="All authors in one string.")
    authors: list[str]
    isbn: str = Field(description="13 digits, or empty.")
    publisher: str
    published_date: str
    first_published: int | None = Field(description="The year of the work, where it is known.")
    language: str
    series: str
    series_number: str
    pages: int | None
    binding: str
    description: str
    categories: list[str]
    cover_image: str
    purchase_links: dict[str, str]
    specifications: dict[str, str] = Field(description="What a model read on a photo of its cover, as “format” or “price”.")
    status: StatusName
    rating: float | None = Field(description="Stars, from 0.5 to 5.")
    favourite: bool
    review: str
    notes: str
    tags: list[str]
    shelf: ShelfName | None
    bought: str | None
    bought_from: str
    price: str | None
    currency: str
    condition: str
    condition_note: str
    entry: str = Field(description="How it was added: scan, cover, isbn, barcode, search, hand, import or api.")
    sources: dict[str, str] = Field(description="The sources of the details.")
    look_up: str = Field(description="pending, synced or failed if it was to be looked up in a catalogue.")
    version: int = Field(description="Increases with every change; the ETag.")
    added: datetime
    changed: datetime
    removed: datetime | None = Field(description="When it was moved to the trash.")


class ShelfIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=100), AfterValidator(_plain_text)] = Field(
        examples=["Living room, left"]
    )
    room: Annotated[Text, Field(max_length=100), AfterValidator(_tidy)] = ""
    bookcase: Annotated[Text, Field(max_length=100), AfterValidator(_tidy)] = ""


class ShelfPatch(ShelfIn):
    # pyrefly: ignore[bad-override]  # nobody writes to a form
    name: Annotated[Text, Field(min_length=1, max_length=100), AfterValidator(_plain_text)] | SkipJsonSchema[None] = None
    position: Annotated[int, Field(ge=1, le=10_000)] | SkipJsonSchema[None] = Field(
        None, description="Its position among the shelves, from 1."
    )


class ShelfMove(In):
    """Next to another shelf, in its bookcase and room; or one step up or down."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"what": "shelf", "step": -1}, {"beside": 4, "after": True}]})

    beside: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(None, description="The `id` of another of your shelves.")
    after: bool = Field(False, description="After it instead of before it.")
    what: Literal["shelf", "bookcase", "room"] = Field("shelf", description="What `step` moves.")
    step: Literal[-1, 1] = Field(1, description="-1: up, 1: down.")


class ShelfOut(ShelfName):
    room: str
    bookcase: str
    position: int
    created: datetime
    count: int = Field(description="How many books are there, without the wishlist.")


def _one_tag(name: str) -> str:
    found = tagging.tidy([name])
    if not found:
        raise ValueError("A tag needs at least one character")
    return found[0]


class TagIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=tagging.LONGEST), AfterValidator(_one_tag)] = Field(examples=["poetry"])


class TagOut(Out):
    id: int
    name: str
    count: int = Field(description="How many books have this tag, without the wishlist.")


class BookName(Out):
    id: int
    title: str


class LoanIn(In):
    borrower: Annotated[Text, Field(min_length=1, max_length=200), AfterValidator(_plain_text)] = Field(examples=["Nora"])
    since: Day = Field(None, description="Today if omitted.")
    due: Day = None
    note: Text = Field("", max_length=500)


class LoanPatch(LoanIn):
    """The fields of a loan to change."""

    # pyrefly: ignore[bad-override]  # nobody writes to a form
    borrower: Annotated[Text, Field(min_length=1, max_length=200), AfterValidator(_plain_text)] | SkipJsonSchema[None] = None


class BorrowersOut(Out):
    items: list[str]
    count: int


class LoanOut(Out):
    id: int
    book: BookName
    borrower: str
    note: str
    since: date
    due: date | None
    returned: date | None
    overdue: bool


class ReturnIn(In):
    returned: Day = Field(None, description="Today if omitted.")


class ReadingIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"started": "2026-01-02", "finished": "2026-01-09"}]})

    started: Day = None
    finished: Day = None


class ReadingOut(Out):
    id: int
    started: date | None
    finished: date | None

"""The schemas of scans and proposals."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.book_schemas import Isbn, ShelfName, StatusName
from api.schemas import INTEGER, MOST, In, OneOf, Out, Text
from scanning.models import Band, Decision, Scan
from scanning.tickets import TYPES

JobId = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$", max_length=64, examples=["job-1763690000000-k3x9q0ab2"])]
KindOfPhoto = Annotated[str, OneOf(*Scan.Kind.values)]
StatusOfScan = Annotated[str, OneOf(*Scan.Status.values)]
# As text: the JSON encoder would cut off the microseconds.
UndoMoment = Annotated[
    str, Field(description="The id for `POST /scans/{jobId}/undo`.", json_schema_extra={"format": "date-time"})
]
Shelf = Annotated[Text, Field(max_length=100, description="The name of a shelf (a new one is created) or the `id` of one.")]


class TicketIn(In):
    filename: Text = Field(min_length=1, max_length=200, examples=["shelf.jpg"])
    content_type: Annotated[str, OneOf(*TYPES)] = Field(examples=["image/jpeg"])
    size: int = Field(ge=1, le=MOST, description="The size in bytes.", examples=[3411200])
    job_id: JobId | None = Field(None, description="Your own job id; without one, the server creates it.")
    shelf: Shelf = ""
    kind: KindOfPhoto = "shelf"


class TicketOut(Out):
    job_id: str
    url: str = Field(description="The address to upload the photo to.")
    method: str = Field(examples=["PUT"])
    headers: dict[str, str] = Field(description="Headers to send with it.")
    key: str
    expires_at: datetime


class ScanStart(In):
    """Starts the scan after a direct upload."""

    job_id: JobId
    shelf: Shelf = Field("", description="As in the ticket, if omitted.")
    kind: KindOfPhoto | None = Field(None, description="As in the ticket, if omitted.")


class CountsOut(Out):
    sure: int = Field(description="Sure proposals not decided yet.")
    check: int
    unread: int
    accepted: int
    rejected: int


class ScanOut(Out):
    job_id: str
    kind: KindOfPhoto
    status: StatusOfScan
    stage: str
    filename: str
    shelf: ShelfName | None
    width: int
    height: int
    error: str = Field(description="What went wrong, in one sentence.")
    retryable: bool
    notes: list[str]
    shelf_labels: list[str] = Field(description="Labels read on the shelf.")
    engine: dict[str, Any]
    timings: dict[str, float] = Field(description="The duration of the stages in seconds.")
    last_seq: int = Field(description="The number of its last event.")
    counts: CountsOut
    created: datetime
    finished: datetime | None


class FinalBook(Out):
    """A recognised book."""

    title: str
    subtitle: str
    author: str
    authors: list[str]
    isbn: str
    publisher: str
    published_date: str
    language: str
    cover_image: str
    purchase_links: dict[str, str]
    confidence: float
    model_confidence: float | None = Field(description="The model's own confidence, where a model proposed the book.")
    specifications: dict[str, str] = Field(description="What a model read on a cover besides title and author, as “format”.")
    validated: bool = Field(description="A catalogue confirms it.")
    band: Annotated[str, OneOf(*Band.values)]
    source: str
    spine_text: list[str]
    region: list[list[float]] = Field(description="Its corners in the upright photo, in pixels.")
    shelf: int
    position: int


class CandidateOut(FinalBook):
    id: int
    number: int
    decision: Annotated[str, OneOf(*Decision.values)]
    book_id: int | None = Field(description="The id of the book it became.")


class CostOut(Out):
    usd: float = Field(description="Cost of this photo so far, in US dollars.")
    calls: int


class OfferOut(Out):
    """A second look that is available."""

    what: Literal["unread", "shelf"]
    engine: str
    spines: int = Field(description="The number of spines that could not be read.")
    usd: float = Field(description="The approximate cost in US dollars.")


class ScanWithCandidates(ScanOut):
    candidates: list[CandidateOut]
    cost: CostOut
    second_looks: list[OfferOut] = Field(description="The available options for `POST /scans/{jobId}/second-look`.")


class SecondLookIn(In):
    what: Literal["unread", "shelf"] = Field(description="The spines that could not be read, or the whole photo.")


class ResultsOut(Out):
    """The final form."""

    job_id: str
    status: StatusOfScan
    validated_books: int
    total_candidates: int
    results_location: str
    timestamp: datetime
    books: list[FinalBook]


class EventsAfter(In):
    after: int = Field(0, ge=0, le=INTEGER, description="The `seq` of the last event you have.")
    limit: int = Field(500, ge=1, le=2000)


class EventsOut(Out):
    """The events as the websocket sends them: `type`, `jobId`, `seq`, and the fields of that type."""

    items: list[dict[str, Any]]
    count: int = Field(description="The number of events after `after`.")
    status: StatusOfScan


class AcceptIn(In):
    status: StatusName = Field("to-read", description="The status to give the books.")


class AcceptAllIn(AcceptIn):
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="Books confirmed by a catalogue with at least this confidence; without it, the sure ones.",
        examples=[0.9],
    )
    with_owned: bool = Field(False, description="Also books that you already have.")


class BatchOut(Out):
    added: int
    owned: int = Field(description="Skipped, because you already have them.")
    moment: UndoMoment


class RejectedOut(Out):
    rejected: int
    moment: UndoMoment


class UndoIn(In):
    moment: datetime


class UndoneOut(Out):
    reopened: int


class WordsIn(In):
    """Your corrections; fields that are not sent stay unchanged."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Dune", "author": "Frank Herbert"}]})

    title: Text | None = Field(None, max_length=500)
    author: Text | None = Field(None, max_length=1000, description='Several separated by "; ".')
    isbn: Isbn | None = None


class ScanPatch(In):
    """The shelf for the books of a scan."""

    shelf: Shelf = Field("", description="The name of a shelf (a new one is created) or the `id` of one; empty: none.")
    with_books: bool = Field(False, description="Books added from it without a shelf go there too.")


class ChoiceIn(In):
    key: Annotated[Text, Field(min_length=1, max_length=1000)] = Field(description="As given by `GET …/editions`.")


class ChoiceOut(Out):
    """A possible edition for a spine."""

    key: str
    title: str
    authors: list[str]
    isbn: str
    publisher: str
    published_date: str
    language: str
    source: str


class ChoicesOut(Out):
    items: list[ChoiceOut]
    count: int

"""Catalogues of books. One file per catalogue; all of them return `Record`s."""

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, TypedDict

from jobs.errors import ProviderError


class CatalogError(ProviderError):
    """A catalogue could not answer."""


class RecordData(TypedDict, total=False):
    """A Record as JSON."""

    title: str
    authors: list[str]
    subtitle: str
    isbn: str
    publisher: str
    published_date: str
    first_published: int | None
    language: str
    cover: str
    links: dict[str, str]
    series: str
    series_number: str
    pages: int | None
    binding: str
    description: str
    categories: list[str]
    source: str
    source_id: str


@dataclass(frozen=True)
class Record:
    """One edition as a catalogue knows it."""

    title: str
    authors: tuple[str, ...] = ()
    subtitle: str = ""
    isbn: str = ""  # 13 digits, or ""
    publisher: str = ""
    published_date: str = ""  # as precise as known: 2017, 2017-02 or 2017-02-07
    first_published: int | None = None  # the year in which the work appeared, in whatever edition
    language: str = ""  # ISO 639-1
    cover: str = ""  # https:// address of a picture
    links: dict[str, str] = field(default_factory=dict)  # name of the shop or site -> address
    series: str = ""
    series_number: str = ""  # 1, 2.5, 1-3
    pages: int | None = None
    binding: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    source: str = ""  # name of the catalogue
    source_id: str = ""  # its key there

    @property
    def author(self) -> str:
        return ", ".join(self.authors)

    @property
    def full_title(self) -> str:
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title

    def as_dict(self) -> RecordData:
        data: Any = asdict(self)
        return data | {"authors": list(self.authors), "categories": list(self.categories)}

    @classmethod
    def from_dict(cls, data: RecordData) -> "Record":
        known: dict[str, Any] = dict(data)
        return cls(**(known | {name: tuple(known.get(name) or ()) for name in ("authors", "categories")}))


class Catalog(Protocol):
    """The interface of a catalogue. Both methods raise CatalogError and nothing else."""

    name: str

    def by_isbn(self, isbn13: str) -> Record | None: ...

    def search(self, text: str, limit: int = 10) -> list[Record]:
        """Returns records that `text` may refer to, most likely first. `text` is as it was read or typed, with errors."""
        ...

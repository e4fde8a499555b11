"""All models of the library."""

from library.models.copies import (
    Condition,
    Entry,
    FactChange,
    Loan,
    Reading,
    Status,
    SyncStatus,
    Tag,
    Undo,
    UserBook,
)  # fmt: skip
from library.models.editions import FACTS, Book, CopyAuthor, Facts, author_key
from library.models.leased import EmbeddingRun, MetadataLookup
from library.models.places import Preferences, Shelf
from library.models.search import Embedding, EmbeddingStamp

__all__ = [
    "FACTS", "Book", "Condition", "CopyAuthor",
    "Embedding", "EmbeddingRun", "EmbeddingStamp", "Entry", "FactChange", "Facts", "Loan", "MetadataLookup", "Preferences",
    "Reading", "Shelf", "Status", "SyncStatus", "Tag", "Undo", "UserBook", "author_key",
]  # fmt: skip

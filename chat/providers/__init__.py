"""Models that can use tools: one file each. They translate between our turns and their own way to say them, and know no settings.

`ask(system, turns, tools, hear)` answers in a `Said`. With `hear`, that is called with every piece of text as it is written;
what it raises ends the answer."""

from dataclasses import dataclass, field

from jobs.errors import ProviderError


class ModelError(ProviderError):
    """A model did not answer."""


@dataclass(frozen=True)
class Call:
    """A tool that the model wants used."""

    id: str
    name: str
    arguments: dict


@dataclass(frozen=True)
class ModelTurn:
    """One side's turn: what the user or the model said, what the model wants looked up, or what was found for it."""

    role: str  # user, assistant, tool
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[tuple[str, str], ...] = ()  # the call's id and what was found, as JSON


@dataclass(frozen=True)
class Said:
    """What a model answered, and what it took."""

    text: str
    calls: tuple[Call, ...] = field(default=())
    tokens_in: int = 0
    tokens_out: int = 0

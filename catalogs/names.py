"""Names of authors: catalogues put several people into one text, as `Last, First`, with dates, roles and dots."""

import re

PARTICLE = re.compile(
    r"(?i)(?:de l[ao]s?|v[ao]n de[rn]|de|del|della|der|den|di|du|da|dos|la|le|mac|mc|o|san|st\.?|van|von|zu|ter|ten|el|al)\b"
)
NOT_A_NAME = re.compile(r"(?i)^(?:more|et al\.?|various|jr\.?|sr\.?|ph\.? ?d\.?|m\.? ?d\.?|[iv]{2,4})$")
DATES = re.compile(r",?\s*\(?(?:ca?\. ?)?\b\d{3,4}\??\s*[-–]\s*(?:\d{4})?\)?\.?")


def authors_of(text: str) -> tuple[str, ...]:
    """The people in `text`, given names first if the order is clear; otherwise as written."""
    names: list[str] = []
    for part in (text or "").split(";"):
        names += _people(part)
    return tuple(dict.fromkeys(name for name in names if name))


def _people(text: str) -> list[str]:
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", DATES.sub(" ", text))
    parts = [re.sub(r"\s+", " ", part).strip() for part in text.split(",")]
    parts = [part for part in parts if part and not NOT_A_NAME.match(part)]
    if len(parts) < 2:
        return parts
    if len(parts) % 2 == 0 and all(_is_reversed(*pair) for pair in _pairs(parts)):
        return [f"{given} {last}" for last, given in _pairs(parts)]
    if all(" " in part for part in parts):
        return parts  # Douglas Preston, Lincoln Child
    return [", ".join(parts)]


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    return list(zip(parts[::2], parts[1::2], strict=True))


def _is_reversed(last: str, given: str) -> bool:
    """Whether this is `Last, First`: a surname is one word, or has a particle before it; given names end in initials."""
    surname = PARTICLE.sub("", last, count=1).strip() if PARTICLE.match(last) else last
    return " " not in surname or bool(re.search(r"\s[A-Z]\.$", given))

"""Who wrote it: one `PersonName` for display, sorting and comparison, and the forms in which sources write several people.

A comma may stand between two people or between a surname and its given names. Which it is, only the source can say:
`listed` is for "First Last, First Last", `surname_first` for "Last, First", `as_written` for what a person typed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalogs import folding

PARTICLE = re.compile(
    r"(?i)(?:de l[ao]s?|v[ao]n de[rn]|de|del|della|der|den|di|du|da|dos|la|le|mac|mc|o|san|st\.?|van|von|zu|ter|ten|el|al)\b"
)
NOT_A_NAME = re.compile(r"(?i)^(?:more|et al\.?|various|jr\.?|sr\.?|ph\.? ?d\.?|m\.? ?d\.?|[iv]{2,4})$")
DATES = re.compile(r",?\s*\(?(?:ca?\. ?)?\b\d{3,4}\??\s*[-–]\s*(?:\d{4})?\)?\.?")
GENERATION = r"(?:jr|sr|junior|senior|jnr|snr|ii|iii|iv|2nd|3rd)\.?"
DEGREE = r"(?:ph\.? ?d|m\.? ?d|d\.? ?d|esq|m\.?a|b\.?a|ll\.?d|psy\.? ?d|ed\.? ?d|o\.?b\.?e|s\.?j|o\.?p)\.?"
SUFFIX = re.compile(rf"(?i)(?:{GENERATION}|{DEGREE})")
BEHIND = re.compile(rf"(?i)(?P<name>.*\S)(?:,\s*|\s+)(?P<suffix>{GENERATION}|(?<=[,\s]){DEGREE})$")
HONORIFIC = re.compile(r"(?i)^(?:sir|dame)\s+(?=\S)")
RANK = re.compile(r"(?i)\b(?:queen|king|pope|saint|earl|duke|duchess|prince|princess|baron|baroness|emperor|bishop)\b")
CORPORATE = re.compile(
    r"(?i)\b(?:inc|ltd|llc|gmbh|corp|corporation|company|society|institute|university|press|museum|association|committee|"
    r"council|department|ministry|foundation|group|staff|editors|publishing|publications|verlag|books|magazine|library|"
    r"team|agency|academy|government)\b|(?:&|\band)\s+(?:co|sons|friends)\b"
)
OWN_ORDER = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")  # Chinese, Japanese, Korean
PATRONYMIC = re.compile(r"(?i)\w(?:ович|евич|ьич|овна|евна|ична)$")
AND = re.compile(r",?\s+(?:&|and|und|et|with)\s+|\s*&\s*|\s*/\s*")
NOT_A_PERSON = re.compile(r"(?i)(?:the|his|her|their|a|an|other|others)\b")
INITIALS = re.compile(r"(?:^|\s)(?:[^\W\d_]\.\s?-?)+$")  # J. R. R., Ursula K.
MONONYMS = frozenset(
    "homer plato aristotle voltaire virgil ovid sophocles euripides aeschylus aristophanes herodotus thucydides xenophon livy "
    "tacitus plutarch horace cicero seneca lucretius molière moliere stendhal colette confucius laozi rumi hafez saki hergé "
    "aesop epictetus boethius petrarch euclid galen pliny sappho hesiod plotinus suetonius juvenal catullus terence plautus "
    "madonna bono prince sting cher moebius various anonymous unknown banksy avicenna".split()
)


@dataclass(frozen=True)
class PersonName:
    """One author, in the order in which the name is spoken: `display` for the eye, `sort` for lists, `key` to compare."""

    display: str

    @property
    def sort(self) -> str:
        """Folded, by surname: `Walter M. Miller Jr.` under miller, with the suffix last."""
        surname, given, suffix = self._parts()
        return (folding.fold(f"{surname} {given} {suffix}") or folding.fold_name(self.display))[:300]

    @property
    def key(self) -> str:
        """Folded, and the same whether a source writes titles and suffixes or not."""
        surname, given, _ = self._parts()
        return (folding.fold(f"{surname} {given}") or folding.fold_name(self.display))[:200]

    @property
    def surname_key(self) -> str:
        """The last word of the surname, by which two editions of a work are compared: sources do not agree on whether
        `García Márquez` is one surname."""
        return next(reversed(folding.fold(self._parts()[0]).split()), self.key)

    def _parts(self) -> tuple[str, str, str]:
        """(surname with its particles, given names, suffix)"""
        name, suffix = _without_suffix(HONORIFIC.sub("", " ".join(self.display.split())))
        if "," in name:  # a source that could not be turned round
            last, _, given = name.partition(",")
            return last.strip(), HONORIFIC.sub("", given.strip(" ,")), suffix
        words = name.split()
        if len(words) < 2 or OWN_ORDER.search(name) or PATRONYMIC.search(words[-1]) or CORPORATE.search(name):
            return name, "", suffix
        given, surname = folding.split_name(name)
        return surname, given, suffix

    @classmethod
    def surname_first(cls, text: str) -> "PersonName":
        """`García Márquez, Gabriel` or `Miller, Walter M., Jr.`, of a source that always writes so. What is not of that form,
        as `Elizabeth II, Queen of England`, stays as it is."""
        text = " ".join(DATES.sub(" ", text).split()).strip(" ,;")
        parts = [part.strip() for part in text.split(",") if part.strip()]
        suffixes = [part for part in parts[1:] if SUFFIX.fullmatch(part)]
        names = [parts[0], *(part for part in parts[1:] if part not in suffixes)] if parts else [""]
        if len(names) == 1 or len(names) > 2 or CORPORATE.search(names[1]) or RANK.search(names[1]):
            return cls(text if len(names) > 1 else " ".join([*names, *suffixes]))
        names[1] = re.sub(r"\s*\([^()]*\)$", "", names[1]) or names[1]  # Lewis, C. S. (Clive Staples)
        if OWN_ORDER.search(names[0]) and OWN_ORDER.search(names[1]):
            return cls(names[0] + names[1])
        return cls(" ".join([HONORIFIC.sub("", names[1]), names[0], *suffixes]))


def _without_suffix(name: str) -> tuple[str, str]:
    match = BEHIND.fullmatch(name)
    return (match["name"].strip(" ,"), match["suffix"]) if match and " " in match["name"].strip(" ,") else (name, "")


def listed(text: str, count: int = 0) -> list[str]:
    """`Martin Luther King, Jr., Coretta Scott King`: people between commas or semicolons, given names first. `count` is how many
    there are, where the source says it."""
    parts: list[str] = []
    for part in re.split(r"\s*[,;|&\n]\s*", text):
        if parts and SUFFIX.fullmatch(part):
            parts[-1] = f"{parts[-1]} {part}"
        elif part and not re.fullmatch(r"(?i)inc\.?|ltd\.?|llc\.?|gmbh", part):
            parts.append(" ".join(part.split()))
        elif part and parts:
            parts[-1] = f"{parts[-1]}, {part}"
    if count == 1 and len(parts) > 1:
        return [" ".join(text.split())]
    return parts


def listed_as(text: str, sorted_names: Iterable[str]) -> list[str]:
    """`listed`, where a second column has the same people one by one as `Last, First`: it says where each name ends."""
    pieces = [piece for piece in (" ".join(part.split()) for part in text.split(",")) if piece]
    people, start = [], 0
    for name in sorted_names:
        wanted = sorted(folding.fold(name).split())
        for end in range(start + 1, len(pieces) + 1):
            if sorted(folding.fold(" ".join(pieces[start:end])).split()) == wanted:
                people.append(_joined(pieces[start:end]))
                start = end
                break
        else:
            return listed(text)
    return people if start == len(pieces) else listed(text)


def _joined(pieces: list[str]) -> str:
    """The pieces of one name: a suffix loses its comma, the name of a company keeps it."""
    name = pieces[0]
    for piece in pieces[1:]:
        name += f" {piece}" if SUFFIX.fullmatch(piece) else f", {piece}"
    return name


def as_written(text: str) -> tuple[list[str], bool]:
    """The people in a text that a person typed, and whether a comma in it was left because it may mean two things."""
    people, unclear = [], False
    text = re.sub(r"^by\s+|,?\s+et al\.?$", "", text)
    for part in re.split(r"\s*[;|\n]\s*", text):
        pieces = _around_and(" ".join(part.split()).strip(" ,"))
        for piece in pieces:
            found, open_question = _typed(piece.strip(" ,"))
            people += found
            unclear = unclear or open_question or (len(pieces) == 1 and _joins_words(piece))
    return people, unclear


def _around_and(text: str) -> list[str]:
    """`Douglas Preston and Lincoln Child` as two: where whole names stand on both sides. `Simon and Schuster` stays."""
    pieces = AND.split(text)
    whole = all(" " in piece.strip() and not NOT_A_PERSON.match(piece) for piece in pieces)
    return pieces if whole and not CORPORATE.search(text) else [text]


def _joins_words(text: str) -> bool:
    return bool(AND.search(text)) and not CORPORATE.search(text)


def _typed(text: str) -> tuple[list[str], bool]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    names = [part for part in parts if not SUFFIX.fullmatch(part)]
    if len(parts) < 2 or not names or CORPORATE.search(parts[-1]):
        return ([text] if text else []), False
    if len(names) == 1:
        return [" ".join(parts)], False
    if len(names) == 2 and _surely_reversed(*names):
        return [PersonName.surname_first(text).display], False
    if all(" " in name and not INITIALS.search(name) for name in names):
        return listed(text), False  # Douglas Preston, Lincoln Child
    return [text], True


def _surely_reversed(last: str, given: str) -> bool:
    """`Ende, Michael` and `Le Guin, Ursula K.`: one given name, or initials at its end, after a surname of one word."""
    surname = PARTICLE.sub("", last, count=1).strip() if PARTICLE.match(last) else last
    if {last.casefold(), given.casefold()} & MONONYMS:
        return False
    particle = " " in given and given.split()[-1] in folding.NAME_PARTICLES  # Berg, Bernard van der
    initials = bool(INITIALS.search(given)) or bool(PATRONYMIC.search(given))
    return initials or (" " not in surname and (particle or " " not in given))


def authors_of(text: str) -> tuple[str, ...]:
    """The people in a record of many sources, as those of the local catalogue are, given names first where that can be decided;
    what cannot stays as it was written."""
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
    """Whether this is `Last, First`: a surname is one word or has a particle before it, given names end in initials."""
    surname = PARTICLE.sub("", last, count=1).strip() if PARTICLE.match(last) else last
    if last.casefold() in MONONYMS:
        return False
    return " " not in surname or bool(re.search(r"\s[A-Z]\.$", given))

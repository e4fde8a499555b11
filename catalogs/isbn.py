"""ISBNs: a thin layer over python-stdnum, and the one parser of all that people, scanners and programs write around them.

Everything is stored as 13 digits without hyphens. A number is accepted only where its check digit proves it."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from stdnum import isbn as stdnum_isbn
from stdnum import issn
from stdnum.exceptions import ValidationError

AT_MOST = 5000  # numbers found in one text
LONGEST = 100  # characters of a text that may be one ISBN

# One kind of separator within a number: a date with its time, or a price beside a number, is no ISBN.
SEPARATORS = ("", " ", "-", " - ", r"\.")
END = r"(?![\dA-Za-z]|-\d|\.\d)"
GROUPS = [rf"(?:\d(?:{sep})?)" for sep in SEPARATORS]
THIRTEEN = "|".join(rf"{group}{{12}}\d(?:\d{{5}}|\d{{2}})?" for group in GROUPS)
PREFIXED = "|".join(rf"97[89][ -]{group}{{9}}\d" for group in GROUPS)
TEN = "|".join(rf"{group}{{9}}[\dXx]" for group in GROUPS)
# Runs of 10 or 13 digits, with the 2 or 5 digits of an add-on glued to 13; never a part of a longer number.
LIKE_AN_ISBN = re.compile(rf"(?<![\dA-Za-z+$€£¥#])(?<!\d[:.,/-])(?:{THIRTEEN}|{PREFIXED}|{TEN}){END}")
LABEL = r"[ep]?-?\bi?sbn(?:[ -]?1[03](?=[\s:=)]))?\s*(?:\([^()\d]*\))?\s*[:=#.]*\s*"
NAMED = re.compile(rf"(?i){LABEL}$")
SBN = re.compile(rf"(?i)\bi?sbn\s*[:=]?\s*((?:\d[ -]?){{8}}[\dX]){END}")
TELEPHONE = re.compile(r"(?i)\b(?:tel|phone|call|fax|mobile|telefon)\b\W*$")
TELEPHONE_GROUPS = re.compile(r"\d{3}[ .-]\d{3}[ .-]\d{4}")
AIM = re.compile(r"^\][A-Za-z]\d")  # what scanners put before a code to say its kind
NUMBER_OF_A_SPREADSHEET = re.compile(r"(\d{7,13})\.0+")
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?(?:0?[89]|1[0-2])")
UPC_LIKE = re.compile(r"(?!97[89])(?:0\d{12}|\d{12})(?:\d{2}|\d{5})?")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,4}")

UPC = (
    "“{}” is the UPC of the shop, not an ISBN. Many older paperbacks carry one on the back: "
    "look on the inside cover, where the ISBN is printed."
)
CUT = "“{}” is an ISBN that a spreadsheet has cut to its first digits; the rest is lost."
ZERO_PUT_BACK = "“{}” has lost its zeros in front; with them it is the ISBN {}."
ZERO_OF_SBN = "“{}” is an SBN; with a 0 in front it is the ISBN {}."


class ISBNError(ValueError):
    """A sentence about what is wrong with a supposed ISBN."""


@dataclass(frozen=True)
class Found:
    """A number in a text that is an ISBN, or was meant to be one and has a `problem`; `note` says what was put right."""

    text: str
    isbn: str = ""
    problem: str = ""
    note: str = ""


class _Plain(dict):
    """How one character is read: digits of all scripts, dashes and spaces of all kinds, no format characters."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if kind == "Nd":
            plain = str(unicodedata.decimal(char))
        elif kind == "Cf" or code == 0:
            plain = ""
        elif kind == "Pd" or char in "−⁃":
            plain = "-"
        elif kind == "Zs":
            plain = " "
        else:
            plain = unicodedata.normalize("NFKC", char) if 0xFF01 <= code <= 0xFF5E else char
        self[code] = plain
        return plain


PLAIN = _Plain()


def parse(text: str) -> str:
    """The ISBN in `text`, however it is written, as 13 digits. Raises ISBNError."""
    found = read(text)
    if found.problem:
        raise ISBNError(found.problem)
    return found.isbn


def read(text: str, spreadsheet: bool = False) -> Found:
    """What `text` is that should be one ISBN. In a `spreadsheet` a number may have lost the zeros that it began with."""
    text = text or ""
    if len(text) > LONGEST:
        return Found(_short(text), problem=f"“{_short(text)}” is not an ISBN: it needs 10 or 13 digits.")
    plain = AIM.sub("", text.translate(PLAIN).strip()).strip("\"'=;, ")
    if SCIENTIFIC.fullmatch(plain):
        return _scientific(text, plain)
    labelled = bool(re.match(rf"(?i)(?:urn:)?{LABEL}", plain))
    number = re.sub(rf"(?i)^(?:urn:)?{LABEL}", "", plain).strip("[]\"' .;,")
    if match := NUMBER_OF_A_SPREADSHEET.fullmatch(number):
        whole = match[1] if not (match[1].startswith("0") and len(match[1]) == 9) else re.sub(r"\D", "", number)
        return _with_zeros(text, whole) if len(whole) < 10 else _checked(text, whole)
    if THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    digits = re.sub(r"[\s.-]", "", number).upper()
    if spreadsheet and number == digits and re.fullmatch(r"[1-9]\d{6,7}[\dX]?", digits):
        return _with_zeros(text, digits)
    if re.fullmatch(r"\d{8}[\dX]", digits) and (labelled or digits[0] != "0"):
        return _sbn(text, digits)
    whole = _checked(text, digits)
    if whole.isbn and (len(digits) != 10 or len(set(re.findall(r"[ .-]", number))) < 2):
        return whole
    several = {item.isbn for item in find(text) if item.isbn}
    if len(several) == 1:
        return Found(text, several.pop())
    return Found(text, problem=f"“{_short(text)}” contains several ISBNs. Enter one.") if several else _refused(whole)


def _refused(found: Found) -> Found:
    """Digits with separators of several kinds between them are not one number, whatever their check digit says."""
    return Found(found.text, problem=found.problem or f"“{_short(found.text)}” is not an ISBN: it contains several numbers.")


def _checked(text: str, digits: str) -> Found:
    """`digits` as an ISBN of 10 or 13 digits, perhaps with the add-on of 2 or 5 digits that scanners read with it."""
    if re.fullmatch(r"97[89]\d{10}(\d{2}|\d{5})", digits):
        digits = digits[:13]
    if UPC_LIKE.fullmatch(digits):
        return Found(text, problem=UPC.format(_short(text)))
    if not re.fullmatch(r"\d{9}[\dX]|\d{13}", digits):
        return Found(text, problem=_wrong_length(text, digits))
    if problem := _other_goods(digits, text):
        return Found(text, problem=problem)
    try:
        return Found(text, stdnum_isbn.to_isbn13(stdnum_isbn.validate(digits)))
    except ValidationError:
        wanted = next((digit for digit in "0123456789X" if stdnum_isbn.is_valid(digits[:-1] + digit)), "")
        why = f" (it is {digits[-1]}, but should be {wanted})" if wanted else ""
        return Found(text, problem=f"“{_short(text)}” has a wrong digit: its check digit does not match{why}.")


def _wrong_length(text: str, digits: str) -> str:
    if len(digits) == 8 and issn.is_valid(digits):
        return f"“{_short(text)}” is the number of a magazine (ISSN)."
    if re.fullmatch(r"B0[A-Z\d]{8}", digits):
        return f"“{_short(text)}” is Amazon’s own number, not an ISBN."
    return f"“{_short(text)}” is not an ISBN: it needs 10 or 13 digits."


def _other_goods(digits: str, text: str) -> str:
    if len(digits) != 13 or digits.startswith(("978", "979")):
        return f"“{_short(text)}” is the number of sheet music, which has no ISBN." if digits.startswith("9790") else ""
    if digits.startswith("977"):
        return f"“{_short(text)}” is the barcode of a magazine, which has no ISBN."
    return f"“{_short(text)}” is not the barcode of a book, which begins with 978 or 979."


def _sbn(text: str, digits: str) -> Found:
    """Nine digits, as books had until 1970, and as a spreadsheet leaves of ten that begin with a zero."""
    if not stdnum_isbn.is_valid("0" + digits):
        return Found(text, problem=f"“{_short(text)}” is not an ISBN: it needs 10 or 13 digits, and has 9.")
    isbn13 = stdnum_isbn.to_isbn13("0" + digits)
    return Found(text, isbn13, note=ZERO_OF_SBN.format(_short(text), hyphenated(isbn13)))


def _with_zeros(text: str, digits: str) -> Found:
    whole = digits.rjust(10, "0")
    if not stdnum_isbn.is_valid(whole):
        problem = f"“{_short(text)}” is not an ISBN: it has {len(digits)} digits, and zeros in front do not make it one."
        return Found(text, problem=problem)
    isbn13 = stdnum_isbn.to_isbn13(whole)
    return Found(text, isbn13, note=ZERO_PUT_BACK.format(_short(text), hyphenated(isbn13)))


def _scientific(text: str, plain: str) -> Found:
    """9.78E+12 has lost its digits; 9.780441013593E+12 has them all."""
    mantissa, _, exponent = plain.upper().replace(",", ".").partition("E")
    if int(exponent) not in (8, 9, 12) or len(mantissa.replace(".", "")) < int(exponent) + 1:
        return Found(text, problem=CUT.format(_short(text)))
    return read(str(int(Decimal(f"{mantissa}E{exponent}"))), spreadsheet=True)


def _short(text: str | None) -> str:
    words = " ".join((text or "")[:300].split())
    return words if len(words) <= 60 else words[:59] + "…"


def find(text: str) -> list[Found]:
    """All ISBNs in `text`, in their order, as often as they are there: one number, a list, or prose with numbers in it.

    Of the numbers that are no ISBN only those are named that were meant to be one: what stands alone on its line or between
    commas, what is called an ISBN, and what begins as the ISBNs of 13 digits do."""
    found: list[Found] = []
    for piece in re.split(r"[\n\r\t,;|]+", (text or "").replace("\0", " ").translate(PLAIN)):
        found += _in_piece(piece)
        if len(found) >= AT_MOST:
            break
    return found[:AT_MOST]


def _in_piece(piece: str) -> list[Found]:
    piece = AIM.sub("", piece.strip())
    if NUMBER_OF_A_SPREADSHEET.fullmatch(piece) or SCIENTIFIC.fullmatch(piece):
        return [read(piece)]
    spans = list(islice(LIKE_AN_ISBN.finditer(piece), AT_MOST))
    if not spans:
        return list(filter(None, [_short_number(piece)]))
    found = []
    for match in spans:
        number = match[0].strip()
        before = piece[max(0, match.start() - 30) : match.start()]
        named = bool(NAMED.search(before))
        if not named and (TELEPHONE_GROUPS.fullmatch(number) or TELEPHONE.search(before)):
            continue
        alone = len(spans) == 1 and not re.search(r"\w", piece[: match.start()] + piece[match.end() :])
        item = _checked(number, re.sub(r"[ .-]", "", number).upper())
        telling = _grouped_as_isbn(number) if item.isbn else number.startswith(("978", "979"))
        if alone or named or telling:
            found.append(item)
    return found


def _grouped_as_isbn(number: str) -> bool:
    """In prose the groups of a number tell: the last one is the check digit alone, or there are none but the 978 in front."""
    groups = re.split(r"[ .-]+", number)
    return len(groups) == 1 or len(groups[-1]) == 1 or (len(groups) == 2 and groups[0] in ("978", "979"))


def _short_number(piece: str) -> Found | None:
    """A line that is one number, or is called an ISBN, and has too few or too many digits."""
    if match := SBN.search(piece):
        found = _sbn(match[1].strip(), re.sub(r"[ -]", "", match[1]).upper())
        if found.isbn:
            return found
    named = re.sub(rf"(?i)^.*{LABEL}", "", piece).strip()
    digits = re.sub(r"[\s.-]", "", named).upper()
    if not re.fullmatch(r"[0-9]{5,}X?", digits) or (named == piece and len(digits) < 8):
        return None
    if len(digits) == 9 and named == digits and digits[0] != "0":
        found = _sbn(named, digits)
        if found.isbn:
            return found
    if UPC_LIKE.fullmatch(digits):
        return Found(named, problem=UPC.format(_short(named)))
    return Found(named, problem=f"“{_short(named)}” is not an ISBN: it has {len(digits)} digits, not 10 or 13.")


def clean(text: str) -> str:
    """The ISBN in `text` as 13 digits, or "" where there is none that is right."""
    return read(text).isbn if isinstance(text, str) else ""


def to_isbn10(isbn13: str) -> str:
    """Ten digits, or "" for the 979 range, which has no ten-digit form. Not from stdnum, which takes twenty times as long."""
    if not isbn13.startswith("978"):
        return ""
    digits = isbn13[3:12]
    return digits + "0123456789X"[sum(place * int(digit) for place, digit in enumerate(digits, 1)) % 11]


def hyphenated(isbn13: str) -> str:
    return stdnum_isbn.format(isbn13) if isbn13 else ""

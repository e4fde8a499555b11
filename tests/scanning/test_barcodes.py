"""ISBNs on photos: by their bars in several views, by the digits printed around them, and never a wrong one."""

import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from scanning import barcodes, printed_isbns
from scanning.ocr import Line, OCRError
from tests.scanning.barcode_pictures import DARKNESS, GARDEN, back_cover, blurred, some_isbn, turned

pytestmark = pytest.mark.slow

PLACE = ((0, 0), (100, 0), (100, 20), (0, 20))
FAR = ((500, 500), (600, 500), (600, 520), (500, 520))


class Reader:
    """An engine that reads what it was given, and counts how often it was asked."""

    name = "given"

    def __init__(self, *texts: str, confidence: float = 0.97):
        self.lines = [Line(text, confidence, tuple((x, y + 40 * n) for x, y in PLACE)) for n, text in enumerate(texts)]
        self.asked = 0

    def read(self, image, progress, found):
        self.asked += 1
        assert not list(found(self.lines))  # places of known books, which there are none of
        return self.lines


class Blind:
    name = "blind"

    def read(self, image, progress, found):
        raise OCRError("The models are gone.", permanent=True)


def seen(number: str, weight: int = 1, quad=PLACE) -> printed_isbns.Sighting:
    return printed_isbns.Sighting(number, quad, weight, "bars")


def numbers(*sightings) -> list[str]:
    return [code.isbn for code in barcodes.agreed(list(sightings))]


def weights(text: str) -> dict[str, int]:
    return {one.isbn: one.weight for one in printed_isbns.sightings([Line(text, 0.97, PLACE)])}


def test_clear_bars_are_read_without_the_engine():
    reader = Reader()
    assert barcodes.read_barcodes(back_cover(), reader).numbers == [DARKNESS]
    assert reader.asked == 0


def test_several_codes_in_one_photo_come_in_reading_order():
    assert barcodes.read_barcodes(back_cover((GARDEN, DARKNESS))).numbers == [GARDEN, DARKNESS]


@pytest.mark.parametrize("degrees", [0, 10, 30, 45, 90, 135, 180])
def test_bars_are_read_at_any_angle(degrees):
    assert barcodes.read_barcodes(turned(back_cover(), degrees)).numbers == [DARKNESS]


def test_blurred_bars_that_a_single_look_misses_are_read_in_another_view():
    picture = blurred(back_cover(), 2.5)
    assert barcodes.read_barcodes(picture).numbers == [DARKNESS]


def test_spoiled_codes_give_no_wrong_number():
    for seed in range(20):
        number = some_isbn(seed)
        noise = np.random.default_rng(seed).normal(0, 25, (225, 300, 3))
        small = np.asarray(Image.fromarray(turned(back_cover((number,)), seed % 12)).resize((300, 225)))
        picture = np.clip(blurred(small, 0.6) + noise, 0, 255).astype(np.uint8)
        assert barcodes.read_barcodes(picture).numbers in ([], [number])


def test_a_photo_without_codes_has_none():
    assert barcodes.read_barcodes(np.full((600, 800, 3), 200, np.uint8), Reader()) == barcodes.Codes()


def test_what_is_no_book_is_told_apart():
    codes = barcodes.read_barcodes(back_cover(("4006381333931",)), Reader())
    assert codes.numbers == []
    assert codes.others == ("4006381333931",)


def test_the_print_is_read_where_the_bars_are_not():
    reader = Reader("ISBN 978-0-441-47812-5")
    assert barcodes.read_barcodes(blurred(back_cover(), 30), reader).numbers == [DARKNESS]
    assert reader.asked == 1


def test_an_engine_that_fails_leaves_what_the_bars_said():
    assert barcodes.read_barcodes(blurred(back_cover(), 30), Blind()).numbers == []


def test_print_is_found_on_the_photo_and_not_on_the_smaller_picture_that_was_read():
    big = np.full((3200, 1600, 3), 255, np.uint8)
    code = barcodes.read_barcodes(big, Reader("ISBN 978-0-441-47812-5")).isbns[0]
    assert code.quad == tuple((2 * x, 2 * y) for x, y in PLACE)


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("ISBN 978-0-441-47812-5", "9780441478125"),
        ("ISBN-13: 978-0-441-47812-5", "9780441478125"),
        ("ISBN 0-441-47812-3", "9780441478125"),
        ("ISBN-10:0-8044-2957-X", "9780804429573"),
        ("$24.99 USA ISBN:978-0-441-47812-5 CAN", "9780441478125"),
        ("lSBN O-44l-478l2-3", "9780441478125"),
        ("978-0-441-47812-5", "9780441478125"),
        ('9"780441"478125"', "9780441478125"),
        ("978044147812550799", "9780441478125"),
    ],
)
def test_printed_numbers_are_understood(text, isbn):
    assert weights(text) == {isbn: printed_isbns.CERTAIN}


@pytest.mark.parametrize("text", ["91178044114781251", "917804411478125", '780441"478125', "1780441478125", "0-441-47812-3"])
def test_a_number_with_guards_or_gaps_wants_a_second_witness(text):
    assert weights(text) == {"9780441478125": printed_isbns.LIKELY}


@pytest.mark.parametrize(
    "text",
    [
        "ISBN 978-0-441-47812-6",  # a digit wrong
        "ISBN 978-0-44",
        "0441478123",  # ten digits of anything
        "4006381333931",
        "786936171600",  # a film
        "Tel. +49 30 9780441478125 99",
        "",
        "ISBN",
    ],
)
def test_what_is_no_isbn_is_passed_over(text):
    assert weights(text) == {}


def test_ten_digits_of_a_longer_number_are_not_an_isbn():
    assert weights("ISBN 04414781239") == {}


def test_a_doubtful_line_alone_is_not_enough():
    picture = blurred(back_cover(), 30)
    assert barcodes.read_barcodes(picture, Reader("9780441478125", confidence=0.6)).numbers == []
    assert barcodes.read_barcodes(picture, Reader("9780441478125", "ISBN 0-441-47812-3", confidence=0.6)).numbers == [DARKNESS]


def test_one_look_is_no_witness_and_two_are():
    assert numbers(seen(DARKNESS)) == []
    assert numbers(seen(DARKNESS), seen(DARKNESS)) == [DARKNESS]


def test_two_numbers_in_one_place_that_are_as_likely_are_both_left_out():
    assert numbers(seen(DARKNESS, 2), seen(GARDEN, 2)) == []
    assert set(numbers(seen(DARKNESS, 2), seen(GARDEN, 2, FAR))) == {DARKNESS, GARDEN}


def test_a_stray_reading_does_not_stand_against_many():
    assert numbers(seen(DARKNESS, 2), seen(DARKNESS), seen(GARDEN)) == [DARKNESS]


def test_the_text_of_a_photo_that_was_read_already_serves_too():
    line = Line("ISBN 0-06-440188-X", 0.98, FAR)
    assert barcodes.read_with(np.full((600, 800, 3), 255, np.uint8), [line]).numbers == [GARDEN]


@pytest.fixture
def folder(tmp_path):
    Image.fromarray(back_cover()).save(tmp_path / "one.jpg")
    Image.fromarray(back_cover((GARDEN,))).save(tmp_path / "two.png")
    Image.fromarray(np.full((300, 300, 3), 255, np.uint8)).save(tmp_path / "three.jpg")
    (tmp_path / "isbn.json").write_text(json.dumps({"one": DARKNESS, "two": some_isbn(7), "three": GARDEN}))
    return tmp_path


def test_the_measure_tells_right_wrong_and_unread(folder):
    out = io.StringIO()
    call_command("evaluate_barcodes", folder, json=True, bars_only=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["photos"], told["right"], told["wrong"], told["unread"], told["share"]) == (3, 1, 1, 1, 0.3333)
    assert {row["photo"]: row["verdict"] for row in told["rows"]} == {
        "one.jpg": "right",
        "two.png": "wrong",
        "three.jpg": "unread",
    }


def test_the_measure_is_readable(folder):
    out = io.StringIO()
    call_command("evaluate_barcodes", folder, bars_only=True, stdout=out)
    assert "1 of 3 right (33.3%), 1 wrong, 1 unread" in out.getvalue()


def test_a_folder_without_its_answers_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"isbn\.json"):
        call_command("evaluate_barcodes", tmp_path)

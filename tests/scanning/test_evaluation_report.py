"""The report of `manage.py evaluate`, on a drawn photo that a fake engine reads."""

import json
import re

import pytest
from django.core.management import call_command

from tests import fakes
from tests.scanning.photos import photo
from tests.work import FAKES

LABELS = [
    {"title": "Middlemarch", "author": "George Eliot", "lang": "en"},
    {"title": "Effi Briest", "author": "Theodor Fontane", "on_spine": "FONTANE Effi Briest", "lang": "de"},
    {"title": "Worn off <altogether>", "author": "", "readable": False},
]


class CountingReader(fakes.Reader):
    """Remembers how often it was asked."""

    times = 0

    def read(self, image, progress, found=lambda lines: None):
        CountingReader.times += 1
        return super().read(image, progress, found)


@pytest.fixture
def labelled(settings, db, tmp_path):
    for name, value in FAKES.items():
        setattr(settings, name, value)
    for folder in ("photos", "labels", "negatives"):
        (tmp_path / folder).mkdir()
    (tmp_path / "photos" / "shelf-01.jpg").write_bytes(photo(size=(2400, 1800)).getvalue())
    (tmp_path / "labels" / "shelf-01.json").write_text(json.dumps({"photo": "shelf-01", "books": LABELS}))
    return tmp_path


def report_of(directory) -> str:
    path = directory / "report.html"
    call_command("evaluate", str(directory), "--json", "--report", str(path), stdout=(directory / "out").open("w"))
    return path.read_text()


def item(page: str, number: int) -> str:
    """What the list of the first photo tells of one book, as plain text."""
    found = re.search(rf'<li id="shelf-01-{number}" class="(\w+)">(.*?)</li>', page, re.S)
    return " ".join([found[1], *re.sub(r"<[^>]+>", " ", found[2]).split()])


def test_it_shows_what_was_read_what_it_was_taken_for_and_whether_that_is_right(labelled):
    page = report_of(labelled)
    assert re.fullmatch(r"(sure|check) [✓?] 1 Middlemarch George Eliot \d+ % right Middlemarch George Eliot", item(page, 1))
    assert re.fullmatch(r"wrong × 2 Walden Henry David Thoreau \d+ % wrong Walden Henry David Thoreau", item(page, 2))
    assert item(page, 3) == "unread … 3 No match for this text not matched Kitchen Garden Almanac"


def test_each_book_is_drawn_where_it_stands_and_what_is_wrong_is_struck_through(labelled):
    page = report_of(labelled)
    boxes = dict(re.findall(r'<a class="box (\w+)" href="#shelf-01-(\d)">', page))
    assert set(boxes) & {"sure", "check"}
    assert {"wrong", "unread"} <= set(boxes)
    assert 'viewBox="0 0 2400 1800"' in page
    left, top = (f"{value:.0f}" for value in fakes.box(1)[0])
    assert re.search(rf'class="line" d="M{left} {top}L', page)


def test_what_was_missed_is_named_with_its_spine_and_what_nobody_could_read_is_not(labelled):
    page = report_of(labelled)
    assert "Missed (1)" in page
    assert "Effi Briest, Theodor Fontane" in page
    assert "FONTANE Effi Briest" in page
    assert "Worn off" not in page


def test_it_is_one_file_that_asks_nobody_for_anything(labelled):
    page = report_of(labelled)
    assert page.count('src="data:image/jpeg;base64,') == 1
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    assert "<script" not in page


def test_a_photo_without_books_shows_what_was_put_forward_on_it(labelled):
    (labelled / "negatives" / "no-books.jpg").write_bytes(photo("navy").getvalue())
    page = report_of(labelled)
    assert 'id="no-books"' in page
    assert "<strong>2</strong>proposed on 1 photo without books" in page


def test_figures_say_halves_languages_calibration_and_costs(labelled):
    report_of(labelled)
    figures = json.loads((labelled / "out").read_text())
    assert figures["halves"]["odd photos"]["readable"] == 2
    assert figures["halves"]["even photos"]["photos"] == 0
    assert figures["languages"] == [
        {"name": "de", "readable": 1, "found": 0, "recall": 0.0},
        {"name": "en", "readable": 1, "found": 1, "recall": 1.0},
    ]
    assert sum(bin["books"] for bin in figures["calibration"]["bins"]) == 2
    assert figures["calibration"]["worst"] is None
    assert figures["peak_memory_mb"] > 10


def test_kept_readings_are_not_read_again_and_match_as_before(labelled, settings, capsys):
    settings.OCR = "tests.scanning.test_evaluation_report.CountingReader"
    CountingReader.times = 0
    told = []
    for _ in range(2):
        call_command("evaluate", str(labelled), "--json", "--ocr-cache", str(labelled / "kept"))
        told.append(json.loads(capsys.readouterr().out)["photos"][0])
    assert CountingReader.times == 1
    assert told[0]["missed"] == told[1]["missed"] == ["Effi Briest"]
    assert told[0]["right"] == told[1]["right"] == 1
    assert told[1]["first_book"] is None


def test_another_photo_of_the_same_name_is_read_anew(labelled, settings, capsys):
    settings.OCR = "tests.scanning.test_evaluation_report.CountingReader"
    CountingReader.times = 0
    for colour in ("white", "navy"):
        (labelled / "photos" / "shelf-01.jpg").write_bytes(photo(colour).getvalue())
        call_command("evaluate", str(labelled), "--json", "--ocr-cache", str(labelled / "kept"))
    assert CountingReader.times == 2

"""`manage.py evaluate`: photos beside labels in, figures out."""

import json

import pytest
from django.core.management import CommandError, call_command

from scanning import confidence
from tests.scanning.photos import photo
from tests.work import FAKES

LABELS = [
    {"title": "Middlemarch", "author": "George Eliot"},
    {"title": "Walden", "author": "Thoreau"},
    {"title": "Kitchen Garden Almanac", "author": ""},  # read, but in no catalogue
    {"title": "Emma", "author": "Jane Austen"},  # not on the photo
    {"title": "An unreadable one", "author": "", "readable": False},
]


@pytest.fixture(autouse=True)
def fake_world(settings, db):
    for name, value in FAKES.items():
        setattr(settings, name, value)


@pytest.fixture
def labelled(tmp_path):
    for folder in ("photos", "labels", "negatives"):
        (tmp_path / folder).mkdir()
    (tmp_path / "photos" / "shelf-01.jpg").write_bytes(photo().getvalue())
    (tmp_path / "labels" / "shelf-01.json").write_text(json.dumps({"photo": "shelf-01", "books": LABELS}))
    return tmp_path


def evaluate(capsys, directory, *options) -> dict:
    call_command("evaluate", str(directory), "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_the_figures_of_a_photo_and_of_all(labelled, capsys):
    figures = evaluate(capsys, labelled)
    total, (one,) = figures["total"], figures["photos"]
    assert (one["readable"], one["found"], one["found_any"], one["put_forward"], one["right"]) == (4, 2, 3, 2, 2)
    assert one["missed"] == ["Kitchen Garden Almanac", "Emma"]
    assert (total["recall"], total["recall_any"], total["precision"]) == (0.5, 0.75, 1.0)
    assert total["f1"] == pytest.approx(2 / 3)
    assert total["seconds"] > 0


def test_a_book_put_forward_on_a_negative_is_named(labelled, capsys):
    assert evaluate(capsys, labelled)["negatives"] == []
    (labelled / "negatives" / "no-books.jpg").write_bytes(photo("navy").getvalue())
    assert evaluate(capsys, labelled)["negatives"] == ["Middlemarch (no-books.jpg)", "Walden (no-books.jpg)"]


def test_for_people_there_is_a_line_a_photo_and_one_for_all(labelled, capsys):
    call_command("evaluate", str(labelled))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("shelf-01")
    (last,) = [line for line in lines if line.startswith("all photos")]
    assert "recall 0.500" in last
    assert "precision 1.000" in last


def test_what_was_recognised_can_be_kept(labelled, capsys, tmp_path):
    evaluate(capsys, labelled, "--results", str(tmp_path / "found.json"))
    (found,) = json.loads((tmp_path / "found.json").read_text())
    assert found["photo"].endswith("shelf-01.jpg")
    assert [book["title"] for book in found["books"]][:2] == ["Middlemarch", "Walden"]


def test_nothing_is_found_without_the_works_of_all_labels(labelled, capsys):
    (one,) = evaluate(capsys, labelled, "--without", "1")["photos"]
    assert (one["readable"], one["found"], one["put_forward"]) == (4, 0, 0)


def test_a_source_is_measured_with_a_curve_of_the_others(labelled, capsys):
    labels = json.loads((labelled / "labels" / "shelf-01.json").read_text())
    (labelled / "photos" / "shelf-02.jpg").write_bytes(photo("navy").getvalue())
    (labelled / "labels" / "shelf-02.json").write_text(json.dumps(labels | {"photo": "shelf-02"}))
    (labelled / "SOURCES.json").write_text(json.dumps([{"name": "shelf-01", "repo": "a"}, {"name": "shelf-02", "repo": "b"}]))
    figures = evaluate(capsys, labelled, "--cross")
    assert figures["left_out"]["total"]["readable"] == figures["total"]["readable"] == 8
    assert len(figures["left_out"]["curve"]) == 1 + len(confidence.WEIGHTS)


def test_a_directory_without_labels_is_said_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="no labels"):
        call_command("evaluate", str(tmp_path))


def test_a_label_whose_photo_is_missing_is_said_in_a_sentence(labelled):
    (labelled / "photos" / "shelf-01.jpg").unlink()
    with pytest.raises(CommandError, match=r"shelf-01\.jpg"):
        call_command("evaluate", str(labelled))

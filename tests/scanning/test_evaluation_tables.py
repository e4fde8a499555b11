"""Scored photos as figures: halves, languages, and confidences beside what they keep."""

import pytest

from scanning.evaluation import score_photo, tables


def photo(*books: tuple[str, float, bool], missed: int = 0, lang: str = "en", **facts):
    """A scored photo of books as (title, confidence, is right), and of labels that nothing answers."""
    labels = [{"title": title, "author": "", "lang": lang} for title, _, right in books if right]
    labels += [{"title": f"Nowhere to be seen {n}", "author": "", "lang": lang} for n in range(missed)]
    found = [{"title": title, "author": "", "confidence": c, "validated": True} for title, c, _ in books]
    return score_photo({"photo": "a", "books": labels}, {"books": found, "seconds": 10.0, **facts})


def test_the_first_and_third_photo_are_the_odd_half():
    scores = [photo(("Walden", 0.9, True)), photo(missed=2), photo(("Ulysses", 0.9, True), missed=1)]
    odd, even = tables.halves(scores).values()
    assert (odd.photos, odd.readable, odd.found) == (2, 3, 2)
    assert (even.photos, even.readable, even.found) == (1, 2, 0)


def test_each_language_has_its_recall_and_the_commonest_stands_first():
    scores = [
        photo(("Der Prozess", 0.9, True), missed=1, lang="de"),
        photo(("Walden", 0.9, True), missed=2),
        photo(missed=1, lang=""),
    ]
    assert [(one.name, one.readable, one.found) for one in tables.language_table(scores)] == [
        ("en", 3, 1),
        ("de", 2, 1),
        ("unknown", 1, 0),
    ]


def test_a_tenth_of_confidence_promises_its_mean_and_keeps_the_share_that_is_right():
    (bin,) = tables.calibration([photo(("Walden", 0.92, True), ("Ulysses", 0.98, True), ("Emma", 0.95, False))])
    assert (bin.low, bin.high, bin.books) == (0.9, 1.0, 3)
    assert bin.promised == pytest.approx(0.95)
    assert bin.kept == pytest.approx(2 / 3)
    assert bin.gap == pytest.approx(0.95 - 2 / 3)


@pytest.mark.parametrize(("confidence", "low"), [(1.0, 0.9), (0.9, 0.9), (0.89, 0.8), (0.6, 0.6), (0.3, 0.3), (0.0, 0.0)])
def test_a_confidence_falls_into_the_tenth_it_begins(confidence, low):
    (bin,) = tables.calibration([photo(("Walden", confidence, True))])
    assert bin.low == low


def test_the_worst_tenth_is_one_with_enough_books_to_tell():
    few = photo(("Emma", 0.65, False))
    many = [photo(("Walden", 0.95, n != 3)) for n in range(20)]
    assert tables.worst(tables.calibration([few])) is None
    worst = tables.worst(tables.calibration([few, *many]))
    assert (worst.low, worst.books) == (0.9, 20)
    assert worst.gap == pytest.approx(0.0)


def test_what_was_not_put_forward_promises_nothing():
    unread = score_photo(
        {"photo": "a", "books": []}, {"books": [{"title": "WALD", "author": "", "confidence": 0.2, "validated": False}]}
    )
    assert tables.calibration([unread]) == []


def test_the_first_book_is_told_against_the_whole_where_it_was_measured():
    assert tables.first_book_share([photo(), photo(firstBook=3.0), photo(firstBook=5.0)]) == 0.4
    assert tables.first_book_share([photo()]) is None


def test_likely_labels_and_sure_books_are_counted_by_themselves():
    labels = [{"title": "Walden", "author": ""}, {"title": "Ulysses", "author": "", "confidence": "likely"}]
    books = [
        {"title": title, "author": "", "confidence": sure, "validated": True}
        for title, sure in (("Walden", 0.95), ("Emma", 0.92), ("Dune", 0.6))
    ]
    total = tables.total([score_photo({"photo": "a", "books": labels}, {"books": books})])
    assert (total.recall, total.recall_clear, total.precision_sure) == (0.5, 1.0, 0.5)
    assert (total.wrong_per_100, total.wrong_sure_per_100) == (100.0, 50.0)

"""What counts as found, and how the figures are added up."""

import pytest

from scanning.evaluation import scoring, tables


def label(title: str, author: str = "", **more) -> dict:
    return {"title": title, "author": author, **more}


def book(title: str, author: str = "", validated: bool = True, confidence: float = 0.9) -> dict:
    return {"title": title, "author": author, "authors": [author], "validated": validated, "confidence": confidence}


def score(labels: list[dict], books: list[dict], seconds: float = 2.0) -> scoring.Score:
    return scoring.score_photo({"photo": "shelf-01", "books": labels}, {"books": books, "seconds": seconds})


@pytest.mark.parametrize(
    ("spine", "record"),
    [
        (("The Great Gatsby", "Fitzgerald"), ("Great Gatsby, The", "F. Scott Fitzgerald")),
        (("Cien años de soledad", "García Márquez"), ("Cien anos de soledad", "Gabriel García Márquez")),
        (("Frankenstein", "Mary Shelley"), ("Frankenstein: or, The Modern Prometheus", "Mary Wollstonecraft Shelley")),
        (("Sense & Sensibility", "Austen"), ("Sense and Sensibility", "Jane Austen")),
        (("Walden", ""), ("Walden", "Henry David Thoreau")),
        (("红楼梦", "曹雪芹"), ("红楼梦", "曹 雪芹")),
        (("Война и мир", "Лев Толстой"), ("Война и мир: роман", "Толстой, Лев")),
        (("소년이 온다", "한강"), ("소년이 온다", "한강")),
        (("The Left Hand of Darknes", "Le Guin"), ("The Left Hand of Darkness", "Ursula K. Le Guin")),
    ],
)
def test_a_title_that_agrees_is_found(spine, record):
    assert scoring.likeness(label(*spine), book(*record)) > 0


@pytest.mark.parametrize(
    ("spine", "record"),
    [
        (("Emma", "Jane Austen"), ("Emma", "Alexander McCall Smith")),
        (("Dune", "Frank Herbert"), ("Dune Messiah", "Frank Herbert")),
        (("Harry Potter 2", "J. K. Rowling"), ("Harry Potter 3", "J. K. Rowling")),
        (("Middlemarch", "George Eliot"), ("Silas Marner", "George Eliot")),
        (("Walden", ""), ("", "")),
        (("Война и мир", "Лев Толстой"), ("Анна Каренина", "Лев Толстой")),
        (("平凡的世界 上", "路遥"), ("平凡的世界 下", "路遥")),
        (("소년이 온다", "한강"), ("채식주의자", "한강")),
    ],
)
def test_another_book_is_not(spine, record):
    assert scoring.likeness(label(*spine), book(*record)) == 0


def test_one_book_answers_one_label():
    two_copies = [label("Dune", "Frank Herbert"), label("Dune", "Frank Herbert")]
    one = score(two_copies, [book("Dune", "Frank Herbert")])
    assert (one.found, one.right, one.missed) == (1, 1, ("Dune",))


def test_the_likest_pair_goes_first():
    labels = [label("Dune Messiah", "Frank Herbert"), label("Dune", "Frank Herbert")]
    hits = scoring.assign(labels, [book("Dune", "Frank Herbert"), book("Dune Messiah", "Frank Herbert")])
    assert hits == {0: 1, 1: 0}


def test_what_was_not_put_forward_counts_as_any_only():
    one = score([label("Dune", "Frank Herbert")], [book("Dune", "Frank Herbert", validated=False)])
    assert (one.found, one.found_any, one.put_forward) == (0, 1, 0)


def test_a_spine_that_nobody_can_read_counts_on_neither_side():
    one = score([label("Dune", "Frank Herbert", readable=False)], [book("Dune", "Frank Herbert")])
    assert (one.readable, one.found) == (0, 0)
    assert (one.put_forward, one.right, one.wrong) == (1, 1, ())


def test_a_wrong_book_costs_precision_and_is_named():
    one = score([label("Dune", "Frank Herbert")], [book("Dune", "Frank Herbert"), book("Emma", "Jane Austen")])
    assert (one.put_forward, one.right, one.wrong) == (2, 1, ("Emma / Jane Austen",))


def test_totals_weigh_by_book_and_the_macro_recall_by_photo():
    many = score([label(f"Volume {n} of it") for n in range(1, 4)], [book("Volume 1 of it")], seconds=1)
    few = score([label("Dune")], [book("Dune"), book("Emma")], seconds=3)
    total = tables.total([many, few])
    assert (total.readable, total.found, total.put_forward, total.right) == (4, 2, 3, 2)
    assert total.recall == 0.5
    assert total.precision == pytest.approx(2 / 3)
    assert total.f1 == pytest.approx(4 / 7)
    assert total.macro_recall == pytest.approx((1 / 3 + 1) / 2)
    assert total.seconds == 2


def test_no_photos_are_no_division_by_nothing():
    total = tables.total([])
    assert (total.recall, total.precision, total.f1) == (0, 0, 0)

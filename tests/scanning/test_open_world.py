"""Catalogues that lack the works of labels."""

from catalogs import Record
from catalogs.lookup import Lookup
from scanning.evaluation.open_world import MissingWorks, lookup_without, missing_works
from scanning.evaluation.scoring import score_photo

LABELS = [{"photo": "a", "books": [{"title": f"{word} Street", "author": "Ana Lima"} for word in ("Oak", "Elm", "Ash", "Fir")]}]


class Known:
    name = "known"

    def search_many(self, texts, limit):
        records = [
            Record("Oak Street: A Novel", ("Ana Lima",)),
            Record("Ana Lima's Oak Street, Third Edition", ("Ana Lima",)),
            Record("Oak Avenue", ("Ana Lima",)),
            Record("Dune", ("Herbert",)),
        ]
        return [records for _ in texts]


def test_the_same_share_is_missing_on_every_run():
    assert missing_works(LABELS, 1) == LABELS[0]["books"]
    assert missing_works(LABELS, 0) == []
    assert missing_works(LABELS, 0.5) == missing_works(LABELS, 0.5)


def test_every_edition_of_a_missing_work_is_missing_and_nothing_else():
    lookup = lookup_without(Lookup([Known()]), MissingWorks(missing_works(LABELS, 1)))
    assert [record.title for record in lookup.search(["oak street"])["oak street"]] == ["Oak Avenue", "Dune"]


def test_nothing_is_right_for_a_missing_work():
    (label,) = [MissingWorks(missing_works(LABELS, 1)).labels_left(label) for label in LABELS]
    book = {"title": "Oak Street", "author": "Ana Lima", "validated": True, "confidence": 0.95}
    one = score_photo(label, {"books": [book]})
    assert (one.readable, one.found, one.put_forward, one.right, one.sure_right) == (4, 0, 1, 0, 0)

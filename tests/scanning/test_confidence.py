"""What may be sure, what may be put forward, and what stays what was read."""

import pytest

from scanning.confidence import CERTAIN, NOT_PUT_FORWARD, NOT_SURE, Surroundings, grounds
from scanning.matching import Evidence
from scanning.token_weights import Work
from tests.scanning.test_validate import book


def evidence(title: str, author: str, found: str, author_found: float = 0.0) -> Evidence:
    work = Work.of(book(title, author))
    words = frozenset(found.split())
    bits = work.title_bits * len(words) / len(work.title)
    return Evidence(work, 0, title_found=bits, author_found=author_found, found_words=words, verbatim=bits, lines={0: bits})


def around(**other) -> Surroundings:
    plain = {
        "margin": 10.0,
        "company": False,
        "left_over": 0.0,
        "other_names": 0.0,
        "is_crowded": False,
        "repeats": 0,
        "is_name": False,
    }
    return Surroundings(**plain | other)


@pytest.mark.parametrize(
    ("claim", "beside", "most"),
    [
        (evidence("The Secret History", "Donna Tartt", "the secret history"), {}, CERTAIN),
        (evidence("The Secret History", "Donna Tartt", "history"), {}, NOT_SURE),  # half a title
        (evidence("Collected Stories", "Ana Lima", "collected stories"), {}, NOT_SURE),  # generic, without its author
        (evidence("Collected Stories", "Ana Lima", "collected stories", 9.0), {}, CERTAIN),
        (evidence("The Secret History", "Donna Tartt", "the secret history"), {"margin": 1.0}, NOT_SURE),
        (evidence("The Secret History", "Donna Tartt", "the secret history"), {"is_crowded": True}, CERTAIN),
        (evidence("The Secret History", "Donna Tartt", "the secret"), {"is_crowded": True}, NOT_SURE),
        (evidence("Mark Twain: Selected Works", "Mark Twain", "mark twain"), {}, NOT_PUT_FORWARD),
        (evidence("Flaubert in Egypt", "Gustave Flaubert", "flaubert", 9.0), {}, NOT_PUT_FORWARD),
        (evidence("Hemingway: A Life", "Mary Dearborn", "hemingway"), {"is_name": True}, NOT_PUT_FORWARD),
        (evidence("Hemingway: A Life", "Mary Dearborn", "hemingway", 9.0), {"is_name": True}, CERTAIN),
    ],
)
def test_the_most_that_a_claim_may_have(claim, beside, most):
    assert grounds(claim, around(**beside)).most == most


def test_text_that_a_record_does_not_explain_lowers_the_confidence():
    claim = evidence("The Secret History", "Donna Tartt", "the secret history")
    assert grounds(claim, around(left_over=30.0)).confidence() < grounds(claim, around()).confidence()


def test_its_author_raises_the_confidence():
    named = evidence("Emma", "Jane Austen", "emma", author_found=12.0)
    assert grounds(named, around()).confidence() > grounds(evidence("Emma", "Jane Austen", "emma"), around()).confidence()

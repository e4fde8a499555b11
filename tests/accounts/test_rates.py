"""The share of calls: true for any minute, wherever it begins."""

import random

import pytest

from accounts import rates
from accounts.models import Allowance

pytestmark = pytest.mark.slow

NOON = 1_763_726_400.0  # a full minute, so that a window of the clock would begin here


def passed(user, moments, limit: int = 100, seconds: int = 60) -> list[float]:
    """Those of the `moments` at which a call was let through."""
    return [moment for moment in moments if rates.take_call(user, "calls", limit, seconds, now=moment).allowed]


def test_the_end_of_one_minute_and_the_start_of_the_next_have_one_share_between_them(owner):
    late = passed(owner, [NOON + 58 + n / 100 for n in range(110)])
    early = passed(owner, [NOON + 60 + n / 100 for n in range(200)])
    assert (len(late), len(early)) == (100, 0)
    assert len(passed(owner, [NOON + 58 + 61 + n / 100 for n in range(200)])) > 0, "a minute later there are calls again"


@pytest.mark.parametrize("seed", range(3))
def test_in_no_minute_whatever_more_calls_pass_than_are_allowed(owner, seed):
    dice = random.Random(seed)
    moments = sorted(NOON + dice.choice([dice.uniform(0, 300), dice.gauss(60, 3), dice.gauss(121, 2)]) for _ in range(300))
    let_through = passed(owner, moments, limit=20)
    for first in let_through:
        assert sum(first <= moment < first + 60 for moment in let_through) <= 20


def test_whoever_asks_steadily_gets_the_whole_share(owner):
    assert len(passed(owner, [NOON + n * 0.62 for n in range(400)])) == 400, "97 in a minute of 100"


def test_what_the_headers_say_is_so(owner):
    shares = [rates.take_call(owner, "calls", 3, 60, now=NOON + n) for n in (0, 10, 20, 30)]
    assert [share.left for share in shares] == [2, 1, 0, 0]
    assert [share.allowed for share in shares] == [True, True, True, False]
    refused = shares[-1]
    assert not rates.take_call(owner, "calls", 3, 60, now=NOON + 30 + refused.reset - 2).allowed
    back = rates.take_call(owner, "calls", 3, 60, now=NOON + 30 + refused.reset)
    assert (back.allowed, back.left) == (True, 0), "one came back, and was spent"


def test_a_refusal_costs_one_look_and_writes_nothing(owner, django_assert_num_queries):
    rates.take_call(owner, "calls", 1, 60, now=NOON)
    with django_assert_num_queries(1):
        assert not rates.take_call(owner, "calls", 1, 60, now=NOON + 1).allowed
    with django_assert_num_queries(2):
        assert rates.take_call(owner, "calls", 2, 60, now=NOON + 1).allowed


def test_a_clock_that_was_wrong_takes_no_calls_away(owner):
    assert passed(owner, [NOON + 86_400], limit=1)
    assert passed(owner, [NOON], limit=1)


def test_what_is_kept_stays_small(owner):
    passed(owner, [NOON + n for n in range(600)], limit=1000)
    assert len(Allowance.objects.get(user=owner).slices) <= rates.SLICES + 1

"""Which backups are kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backups.places import name_of, time_of
from backups.retention import list_expired
from tests.properties import quick

moments = st.integers(1_730_000_000, 1_800_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
backups = st.lists(st.tuples(moments, st.booleans()).map(lambda made: name_of(*made)), max_size=40, unique=True)


def test_a_week_of_days_and_a_month_of_sundays():
    daily = [name_of(datetime(2026, 11, 30, 3, tzinfo=UTC) - timedelta(days=days), False) for days in range(40)]
    kept = set(daily) - set(list_expired(daily, 3, 4))
    assert sorted(time_of(name).strftime("%m-%d") for name in kept) == ["11-15", "11-22", "11-28", "11-29", "11-30"]


@quick
@given(backups, st.integers(0, 9), st.integers(0, 9))
def test_the_newest_day_stays_and_never_more_than_was_asked_for(names, daily, weekly):
    expired = list_expired(names, daily, weekly)
    kept = [name for name in names if name not in expired]
    newest = max(map(time_of, names), default=None)
    assert set(expired) <= set(names)
    assert all(time_of(name).date() != newest.date() for name in expired)
    assert len({time_of(name).date() for name in kept}) <= 1 + daily + weekly
    assert len({time_of(name).date() for name in kept}) >= min(daily, len({time_of(name).date() for name in names}))
    assert list_expired(kept, daily, weekly) == []


@quick
@given(st.text(max_size=40), backups)
def test_other_files_are_never_deleted(other, names):
    assert other in names or other not in list_expired([*names, other], 0, 0)


@quick
@given(moments, st.booleans())
def test_a_name_holds_the_time(moment, encrypted):
    assert time_of(name_of(moment, encrypted)) == moment

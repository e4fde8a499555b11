import pytest

from scanning import events
from tests.factories import make_scan

pytestmark = pytest.mark.django_db


def test_each_scan_counts_its_own_events(owner):
    one, other = make_scan(owner), make_scan(owner)
    for scan in (one, other, one):
        events.report_progress(scan, "read", 1, 2, "Reading")
    assert [message["seq"] for message in events.after(one, 0)] == [1, 2]
    assert [message["seq"] for message in events.after(other, 0)] == [1]


def test_writers_at_the_same_moment_leave_no_gap_and_no_double(race, owner):
    scan = make_scan(owner)
    race(lambda: events.report_progress(scan, "read", 1, 2, "Reading"), times=8)
    assert [message["seq"] for message in events.after(scan, 0)] == list(range(1, 9))


def test_a_reader_goes_on_where_it_left_off(owner):
    scan = make_scan(owner)
    for done in range(4):
        events.report_progress(scan, "read", done, 4, "Reading")
    assert [message["done"] for message in events.after(scan, 2)] == [2, 3]


def test_a_message_has_the_form_that_was_promised(owner):
    scan = make_scan(owner, job_id="job-a")
    events.report_progress(scan, "read", 3, 14, "Read 3 of 14 parts")
    events.append(scan, "processingFailed", error="Too dark.", retryable=False)
    assert events.after(scan, 0) == [
        {
            "type": "progress",
            "jobId": "job-a",
            "seq": 1,
            "stage": "read",
            "done": 3,
            "total": 14,
            "message": "Read 3 of 14 parts",
            "progress": 0.1714,
        },
        {"type": "processingFailed", "jobId": "job-a", "seq": 2, "error": "Too dark.", "retryable": False},
    ]


def test_the_bar_never_falls_and_goes_on_from_one_stage_to_the_next(owner):
    scan = make_scan(owner)
    reports = [
        ("read", 0, 0),
        ("read", 6, 12),
        ("read", 1, 12),
        ("read", 12, 12),
        ("propose", 0, 1),
        ("validate", 1, 2),
        ("read", 0, 1),
    ]
    shares = [events.report_progress(scan, *report, "…").payload["progress"] for report in reports]
    assert shares == sorted(shares) and shares[0] == 0 and shares[1] == 0.4 and shares[5] == shares[6] == 0.91

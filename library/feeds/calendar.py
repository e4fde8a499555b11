"""The loans that are due, for calendars: one whole-day event each. https://www.rfc-editor.org/rfc/rfc5545"""

from datetime import UTC, datetime, time, timedelta

from icalendar import Calendar, Event

from library.models import Loan


def calendar(loans: list[Loan], name: str) -> bytes:
    made = Calendar()
    made.add("prodid", "-//BookImg//Loans//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for loan in loans:
        if loan.due:
            made.add_component(event(loan))
    return made.to_ical()


def event(loan: Loan) -> Event:
    """Its stamp is the day of the loan, so that the same loans give the same file."""
    made = Event()
    made.add("uid", f"loan-{loan.pk}@bookimg")
    made.add("dtstamp", datetime.combine(loan.since, time(), UTC))
    made.add("dtstart", loan.due)
    made.add("dtend", loan.due + timedelta(days=1))
    made.add("summary", f"“{loan.copy.title}” due back from {loan.borrower}")
    made.add("description", "\n".join(filter(None, [f"Lent on {loan.since.isoformat()}.", loan.note])))
    made.add("transp", "TRANSPARENT")
    return made

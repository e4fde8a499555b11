"""The feeds at secret addresses: a calendar of loans as all-day events (https://www.rfc-editor.org/rfc/rfc5545), and the newest
books as RSS."""

from datetime import UTC, datetime, time, timedelta

from django.utils.feedgenerator import Rss201rev2Feed
from icalendar import Calendar, Event

from library.models import Loan, UserBook
from library.opds import legible


def calendar(loans: list[Loan], name: str) -> bytes:
    made = Calendar()
    made.add("prodid", "-//BookImg//Loans//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for loan in loans:
        if loan.due:
            made.add_component(_loan_event(loan))
    return made.to_ical()


def _loan_event(loan: Loan) -> Event:
    """Uses the date of the loan as the stamp, so that the same loans produce the same file."""
    made = Event()
    made.add("uid", f"loan-{loan.pk}@bookimg")
    made.add("dtstamp", datetime.combine(loan.since, time(), UTC))
    made.add("dtstart", loan.due)
    made.add("dtend", loan.due + timedelta(days=1))
    made.add("summary", f"“{loan.copy.title}” due back from {loan.borrower}")
    made.add("description", "\n".join(filter(None, [f"Lent on {loan.since.isoformat()}.", loan.note])))
    made.add("transp", "TRANSPARENT")
    return made


def rss(copies: list[UserBook], title: str, home: str, address_of) -> str:
    """`address_of` returns the address of a copy's page."""
    feed = Rss201rev2Feed(title=title, link=home, description="Recently added books", language="en")
    for copy in copies:
        feed.add_item(
            title=legible(f"{copy.title} — {copy.author}" if copy.authors else copy.title),
            link=address_of(copy),
            description=legible(copy.description),
            pubdate=copy.added,
            unique_id=f"bookimg-{copy.pk}",
            unique_id_is_permalink=False,
            categories=[legible(name) for name in copy.categories],
        )
    return feed.writeString("utf-8")

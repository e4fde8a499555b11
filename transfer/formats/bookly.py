"""Bookly, which counts minutes and pages of reading. https://getbookly.com

Its table is not documented; these are the columns that were met. Authors are a list of "First Last", stars of five."""

from library.models import Status
from transfer.tables import Table

FORMAT = Table(
    "bookly",
    "Bookly",
    signature=("Total Reading Time", "Reading Time", "Pages Read", "Reading Speed", "Reading Sessions", "Collections"),
    columns={
        "Title": "plain_title",
        "Book Title": "plain_title",
        "Author": "author_list",
        "Authors": "author_list",
        "ISBN": "isbn",
        "Publisher": "publisher",
        "Language": "language",
        "Total Pages": "pages",
        "Pages": "pages",
        "Book Type": "binding",
        "Format": "binding",
        "Status": "status",
        "State": "status",
        "Rating": "rating",
        "Genre": "categories",
        "Collections": "tags",
        "Tags": "tags",
        "Review": "review",
        "Notes": "notes",
        "Start Date": "begun",
        "Started": "begun",
        "Finish Date": "finished",
        "End Date": "finished",
        "Finished": "finished",
        "Date Added": "added",
        "Favorite": "favourite",
    },
    stars=5,
    statuses={
        "reading now": Status.READING,
        "finished": Status.READ,
        "gave up": Status.DID_NOT_FINISH,
    },
)

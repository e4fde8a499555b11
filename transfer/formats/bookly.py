"""Bookly, which counts minutes and pages of reading. https://getbookly.com

Its table is not documented; these are the columns that were met. Authors are a list of "First Last", stars of five."""

from library.models import Status
from transfer.tables import Table, columns_of

FORMAT = Table(
    "bookly",
    "Bookly",
    signature=("Total Reading Time", "Reading Time", "Pages Read", "Reading Speed", "Reading Sessions", "Collections"),
    columns=columns_of("""
        plain_title: Title; Book Title | author_list: Author; Authors | isbn: ISBN | publisher: Publisher | language: Language
        pages: Total Pages; Pages | binding: Book Type; Format | status: Status; State | rating: Rating | categories: Genre
        tags: Collections; Tags | review: Review | notes: Notes | begun: Start Date; Started
        finished: Finish Date; End Date; Finished | added: Date Added | favourite: Favorite
    """),
    stars=5,
    statuses={
        "reading now": Status.READING,
        "finished": Status.READ,
        "gave up": Status.DID_NOT_FINISH,
    },
)

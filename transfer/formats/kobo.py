"""The books of a Kobo: the table `content` of the database on the device, saved as CSV.

`Attribution` is a list of "First Last", `ReadStatus` 0, 1 or 2. The day on which a book was last opened is none on which it was
finished, so it stays with the imported columns."""

from library.models import Status
from transfer.tables import Table, columns_of

FORMAT = Table(
    "kobo",
    "Kobo",
    signature=("ContentID", "Attribution", "ReadStatus", "___PercentRead", "DateLastRead", "TimeSpentReading", "VolumeID"),
    columns=columns_of("""
        id: ContentID | drop: VolumeID | plain_title: BookTitle; Title | subtitle: Subtitle | author_list: Attribution; Author
        publisher: Publisher | isbn: ISBN | language: Language | series: Series | series_number: SeriesNumber
        description: Description | status: ReadStatus | rating: Rating
    """),
    stars=5,
    statuses={"0": Status.TO_READ, "1": Status.READING, "2": Status.READ},
)

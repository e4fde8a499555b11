"""The books of a Kobo: the table `content` of the database on the device, saved as CSV.

`Attribution` is a list of "First Last", `ReadStatus` 0, 1 or 2. The day on which a book was last opened is none on which it was
finished, so it stays with the imported columns."""

from library.models import Status
from transfer.fields import DROP
from transfer.tables import Table

FORMAT = Table(
    "kobo",
    "Kobo",
    signature=("ContentID", "Attribution", "ReadStatus", "___PercentRead", "DateLastRead", "TimeSpentReading", "VolumeID"),
    columns={
        "ContentID": "id",
        "VolumeID": DROP,
        "BookTitle": "plain_title",
        "Title": "plain_title",
        "Subtitle": "subtitle",
        "Attribution": "author_list",
        "Author": "author_list",
        "Publisher": "publisher",
        "ISBN": "isbn",
        "Language": "language",
        "Series": "series",
        "SeriesNumber": "series_number",
        "Description": "description",
        "ReadStatus": "status",
        "Rating": "rating",
    },
    stars=5,
    statuses={"0": Status.TO_READ, "1": Status.READING, "2": Status.READ},
)

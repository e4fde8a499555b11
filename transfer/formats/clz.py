"""CLZ Books (Collectorz.com). https://clz.com/books

`Author` is a list between semicolons, as its owner chose to see names; ratings are of ten. `Collection Status` says whether a
book is owned, wished for or sold."""

from transfer.fields import DROP
from transfer.tables import Table

FORMAT = Table(
    "clz",
    "CLZ Books",
    signature=("Collection Status", "Read It", "Reading Date", "Purchase Store", "Index", "Sub Title", "Loan Date", "Sort Title"),
    columns={
        "Index": DROP,
        "Title": "plain_title",
        "Sub Title": "subtitle",
        "Subtitle": "subtitle",
        "Sort Title": DROP,
        "Author": "authors",
        "Author Sort": DROP,
        "Series": "series",
        "Volume": "series_number",
        "Publisher": "publisher",
        "Publication Date": "published",
        "Publication Year": "published",
        "Original Publication Date": "first_published",
        "Original Publication Year": "first_published",
        "Format": "binding",
        "Pages": "pages",
        "No. of Pages": "pages",
        "ISBN": "isbn",
        "Barcode": "isbn",
        "Genre": "categories",
        "Subject": "categories",
        "Plot": "description",
        "Language": "language",
        "Location": "shelf",
        "Collection Status": "collection_status",
        "My Rating": "rating",
        "Rating": "rating",
        "Read It": "was_read",
        "Reading Date": "read_on",
        "Start Date": "begun",
        "Notes": "notes",
        "Personal Notes": "notes",
        "Tags": "tags",
        "Quantity": "copies",
        "Condition": "condition",
        "Purchase Date": "bought",
        "Purchase Store": "bought_from",
        "Purchase Price": "price",
        "Loaned To": "lent_to",
        "Loan Date": "lent_on",
        "Added Date": "added",
        "Modified Date": DROP,
    },
    least=3,
    stars=10,
)

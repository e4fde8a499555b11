"""BookBuddy (Kimico). https://www.kimicoapps.com/bookbuddy

`Author` is a list of "First Last", stars are of five with 0 for none, dates year first; `Wish List` is 1 for a wish."""

from library.models import Status
from transfer.fields import DROP
from transfer.tables import Table

FORMAT = Table(
    "bookbuddy",
    "BookBuddy",
    signature=("Author (Last, First)", "Physical Location", "Wish List", "Date Loaned", "Loaned To", "Current Page", "Up Next"),
    columns={
        "Title": "plain_title",
        "Subtitle": "subtitle",
        "Series": "series",
        "Volume": "series_number",
        "Author": "author_list",
        "Author (Last, First)": DROP,
        "Publisher": "publisher",
        "Date Published": "published",
        "Year Published": "published",
        "Original Date Published": "first_published",
        "Original Year Published": "first_published",
        "Genre": "categories",
        "Summary": "description",
        "Number of Pages": "pages",
        "Format": "binding",
        "Language": "language",
        "ISBN": "isbn",
        "Status": "status",
        "Rating": "rating",
        "Favorites": "favourite",
        "Date Started": "begun",
        "Date Finished": "finished",
        "Physical Location": "shelf",
        "Purchase Date": "bought",
        "Purchase Place": "bought_from",
        "Purchase Price": "price",
        "Condition": "condition",
        "Loaned To": "lent_to",
        "Date Loaned": "lent_on",
        "Quantity": "copies",
        "Tags": "tags",
        "Notes": "notes",
        "Wish List": "wished",
        "Previously Owned": "owned_once",
        "Status Hidden": DROP,
        "Up Next": DROP,
        "Date Added": "added",
        "Google VolumeID": DROP,
        "Uploaded Image URL": DROP,
    },
    least=3,
    stars=5,
    statuses={
        "unread": Status.TO_READ,
        "in progress": Status.READING,
        "read": Status.READ,
        "incomplete": Status.DID_NOT_FINISH,
        "abandoned": Status.DID_NOT_FINISH,
    },
)

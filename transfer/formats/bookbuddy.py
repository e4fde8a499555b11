"""BookBuddy (Kimico). https://www.kimicoapps.com/bookbuddy

`Author` is a list of "First Last", stars are of five with 0 for none, dates year first; `Wish List` is 1 for a wish."""

from library.models import Status
from transfer.tables import Table, columns_of

FORMAT = Table(
    "bookbuddy",
    "BookBuddy",
    signature=("Author (Last, First)", "Physical Location", "Wish List", "Date Loaned", "Loaned To", "Current Page", "Up Next"),
    columns=columns_of("""
        plain_title: Title | subtitle: Subtitle | series: Series | series_number: Volume | author_list: Author
        drop: Author (Last, First); Status Hidden; Up Next; Google VolumeID; Uploaded Image URL | publisher: Publisher
        published: Date Published; Year Published | first_published: Original Date Published; Original Year Published
        categories: Genre | description: Summary | pages: Number of Pages | binding: Format | language: Language | isbn: ISBN
        status: Status | rating: Rating | favourite: Favorites | begun: Date Started | finished: Date Finished
        shelf: Physical Location | bought: Purchase Date | bought_from: Purchase Place | price: Purchase Price
        condition: Condition | lent_to: Loaned To | lent_on: Date Loaned | copies: Quantity | tags: Tags | notes: Notes
        wished: Wish List | owned_once: Previously Owned | added: Date Added
    """),
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

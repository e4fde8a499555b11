"""LibraryThing: tabs, ISO-8859-1, brackets, collections that say how far one is."""

from tests.transfer.importing import read

HEADER = (
    "Book Id|Title|Sort Character|Primary Author|Primary Author Role|Secondary Author|Secondary Author Roles|Publication|"
    "Date|Review|Rating|Comment|Private Comment|Summary|Media|Physical Description|Weight|Height|Thickness|Length|"
    "Dimensions|Page Count|LCCN|Acquired|Date Started|Date Read|Barcode|BCID|Tags|Collections|Languages|Original Languages|"
    "LC Classification|ISBN|ISBNs|Subjects|Dewey Decimal|Dewey Wording|Other Call Number|Copies|Source|Entry Date|"
    "From Where|OCLC|Work id|Lending Patron|Lending Status|Lending Start|Lending End"
)
NAMES = HEADER.split("|")
ETRANGER = {
    "Book Id": "5194",
    "Title": "L'Étranger",
    "Primary Author": "Camus, Albert",
    "Secondary Author": "Gilbert, Stuart|Sartre, Jean-Paul",
    "Secondary Author Roles": "Translator|",
    "Publication": "Gallimard (1972), Poche, 185 pages",
    "Date": "1972",
    "Review": 'A "quiet" one',
    "Rating": "4.5",
    "Media": "Paperback",
    "Page Count": "185 ",
    "Acquired": "[2006-05-01]",
    "Date Started": "[2007-04-02]",
    "Date Read": "[2007-04-16]",
    "Tags": "french,algeria",
    "Collections": "Your library, Summer house",
    "Languages": "French",
    "ISBN": "[2070360024]",
    "ISBNs": "2070360024, 9782070360024",
    "Copies": "1",
    "Entry Date": "[2006-08-09]",
    "From Where": "Shakespeare & Co.",
    "Work id": "1234",
}


def tsv(*rows: dict) -> bytes:
    lines = ["\t".join(NAMES)] + ["\t".join(row.get(name, "") for name in NAMES) for row in rows]
    return "\n".join(lines).encode("iso-8859-1")


def test_a_row_becomes_a_book():
    kind, (item,) = read(tsv(ETRANGER))
    assert kind == "librarything"
    assert item.facts == {
        "title": "L'Étranger",
        "authors": ["Albert Camus", "Jean-Paul Sartre"],
        "isbn13": "9782070360024",
        "published_date": "1972",
        "publisher": "Gallimard",
        "binding": "Paperback",
        "pages": 185,
        "language": "fr",
    }
    own = {"rating": 9, "review": 'A "quiet" one', "bought": "2006-05-01", "bought_from": "Shakespeare & Co."}
    assert item.own == own | {"added": "2006-08-09", "status": "read"}
    assert item.readings == [["2007-04-02", "2007-04-16"]]
    assert item.tags == ["french", "algeria", "Summer house"]
    assert item.extra["Translator"] == "Gilbert, Stuart"
    assert item.ids == {"librarything": "5194"}


def test_collections_say_the_status():
    unread = ETRANGER | {"Date Started": "", "Date Read": ""}
    rows = [unread | {"Collections": name} for name in ("Wishlist", "To read", "Currently reading", "Your library")]
    _, items = read(tsv(*rows))
    assert [item.own.get("status") for item in items] == ["wishlist", "to-read", "reading", None]


def test_a_book_that_is_lent_stays_lent():
    lent = {"Lending Patron": "Ana", "Lending Start": "[2020-01-02]", "Lending End": ""}
    _, (item,) = read(tsv(ETRANGER | lent))
    assert item.loans == [{"borrower": "Ana", "since": "2020-01-02"}]


def test_films_are_left_out_and_say_so():
    _, (item,) = read(tsv(ETRANGER | {"Media": "DVD"}))
    assert item.left_out == "This is not a book but “DVD”."


def test_a_book_that_was_read_and_is_not_owned_says_both():
    _, (item,) = read("Book Id\tTitle\tPrimary Author\tCollections\tISBNs\n1\tEmma\tAusten, Jane\tRead but unowned\t\n")
    assert (item.own["status"], item.tags) == ("read", ["Read but unowned"])

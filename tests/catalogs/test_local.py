import pytest

from catalogs import Record, local
from catalogs.local import LocalCatalog
from catalogs.models import CatalogRecord

pytestmark = pytest.mark.django_db

BOOKS = [
    Record("The Cliff Fish Code", ("Marit Larsen",), isbn="9780306406157", published_date="2004", language="en"),
    Record("Speak", ("Laurie Halse Anderson",)),
    Record("Speak", ("Louisa Hall",)),
    Record("Speak: A Short History of Languages", ("Tore Janson",)),
    Record("Crow", ("Ted Hughes",)),
    Record("Crow Lake", ("Mary Lawson",)),
    Record("Die Wahlverwandtschaften", ("Johann Wolfgang von Goethe",), language="de"),
    Record("La plaça del Diamant", ("Mercè Rodoreda",)),
    Record("The Modern Mind", ("Peter Watson",)),
    Record("1984", ("George Orwell",)),
    Record("三体", ("刘慈欣",)),
    Record("Мастер и Маргарита", ("Михаил Булгаков",)),
    *(Record(f"A Study of {word}", (f"{word} Miller",)) for word in "Rivers Stones Clouds Birds Maps Salt Ships Bread".split()),
]


@pytest.fixture
def catalog():
    local.add_records(BOOKS)
    return LocalCatalog()


def first(catalog, text):
    found = catalog.search(text)
    return (found[0].title, found[0].author) if found else None


@pytest.mark.parametrize(
    ("spine", "title"),
    [
        ("THE CLIFF FISH CODE LARSEN", "The Cliff Fish Code"),
        ("THECLIFFFISHCODE", "The Cliff Fish Code"),
        ("LARSEN   Cl1ff F1sh C0de  PENGUIN BOOKS", "The Cliff Fish Code"),
        ("MARIT LARSEN THE CUFF FISH CDDE", "The Cliff Fish Code"),
        ("The Modem Mlnd WATSON", "The Modern Mind"),
        ("GOETHE WAHLVERWANDTSCHAFTEN reclam", "Die Wahlverwandtschaften"),
        ("RODOREDA LA PLACA DEL DIAMANT", "La plaça del Diamant"),
        ("I984 ORWELL", "1984"),
        ("刘慈欣 三体", "三体"),
        ("МАСТЕР И МАРГАРИТА", "Мастер и Маргарита"),
    ],
)
def test_a_spine_finds_its_book_as_ocr_reads_it(catalog, spine, title):
    assert first(catalog, spine)[0] == title


def test_the_author_decides_between_books_of_the_same_short_title(catalog):
    assert first(catalog, "SPEAK LAURIE HALSE ANDERSON") == ("Speak", "Laurie Halse Anderson")
    assert first(catalog, "LOUISA HALL SPEAK") == ("Speak", "Louisa Hall")
    assert first(catalog, "TED HUGHES CROW faber") == ("Crow", "Ted Hughes")


def test_a_batch_answers_each_text_in_its_place(catalog):
    found = catalog.search_many(["CROW LAKE LAWSON", "", "?!", "ORWELL 1984"], limit=3)
    assert [records[0].title if records else None for records in found] == ["Crow Lake", None, None, "1984"]
    assert all(len(records) <= 3 for records in found)


def test_an_empty_catalogue_finds_nothing():
    assert LocalCatalog().search("ORWELL 1984") == []


def test_a_record_comes_back_whole(catalog):
    record = catalog.search("CLIFF FISH CODE")[0]
    assert (record.isbn, record.authors, record.published_date, record.language) == (
        "9780306406157",
        ("Marit Larsen",),
        "2004",
        "en",
    )
    assert record.source == "local"


def test_an_isbn_is_found_or_not(catalog):
    assert catalog.by_isbn("9780306406157").title == "The Cliff Fish Code"
    assert catalog.by_isbn("9780441172719") is None
    assert catalog.by_isbn("") is None


def test_adding_the_same_books_again_adds_nothing(catalog):
    assert local.add_records(BOOKS) == 0
    assert local.add_records([Record("CROW", ("Ted  Hughes",))]) == 0
    assert CatalogRecord.objects.count() == len(BOOKS)


def test_books_that_came_later_are_found_at_once(catalog):
    assert first(catalog, "MIDDLEMARCH ELIOT") is None or first(catalog, "MIDDLEMARCH ELIOT")[0] != "Middlemarch"
    local.add_records([Record("Middlemarch", ("George Eliot",))])
    assert first(catalog, "MIDDLEMARCH ELIOT") == ("Middlemarch", "George Eliot")


def test_many_editions_of_one_book_leave_room_for_others(catalog):
    local.add_records([Record("Crow", ("Ted Hughes",), isbn=f"97800000000{n:02}") for n in range(20)])
    works = {(record.title, record.author) for record in catalog.search("TED HUGHES CROW LAKE")}
    assert {("Crow", "Ted Hughes"), ("Crow Lake", "Mary Lawson")} <= works


def test_an_edition_with_an_isbn_stands_before_one_without(catalog):
    local.add_records([Record("Crow", ("Ted Hughes",), isbn="9780571099153")])
    assert catalog.search("TED HUGHES CROW")[0].isbn == "9780571099153"


def test_what_is_deleted_is_not_found(catalog):
    CatalogRecord.objects.filter(title="Crow").delete()
    assert "Crow" not in [record.title for record in catalog.search("TED HUGHES CROW")]

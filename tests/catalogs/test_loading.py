import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command
from pymarc import Field, Indicators, Subfield
from pymarc import Record as Marc

from catalogs import loading
from catalogs.local import LocalCatalog
from catalogs.models import CatalogFile, CatalogRecord

pytestmark = pytest.mark.django_db

HEADER = "isbn13,title,author,year,publisher,language\n"
TABLE = (
    HEADER
    + '9780306406157,The Cliff Fish Code,"Larsen, Marit",2004,North,eng\n'
    + '"","Crow, and other\nbirds",Ted Hughes,1970,,en-GB\n'
)


def load(path, *args):
    out = io.StringIO()
    call_command("load_catalog", str(path), *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def write(tmp_path):
    def written(text, name="books.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def test_a_table_becomes_records(write):
    assert "2 rows read, 2 books added, 0 rows skipped" in load(write(TABLE))
    book = CatalogRecord.objects.get(isbn13="9780306406157")
    assert (book.title, book.author, book.year, book.language) == ("The Cliff Fish Code", "Marit Larsen", "2004", "en")
    assert LocalCatalog().search("HUGHES CROW AND OTHER BIRDS")[0].title == "Crow, and other\nbirds"


def test_a_packed_table_too(write):
    assert "2 books added" in load(write(gzip.compress(TABLE.encode()), "books.csv.gz"))


def test_the_same_file_again_adds_nothing(write):
    path = write(TABLE)
    load(path)
    assert "already been loaded" in load(path)
    assert "0 books added" in load(path, "--again")
    assert CatalogRecord.objects.count() == 2


def test_bad_rows_are_skipped_and_named_by_their_lines(write):
    text = HEADER + "".join(
        [
            "9780306406157,Good,Someone,2004,,en\n",
            ",,No Title,1999,,en\n",
            "9780306406158,Wrong check digit,Someone,,,\n",
            ",Too,many,columns,in,this,row\n",
            ",Short row\n",
        ]
    )
    said = load(write(text))
    assert "5 rows read, 3 books added, 2 rows skipped" in said
    assert "line 3: has no title" in said
    assert "line 4: is kept without its ISBN, which is not valid: 9780306406158" in said
    assert CatalogRecord.objects.get(title="Wrong check digit").isbn13 == ""
    assert "line 5: has more columns" in said


def test_rows_that_are_not_utf8_are_skipped(write):
    said = load(write(HEADER.encode() + b",Caf\xe9,Someone,,,\n,Tea,Someone,,,\n"))
    assert "1 books added, 1 rows skipped" in said


def test_a_stopped_load_goes_on_where_it_was(write):
    path = write(HEADER + "".join(f",Volume number {n},Author {n},,,\n" for n in range(1200)))

    def stop(position, records):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loading.load_file(path, progress=stop, batch_size=300)
    assert CatalogRecord.objects.count() == 300
    assert CatalogFile.objects.get().rows == 300
    said = load(path)
    assert "Continued after row 300" in said
    assert "1,200 rows read, 1,200 books added" in said
    assert CatalogRecord.objects.count() == 1200


@pytest.mark.parametrize("text", ["", "name,writer\nDune,Herbert\n"])
def test_a_file_without_titles_is_refused_in_a_sentence(write, text):
    with pytest.raises(CommandError, match="must name the columns"):
        load(write(text))


def test_a_broken_archive_is_refused_in_a_sentence(write):
    with pytest.raises(CommandError, match="cannot be loaded"):
        load(write(gzip.compress(TABLE.encode() * 50)[:60], "books.csv.gz"))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        load(tmp_path / "nothing.csv")


def test_the_built_in_list_is_large_right_and_comes_in_once():
    assert loading.ensure_builtin() >= 400
    assert loading.ensure_builtin() == 0
    assert CatalogFile.objects.get().skipped == 0
    assert not CatalogRecord.objects.exclude(isbn13="").exists()
    assert LocalCatalog().search("EMMA JANE AUSTEN")[0].author == "Jane Austen"


def dump(*rows):
    return "".join(f"{kind}\t{data['key']}\t1\t2024-01-01T00:00:00\t{json.dumps(data)}\n" for kind, data in rows)


AUTHOR = ("/type/author", {"key": "/authors/OL1A", "name": "Ursula K. Le Guin"})
WORK = ("/type/work", {"key": "/works/OL1W", "title": "x", "authors": [{"author": {"key": "/authors/OL1A"}}]})
EDITION = (
    "/type/edition",
    {
        "key": "/books/OL1M",
        "title": "The Lathe of Heaven",
        "works": [{"key": "/works/OL1W"}],
        "isbn_10": ["0-684-12529-3"],
        "publishers": ["Scribner"],
        "publish_date": "June 1971",
        "languages": [{"key": "/languages/eng"}],
    },
)


@pytest.fixture
def names_apart(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_editions_of_a_dump_find_their_authors_through_their_work(write, names_apart):
    said = load(write(dump(AUTHOR, WORK, EDITION) + "broken line\n", "dump.txt"))
    assert "1 books added, 1 rows skipped" in said
    assert "line 4: does not have the five columns" in said
    book = CatalogRecord.objects.get()
    assert (book.title, book.author, book.isbn13) == ("The Lathe of Heaven", "Ursula K. Le Guin", "9780684125299")
    assert (book.year, book.publisher, book.language) == ("1971", "Scribner", "en")


def test_authors_may_come_from_a_dump_of_their_own(write, names_apart):
    authors = write(gzip.compress(dump(AUTHOR).encode()), "authors.txt.gz")
    edition = (EDITION[0], {**EDITION[1], "authors": [{"key": "/authors/OL1A"}]})
    load(write(dump(edition), "editions.txt"), "--format", "openlibrary", "--authors", str(authors))
    assert CatalogRecord.objects.get().author == "Ursula K. Le Guin"


def marc_record(leader="00000nam a2200000 a 4500"):
    record = Marc(leader=leader)
    blank = Indicators(" ", " ")
    record.add_field(Field("008", data="710101s1971    nyu           000 1 eng d"))
    record.add_field(Field("020", blank, [Subfield("a", "0684125293 (hardback)")]))
    record.add_field(Field("100", blank, [Subfield("a", "Le Guin, Ursula K.,"), Subfield("d", "1929-2018.")]))
    record.add_field(Field("245", blank, [Subfield("a", "The lathe of heaven :"), Subfield("b", "a novel /")]))
    record.add_field(Field("260", blank, [Subfield("b", "Scribner,"), Subfield("c", "[1971]")]))
    record.add_field(Field("700", blank, [Subfield("a", "Barlowe, Wayne"), Subfield("e", "illustrator")]))
    return record


def the_marc_book():
    book = CatalogRecord.objects.get()
    return (book.title, book.author, book.isbn13, book.year, book.publisher, book.language)


LATHE = ("The lathe of heaven: a novel", "Ursula K. Le Guin", "9780684125299", "1971", "Scribner", "en")


def test_library_records_in_binary_marc(write):
    map_of_the_sea = marc_record(leader="00000nem a2200000 a 4500")
    said = load(write(marc_record().as_marc() + map_of_the_sea.as_marc(), "records.mrc"))
    assert "1 books added, 0 rows skipped" in said
    assert the_marc_book() == LATHE


def test_library_records_in_marc_xml(write):
    fields = "".join(
        f'<datafield tag="{field.tag}" ind1=" " ind2=" ">'
        + "".join(f'<subfield code="{sub.code}">{sub.value}</subfield>' for sub in field.subfields)
        + "</datafield>"
        for field in marc_record().fields
        if not field.is_control_field()
    )
    load(
        write(
            '<?xml version="1.0"?><collection xmlns="http://www.loc.gov/MARC21/slim"><record>'
            "<leader>00000nam a2200000 a 4500</leader>"
            f'<controlfield tag="008">710101s1971    nyu           000 1 eng d</controlfield>{fields}</record></collection>',
            "records.xml",
        )
    )
    assert the_marc_book() == LATHE

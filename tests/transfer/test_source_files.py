"""Files that somebody has hurt: encodings, quotes, NUL bytes, lines without an end. The rest of them is brought in."""

import codecs
import io
import tracemalloc

import pytest

from tests.transfer.importing import read
from transfer import dates, detect, fields, source_files

ROWS = "Title,Author\nMüller’s Büro,Jörg Groß\nDéjà vu,Zoë Façade\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_says_the_same(encoding):
    _, items = read(ROWS.encode(encoding))
    assert [item.title for item in items] == ["Müller’s Büro", "Déjà vu"]


def test_latin_1_as_old_programs_write_it():
    _, items = read(ROWS.replace("’", "'").encode("iso-8859-1"))
    assert items[0].title == "Müller's Büro"


def test_cyrillic_of_windows_is_found_out():
    text = "Title,Author\n" + "Война и мир том первый,Лев Толстой\nАнна Каренина и другие рассказы,Лев Толстой\n" * 60
    _, items = read(text.encode("cp1251"))
    assert items[1].title == "Анна Каренина и другие рассказы"


def test_one_odd_line_in_a_utf_8_file_is_read_as_windows_wrote_it():
    content = "Title,Author\nMüller,A\n".encode() + "Café,B\n".encode("cp1252") + "Größe,C\n".encode()
    _, items = read(content)
    assert [item.title for item in items] == ["Müller", "Café", "Größe"]


def test_nul_bytes_are_left_out_and_told():
    _, items = read(b"Title,Author\nDu\0ne,Frank\0 Herbert\nEmma,Jane Austen\n")
    assert (items[0].title, items[0].notes) == ("Dune", ["Unreadable characters were removed."])
    assert (items[1].title, items[1].notes) == ("Emma", [])


def test_a_quote_that_is_never_closed_costs_its_own_line_only():
    _, items = read('Title,Author\n"Dune,Frank Herbert\nEmma,Jane Austen\nMomo,Michael Ende\n')
    assert "never closed" in items[0].problem
    assert [item.title for item in items[1:]] == ["Emma", "Momo"]


def test_a_quote_that_ends_in_another_row_costs_its_own_line_only():
    _, items = read('Title,Author\n"Dune,Frank Herbert\n"Emma",Jane Austen\nMomo,Michael Ende\n')
    assert [bool(item.problem) for item in items] == [True, False, False]
    assert [item.title for item in items[1:]] == ["Emma", "Momo"]


def test_a_text_of_several_lines_is_one_row():
    _, items = read('Title,Author,Review\nDune,Frank Herbert,"Good.\nReally ""good"", even"\nEmma,Jane Austen,\n')
    assert items[0].own["review"] == 'Good.\nReally "good", even'
    assert len(items) == 2


def test_a_row_with_too_many_columns_says_so():
    _, items = read("Title,Author\nDune,Frank,Herbert,9\nEmma,Jane Austen\n")
    assert "4 columns" in items[0].problem and items[1].title == "Emma"


def test_lines_may_end_in_any_way():
    for end in ("\n", "\r\n", "\r"):
        _, items = read(ROWS.replace("\n", end))
        assert len(items) == 2


def test_a_line_without_an_end_takes_no_memory_and_costs_only_itself():
    class Endless(io.RawIOBase):
        """A header, a row of 300 MB, a row."""

        def __init__(self):
            self.left = 300 << 20
            self.parts = [b"Title,Author\n", None, b"\nEmma,Jane Austen\n"]

        def readable(self):
            return True

        def readinto(self, buffer):
            while self.parts:
                if self.parts[0] is None:
                    size = min(len(buffer), self.left)
                    self.left -= size
                    buffer[:size] = b"x" * size
                    if size:
                        return size
                    self.parts.pop(0)
                    continue
                part = self.parts.pop(0)
                buffer[: len(part)] = part
                return len(part)
            return 0

    tracemalloc.start()
    rows = list(source_files.table(io.BufferedReader(Endless()), "utf-8"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "too long" in rows[0].problem or "never closed" in rows[0].problem
    assert rows[-1].values == {"Title": "Emma", "Author": "Jane Austen"}
    assert peak < 30 << 20


def test_formulas_that_were_neutralised_are_texts_again():
    _, (item,) = read("Title,Author\n'=cmd|' /C calc'!A0,'@x\n")
    assert (item.title, item.facts["authors"]) == ("=cmd|' /C calc'!A0", ["@x"])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2020/10/25", "2020-10-25"),
        ("2020-10", "2020-10"),
        ("2020", "2020"),
        ("20201025", "2020-10-25"),
        ("2017/00/00", "2017"),
        ("25.10.2020", "2020-10-25"),
        ("3.4.2020", "2020-04-03"),
        ("25/10/2020", "2020-10-25"),
        ("10/25/2020", "2020-10-25"),
        ("October 25, 2020", "2020-10-25"),
        ("25 Oct 2020", "2020-10-25"),
        ("Oct 2020", "2020-10"),
        ("2020-10-25T12:00:00+00:00", "2020-10-25"),
        ("[2007-04-16]", "2007-04-16"),
        ("c1998", "1998"),
        ("44129", "2020-10-25"),
        ("2020-02-30", "2020-02"),
        ("9-Jun-21", "2021-06-09"),
        ("1er mars 2019", "2019-03-01"),
        ("1º de junio de 2019", "2019-06-01"),
        ("2019年6月9日", "2019-06-09"),
        ("2019. 6. 9.", "2019-06-09"),
        ("Sun Jun 09 2019 00:00:00 GMT+0200 (CEST)", "2019-06-09"),
        ("Jun-21", ""),  # a month or a day
        ("", ""),
        ("soon", ""),
        ("99/99/9999", ""),
    ],
)
def test_dates_of_every_kind(text, means):
    assert dates.parse_date(text).text == means


def test_a_date_with_two_meanings_is_told():
    assert "could mean two dates" in dates.parse_date("03/04/2020").note
    assert dates.parse_date("03/04/2020", dates.DAY_FIRST) == dates.When("2020-04-03")
    assert dates.parse_date("03/04/2020", dates.MONTH_FIRST) == dates.When("2020-03-04")


def test_another_row_may_say_which_of_both_is_meant():
    _, items = read("Title,Author,Date Added\nA,B,03/04/2020\nC,D,25/04/2020\n")
    assert items[0].own["added"] == "2020-04-03" and items[0].notes == []


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$12.99", "12.99", "USD"),
        ("12,99 EUR", "12.99", "EUR"),
        ("1.234,50 €", "1234.50", "EUR"),
        ("R$ 39,90", "39.90", "BRL"),
        ("NZ$7", "7.00", "NZD"),
        ("24,50 zł", "24.50", "PLN"),
    ],
)
def test_prices(text, value, currency):
    _, (item,) = read(f'Title,Price\nDune,"{text}"\n')
    assert (item.own["price"], item.own["currency"]) == (value, currency)


@pytest.mark.parametrize("text", ["79 kr", "Fr. 12.50", "B$ 8", "8 Dollar"])
def test_a_currency_of_several_countries_is_told(text):
    _, (item,) = read(f"Title,Price\nDune,{text}\n")
    assert (item.own["currency"], item.extra["Price"]) == ("", text) and "currency" in item.notes[0]


def test_what_is_too_long_is_cut_and_told():
    _, (item,) = read(f"Title,Author\n{'x' * 600},B\n")
    assert len(item.title) == 500 and item.notes == ["The title was too long and has been shortened."]


def test_every_column_of_every_format_has_a_way_to_be_read():
    for table in [*detect.TABLES, detect.other_table.FORMAT]:
        assert set(table.columns.values()) <= {*fields.TARGETS, fields.KEEP, fields.DROP, fields.TOGETHER}, table.name


def test_a_mark_at_the_start_is_no_part_of_the_first_name():
    assert source_files.header_of(codecs.BOM_UTF8 + b"Title,Author\n", "utf-8-sig") == ["Title", "Author"]


@pytest.mark.parametrize(
    "form, start", [("bookimg", '{"bookimg": 1, "books": [{"title": '), ("librarything_json", '{"1": {"title": ')]
)
def test_brackets_without_end_are_refused_before_they_fill_the_memory(form, start):
    text = start + "[" * 100_000
    tracemalloc.start()
    try:
        items = read(text, form)[1]
        assert items[-1].problem
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("above", ["Our books;;;\n", ";;;\n;Flat 3;;\n;;;\n", "sep=;\nBooks;;;\n"])
def test_the_names_of_columns_stand_below_the_title_of_a_sheet(above):
    kind, items = read(f"{above};Title;Author;Price\n;Emma;Jane Austen;3,50\n;;;\n;Mort;Terry Pratchett;\n")
    assert (kind, [item.title for item in items]) == ("table", ["Emma", "Mort"])
    assert items[0].own["price"] == "3.50"


@pytest.mark.parametrize("row", ["9780441013593;;", "9780441013593;2;"])
def test_a_single_column_beside_empty_ones_keeps_its_name(row):
    _, items = read(f"ISBN;;\n{row}\n9780261103573;;\n", "table")
    assert [item.isbn13 for item in items if not item.problem][-1] == "9780261103573" and len(items) == 2


def test_values_between_apostrophes_are_read_without_them():
    _, (item,) = read(
        "'TITLE','AUTHOR (first, last)','AUTHOR (last, first)','ISBNs'\n'Emma','Jane Austen','Austen, Jane','[0141439580]'\n"
    )
    assert (item.title, item.facts["authors"], item.isbn13) == ("Emma", ["Jane Austen"], "9780141439587")

"""`My Clippings.txt`: the titles above highlights are books, the numbers inside them are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import quick
from tests.transfer.importing import import_books, preview, read, titles
from tests.transfer.test_properties import check_item, given_letters

MARK = "- Your Highlight on page 8 | location 13-14 | Added on Monday, March 4, 2019 8:15:00 PM"


def clippings(*entries: tuple[str, str]) -> str:
    return "\ufeff" + "".join(f"{title}\r\n{MARK}\r\n\r\n{text}\r\n==========\r\n" for title, text in entries)


@pytest.mark.parametrize(
    ("line", "title", "people"),
    [
        ("Emma (Austen, Jane)", "Emma", ["Jane Austen"]),
        ("Emma (Penguin Classics) (Jane Austen)", "Emma (Penguin Classics)", ["Jane Austen"]),
        ("Good Omens (Gaiman, Neil;Pratchett, Terry)", "Good Omens", ["Neil Gaiman", "Terry Pratchett"]),
        ("Amerika (Kafka, Franz (1883-1924))", "Amerika", ["Franz Kafka"]),
        ("2001_manual", "2001_manual", []),
        ("Relic (Douglas Preston, Lincoln Child)", "Relic", ["Douglas Preston, Lincoln Child"]),  # or one, surname first
    ],
)
def test_the_title_has_its_people_in_the_last_brackets(line, title, people):
    kind, (item,) = read(clippings((line, "x")))
    assert (kind, item.title, item.facts.get("authors", [])) == ("kindle_clippings", title, people)
    assert bool(item.notes) == (len(people) == 1 and "," in people[0])


def test_a_book_comes_once_and_no_number_in_its_text_is_a_book(owner):
    text = clippings(
        ("Emma (Austen, Jane)", "see 9780441013593"), ("Mort (Pratchett, Terry)", ""), ("Emma (Austen, Jane)", "two")
    )
    file = preview(owner, text, "My Clippings.txt")
    assert (file.counts["new"], file.total, file.columns_aside("drop")) == (2, 2, ["Highlights, notes and bookmarks"])
    import_books(owner, text)
    assert titles(owner) == ["Emma", "Mort"]


LINE = st.text(max_size=30) | st.sampled_from(["==========", MARK, "Emma (", "()", ") (a;b)", "(,)", "x (;,&)"])


@quick
@given(st.lists(LINE, max_size=8))
def test_no_entry_is_too_odd(lines):
    _, items = read(clippings(("Emma (Austen, Jane)", "x")) + "\n".join(lines) + "\n==========\n")
    assert items[0].title == "Emma"
    assert all(check_item(item, given_letters(lines)) for item in items[1:])

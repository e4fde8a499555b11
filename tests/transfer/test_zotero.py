"""Zotero: books among articles, people with the surname first, page ranges that are no number of pages."""

from tests.transfer.importing import read, table

HEADER = (
    "Key,Item Type,Publication Year,Author,Title,Publication Title,ISBN,Abstract Note,Date,Pages,Num Pages,Publisher,Language,"
    "Library Catalog,Notes,Manual Tags,Automatic Tags"
)


def test_a_book_is_read_and_an_article_left_out():
    book = {"Key": "K1", "Item Type": "book", "Author": "Woolf, Virginia; World Health Organization", "Title": "Orlando"}
    book |= {"Date": "1928-10-11", "Publication Year": "1928", "Num Pages": "336", "Language": "en-GB", "Notes": "<p>blue</p>"}
    article = {"Key": "K2", "Item Type": "journalArticle", "Title": "On Birds", "Pages": "1-9"}
    kind, (orlando, left) = read(table(HEADER, book | {"Manual Tags": "novel, English; time"}, article))
    assert (kind, orlando.facts["authors"]) == ("zotero", ["Virginia Woolf", "World Health Organization"])
    assert (orlando.facts["published_date"], orlando.facts["pages"], orlando.facts["language"]) == ("1928-10-11", 336, "en")
    assert (orlando.own["notes"], orlando.tags, orlando.notes) == ("blue", ["novel, English", "time"], [])
    assert "journalArticle" in left.left_out and not left.problem

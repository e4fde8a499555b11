"""Records compete for the lines of a photo. The cases are failures that were seen, typed again."""

from dataclasses import replace

import pytest

from catalogs import Record
from catalogs.folding import fold
from catalogs.lookup import Lookup
from scanning import validate
from scanning.models import Band
from scanning.proposers.rules import RulesProposer
from tests.scanning.test_spines import across, down


class Shelf:
    """A catalogue that knows these records and names all of them for any text."""

    name = "shelf"

    def __init__(self, *records: Record):
        self.records = list(records)

    def search_many(self, texts, limit):
        return [self.records for _ in texts]


def book(title: str, *authors: str) -> Record:
    return Record(title, authors, source="shelf", source_id=f"{title}/{authors}")


def matched(lines, *records: Record) -> list[validate.Match]:
    return validate.match(lines, RulesProposer().propose(lines), Lookup([Shelf(*records)]))


def titles(matches) -> list[str]:
    return [match.record.title for match in matches if match.validated]


def test_title_and_author_on_one_line_are_a_sure_book():
    (match,) = matched([down("IAN MCEWAN AMSTERDAM", 100, 0, 700)], book("Amsterdam", "Ian McEwan"))
    assert (match.record.title, match.band) == ("Amsterdam", Band.SURE)


@pytest.mark.parametrize("read", ["THEKLIPFISHCODE Mary Casanova", "The K1ipfish C0de Casanova", "THE KLIPFSH CODE CASANOVA"])
def test_misread_letters_and_lost_spaces_are_forgiven(read):
    assert titles(matched([down(read, 100, 0, 700)], book("The Klipfish Code", "Mary Casanova"))) == ["The Klipfish Code"]


def test_a_word_split_over_two_lines_is_found():
    lines = [across("HERE COMES", 100, 0), across("EVERY-", 100, 40), across("BODY", 100, 80), across("SHIRKY", 100, 120)]
    assert titles(matched(lines, book("Here Comes Everybody", "Clay Shirky"))) == ["Here Comes Everybody"]


def test_a_letter_lost_in_the_middle_of_a_title_is_forgiven():
    lines = [down("NOT EVEN B•NES", 100, 0, 500), down("SCHAEFFER", 100, 540, 200)]
    assert titles(matched(lines, book("Not Even Bones", "Rebecca Schaeffer"))) == ["Not Even Bones"]


def test_what_another_cut_of_the_line_said_counts():
    line = replace(down("ONSTER MYEPS", 100, 0, 500), others=("MONSTER MYERS",))
    assert titles(matched([line], book("Monster", "Walter Dean Myers"))) == ["Monster"]


class Asked(Shelf):
    """Names its record only when all the words of its title are asked for at once, as an index does with common ones."""

    def search_many(self, texts, limit):
        return [[r for r in self.records if set(fold(r.title).split()) <= set(text.split())] for text in texts]


def test_a_title_set_word_by_word_across_a_spine_is_asked_for_as_a_whole():
    words = [across(word, 100, 38 * n) for n, word in enumerate(("GIDEON", "GREEN", "BLACK", "WHITE", "HENRY"))]
    lookup = Lookup([Asked(book("Gideon Green Black White", "Katie Henry"))])
    assert titles(validate.match(words, RulesProposer().propose(words), lookup)) == ["Gideon Green Black White"]


def test_an_author_at_the_other_end_of_a_spine_lettered_across_is_its_author():
    words = [across(word, 100, 38 * n) for n, word in enumerate(("LONG", "JOHN", "SILVER"))]
    lines = [*words, across("BJORN", 100, 600), across("LARSSON", 100, 638)]
    assert titles(matched(lines, book("Long John Silver", "Bjorn Larsson"), book("Other", "John Silver"))) == ["Long John Silver"]


def test_of_two_editions_the_one_that_is_worded_like_the_spine_wins():
    short, worded = book("The Diary of a Young Girl", "Anne Frank"), book("Anne Frank the Diary of a Young Girl", "Anne Frank")
    found = matched([down("ANNE FRANK THE DIARY OF A YOUNG GIRL", 100, 0, 700)], short, worded)
    assert titles(found) == ["Anne Frank the Diary of a Young Girl"]


def authors(matches) -> list[str]:
    return [match.record.author for match in matches]


def test_of_two_editions_the_one_without_translators_wins_where_none_is_read():
    alone, with_translator = book("Solaris", "Stanisław Lem"), book("Solaris", "Joanna Kilmartin", "Stanisław Lem")
    assert authors(matched([down("SOLARIS STANISLAW LEM", 100, 0, 700)], with_translator, alone)) == ["Stanisław Lem"]


def test_of_two_editions_the_one_that_names_both_authors_wins_where_both_are_read():
    one, both = book("Good Omens", "Terry Pratchett"), book("Good Omens", "Neil Gaiman", "Terry Pratchett")
    found = matched([down("GOOD OMENS TERRY PRATCHETT NEIL GAIMAN", 100, 0, 700)], one, both)
    assert authors(found) == ["Neil Gaiman, Terry Pratchett"]


def test_a_book_beside_another_by_its_author_is_surer():
    alone = [down("IGNITE ME", 100, 0, 400)]
    beside = [*alone, down("UNRAVEL ME TAHEREH MAFI", 200, 0, 600)]
    records = book("Ignite Me", "Tahereh Mafi"), book("Unravel Me", "Tahereh Mafi")
    by_itself = next(m for m in matched(alone, *records) if "IGNITE ME" in m.text)
    in_company = next(m for m in matched(beside, *records) if "IGNITE ME" in m.text)
    assert in_company.confidence > by_itself.confidence


def test_a_book_by_the_same_author_on_the_next_spine_is_no_rival():
    lines = [down("GOLIATH TOM GAULD", 100, 0, 500), down("BOTH", 160, 0, 200), down("TOM GAULD AND SIMONE LIA", 160, 240, 300)]
    found = matched(lines, book("Goliath", "Tom Gauld"), book("Both", "Tom Gauld", "Simone Lia"))
    assert {match.record.title: match.band for match in found if match.validated} == {"Goliath": Band.SURE, "Both": Band.SURE}


def test_a_short_title_is_not_found_within_another_word():
    lines = [down("ALEXANDER", 100, 0, 300), down("MARISSA MEYER", 100, 340, 300)]
    assert titles(matched(lines, book("Cinder", "Marissa Meyer"))) == []


def test_of_two_editions_the_one_without_a_second_title_wins_where_none_is_read():
    plain, double = book("Brave New World", "Aldous Huxley"), book("Brave New World/Brave New World Revisited", "Aldous Huxley")
    assert titles(matched([down("BRAVE NEW WORLD ALDOUS HUXLEY", 100, 0, 700)], double, plain)) == ["Brave New World"]


def test_every_book_gets_the_lines_that_it_explains_best():
    lines = [down("ASIAN GRILLING", 100, 0), down("HOW TO GRILL", 300, 0), down("STEVEN RAICHLEN", 300, 340)]
    found = matched(lines, book("How to Grill", "Steven Raichlen"), book("Asian Grilling", "Su-Mei Yu"))
    assert titles(found) == ["Asian Grilling", "How to Grill"]


def test_a_study_of_a_book_does_not_take_the_book_from_its_author():
    study = book("Margaret Atwood's The Handmaid's Tale", "Harold Bloom")
    lines = [down("MARGARET ATWOOD", 100, 0), down("THE HANDMAID'S TALE", 100, 340)]
    assert titles(matched(lines, study, book("The Handmaid's Tale", "Margaret Atwood"))) == ["The Handmaid's Tale"]


def test_a_word_of_the_title_is_not_also_an_authors_name():
    lines = [down("A CHRISTMAS CAROL", 100, 0), down("CHARLES DICKENS", 100, 340)]
    study = book("Charles Dickens' A Christmas Carol", "Jane Resnick; Christian Birmingham")
    assert titles(matched(lines, study, book("A Christmas Carol", "Charles Dickens"))) == ["A Christmas Carol"]


def test_an_author_far_from_a_short_title_is_its_author():
    lines = [down("EMMA", 100, 0, 110), down("JANE AUSTEN", 102, 620, 190, 26), down("IVANHOE", 230, 0, 190)]
    found = matched(lines, book("Emma", "Jane Austen"), book("Emma", "Alexander McCall Smith"))
    assert [one.record.author for one in found if one.record] == ["Jane Austen"]


def test_two_copies_side_by_side_are_two_books():
    lines = [down("IAN MCEWAN AMSTERDAM", 100, 0, 700), down("IAN MCEWAN AMSTERDAM", 300, 0, 700)]
    assert titles(matched(lines, book("Amsterdam", "Ian McEwan"))) == ["Amsterdam", "Amsterdam"]


def test_a_spine_and_the_cover_beside_it_are_one_book():
    lines = [down("IAN MCEWAN AMSTERDAM", 100, 0, 700), across("AMSTERDAM", 330, 200, 300), across("IAN MCEWAN", 330, 300, 300)]
    assert titles(matched(lines, book("Amsterdam", "Ian McEwan"))) == ["Amsterdam"]


def test_a_title_repeated_along_one_spine_is_one_book():
    words = ("WHITE", "TEETH", "ZADIE", "SMITH")
    lines = [across(word, 100, 40 * n) for n, word in enumerate(words * 2)]
    lines += [down(f"Bluebeard {n}", 100 * n, 0, 320) for n in range(3, 8)]
    assert titles(matched(lines, book("White Teeth", "Zadie Smith"))) == ["White Teeth"]


def test_another_volume_is_not_this_one():
    (match,) = matched(
        [down("60 GAGS DE BOULE ET BILL 3 ROBA", 100, 0, 700)], book("60 gags 2", "Roba"), book("60 gags 3", "Roba")
    )
    assert match.record.title == "60 gags 3"


def test_a_tie_between_two_works_is_never_sure():
    lines = [down("THE SECRET HISTORY OF THE ISLANDS", 100, 0, 700)]
    (match,) = matched(
        lines, book("The Secret History of the Islands", "Ana Lima"), book("The Secret History of the Islands", "Bo Ek")
    )
    assert match.band == Band.CHECK
    assert [record.title for record in match.alternatives] == [match.record.title]


def test_a_short_title_without_its_author_stays_what_was_read():
    (match,) = matched([down("EMMA", 100, 0)], book("Emma", "Jane Austen"))
    assert (match.band, match.record, match.text) == (Band.UNREAD, None, ("EMMA",))


def test_what_no_record_bears_out_stays_what_was_read():
    (match,) = matched([down("MEINE ERSTEN JAHRE", 100, 0)], book("Amsterdam", "Ian McEwan"))
    assert (match.record, match.band, match.text) == (None, Band.UNREAD, ("MEINE ERSTEN JAHRE",))


def test_an_authors_name_alone_is_no_book():
    found = matched([down("JOHN GRISHAM", 100, 0)], book("The Firm", "John Grisham"))
    assert titles(found) == []


def test_a_publishers_stamp_behind_a_book_is_no_spine_of_its_own():
    lines = [down("IAN MCEWAN AMSTERDAM", 100, 0, 700), across("VINTAGE BOOKS", 100, 900, 60)]
    assert len(matched(lines, book("Amsterdam", "Ian McEwan"))) == 1


@pytest.mark.parametrize(
    ("read", "title", "author"),
    [
        ("平凡的世界 路遥", "平凡的世界", "路遥"),
        ("围城钱钟书", "围城", "钱钟书"),
        ("楚辭今注 湯炳正", "楚辞今注", "汤炳正"),
        ("소년이 온다 한강", "소년이 온다", "한강"),
    ],
)
def test_a_title_in_a_script_without_spaces_is_told_by_its_characters(read, title, author):
    assert titles(matched([down(read, 100, 0, 500)], book(title, author), book("三体", "刘慈欣"))) == [title]


def test_another_title_with_a_character_in_common_is_not_put_forward():
    assert titles(matched([down("平凡的世界", 100, 0, 500)], book("世说新语", "刘义庆"))) == []


@pytest.mark.parametrize(
    ("read", "title", "author"),
    [
        ("ELEMENTS OF PROGRAMMING", "Elements of ML Programming", "Jeffrey Ullman"),
        ("FOR BUSINESS AND ECONOMICS", "Basic Statistics for Business and Economics", "Leonard Kazmier"),
        ("MURAKAMI AFTER DARK", "After the Quake", "Haruki Murakami"),
        ("BLOODY TIMES", "Bloody Ten", "William Love"),
        ("THE STARVING TIME", "Marking Time", "Elizabeth Jane Howard"),
        ("WILLIAM SHAKESPEARE", "William Shakespeare: The Complete Works", "William Shakespeare"),
        ("WHAT COLOR IS YOUR PARACHUTE 2017", "What Color Is Your Parachute 1996", "Dick Bolles"),
    ],
)
def test_a_book_that_no_catalogue_knows_does_not_surely_become_another(read, title, author):
    assert [m for m in matched([down(read, 100, 0, 600)], book(title, author)) if m.band == Band.SURE] == []


def test_a_longer_word_on_the_spine_is_another_word():
    found = matched([down("LEARNING PROGRAMMING", 100, 0, 600)], book("Learning Program", "Ana Lima"))
    assert [m for m in found if m.band == Band.SURE] == []


def test_the_other_book_of_an_author_is_no_book_on_the_photo():
    lines = [down("CIRCE MADELINE MILLER", 100, 0, 600), down("AUTHOR OF THE SONG OF ACHILLES", 138, 0, 600)]
    found = matched(lines, book("Circe", "Madeline Miller"), book("The Song of Achilles", "Madeline Miller"))
    assert titles(found) == ["Circe"]


def test_a_translation_that_differs_by_its_article_is_no_rival():
    (match,) = matched(
        [down("PATRICK SUSKIND PERFUME", 100, 0, 600)], book("Perfume", "Patrick Suskind"), book("El perfume", "Patrick Suskind")
    )
    assert match.band == Band.SURE

"""Dates, pages, languages and broken text, as catalogues print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogs.languages import iso, language_of
from catalogs.statements import as_text, as_texts, pages, published_date, repaired
from tests.properties import quick


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("2017-02-07", "2017-02-07"),
        ("2017-02", "2017-02"),
        ("2017-02-07T00:00:00Z", "2017-02-07"),
        ("1923", "1923"),
        ("c1985.", "1985"),
        ("©2015", "2015"),
        ("[1972?]", "1972"),
        ("1994*", "1994"),
        ("March 1962", "1962"),
        ("1951, c1949", "1951"),
        ("1951 [c1949]", "1951"),
        ("1812 [i.e. 1821]", "1821"),
        ("5740 [1979 or 1980]", "1979"),
        ("1420 [1999 or 2000]", "1999"),
        ("2530 [1987]", "1987"),
        ("Shōwa 41 [1966]", "1966"),
        ("1990-1995", "1990"),
        ("18??", ""),
        ("199-?", ""),
        ("[between 1890 and 1900]", ""),
        ("[not after 1650]", ""),
        ("0101-01-01", ""),
        ("9999", ""),
        ("n.d.", ""),
        ("", ""),
        (None, ""),
        ("2001-17-01", "2001"),
    ],
)
def test_a_printed_date_is_what_is_certain_of_it(printed, date):
    assert published_date(printed) == date


@pytest.mark.parametrize(
    ("printed", "coded", "year"),
    [("5764", "2004", "2004"), ("1951, c1949", "1949", "1949"), ("1951", "1950", "1951"), ("", "1949", "1949"), ("", "19uu", "")],
)
def test_the_year_that_a_library_coded_settles_a_printed_one(printed, coded, year):
    assert published_date(printed, coded) == year


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        ("288", 288),
        ("288.0", 288),
        ("1,288", 1288),
        ("xiv, 288 p.", 288),
        ("[8], 288 p., [4] leaves of plates : ill. ; 24 cm", 288),
        ("1.288 Seiten", 1288),
        ("xiv, 288", 288),
        ("xiv", None),
        ("xiv+288", 288),
        ("288 blz.", 288),
        ("288 sidor", 288),
        ("288p", 288),
        ("1 online resource (288 pages)", 288),
        ("[288] p.", 288),
        ("3 v. (288, 301, 290 p.)", None),
        ("2 Bde.", None),
        ("24 cm", None),
        ("9 hrs, 12 min", None),
        ("0", None),
        ("nan", None),
        ("", None),
        (288, 288),
        (None, None),
    ],
)
def test_pages_are_the_numbered_ones_of_one_volume(printed, count):
    assert pages(printed) == count


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("iw", "he"),
        ("in", "id"),
        ("un", ""),
        ("xx", ""),
        ("zxx", ""),
        ("English", "en"),
        ("Deutsch", "de"),
        ("pt-BR", "pt"),
        ("cmn", "zh"),
    ],
)
def test_only_codes_of_the_standard_are_languages(written, code):
    assert language_of(written) == code


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Los aÃ±os", "Los años"),
        ("Ð’Ð¾Ð¹Ð½Ð°", "Война"),
        ("â€œQuotesâ€\x9d", "“Quotes”"),
        ("SÃO PAULO", "SÃO PAULO"),
        ("Los años Ã±", "Los años Ã±"),
        ("日本", "日本"),
        ("plain", "plain"),
    ],
)
def test_text_that_was_encoded_twice_is_repaired_where_it_is_certain(broken, whole):
    assert repaired(broken) == whole


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "key", "type"]), inner, max_size=3),
    max_leaves=6,
)


@quick
@given(ANYTHING)
def test_no_answer_of_a_catalogue_is_too_odd(value):
    assert isinstance(as_text(value), str) and all(isinstance(text, str) for text in as_texts(value))
    assert pages(as_text(value)) is None or 0 < pages(as_text(value)) < 100_000
    assert iso(as_text(value)) == "" or len(iso(as_text(value))) == 2


@quick
@given(st.text(max_size=60))
def test_a_date_is_never_made_up(printed):
    assert published_date(printed)[:4] in printed

"""Kobo: what its database says about a book is three numbers and the day on which it was last opened."""

import pytest

from tests.transfer.importing import read, table

HEADER = "ContentID,Title,Attribution,ISBN,Series,SeriesNumber,ReadStatus,___PercentRead,DateLastRead"


@pytest.mark.parametrize(("number", "status"), [("0", "to-read"), ("1", "reading"), ("2", "read")])
def test_the_status_is_a_number(number, status):
    row = {"ContentID": "b1", "Title": "Mort", "Attribution": "Terry Pratchett, Neil Gaiman", "Series": "Discworld"}
    row |= {"SeriesNumber": "4", "ReadStatus": number, "DateLastRead": "2020-03-04T05:06:07Z"}
    kind, (item,) = read(table(HEADER, row))
    assert (kind, item.facts["authors"], item.own) == ("kobo", ["Terry Pratchett", "Neil Gaiman"], {"status": status})
    assert (item.readings, item.extra["DateLastRead"], item.notes) == ([], "2020-03-04T05:06:07Z", [])

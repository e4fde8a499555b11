"""Records of a library as the books of a person."""

from io import BytesIO

from pymarc import Field, Indicators, Record, Subfield, record_to_xml

from tests.transfer.importing import read


def record(title: str, **more) -> Record:
    found = Record(to_unicode=True, force_utf8=True)
    found.leader = "00000nam a2200000 a 4500"
    fields = {"245": [("a", f"{title} /")], "100": [("a", "García Márquez, Gabriel,")]} | more
    for tag, parts in sorted(fields.items()):
        subfields = [Subfield(code, value) for code, value in parts]
        found.add_field(Field(tag.lstrip("_"), Indicators("1", " "), subfields=subfields))
    return found


MORE = {
    "020": [("a", "9780060883287 (pbk.)")],
    "260": [("b", "Harper,"), ("c", "2006.")],
    "300": [("a", "xii, 417 p. ;")],
    "490": [("a", "Perennial classics ;"), ("v", "12")],
}


def test_binary_and_xml_say_the_same():
    records = [record("One hundred years of solitude", **MORE), record("Leaf storm")]
    packed = b"".join(one.as_marc() for one in records)
    xml = b"<collection xmlns='http://www.loc.gov/MARC21/slim'>" + b"".join(
        record_to_xml(one).replace(b"marc:", b"") for one in records
    )
    (kind, binary), (other, text) = read(packed), read(xml + b"</collection>")
    assert (kind, other) == ("marc", "marcxml")
    assert [item.facts for item in binary] == [item.facts for item in text]
    assert binary[0].facts == {
        "title": "One hundred years of solitude",
        "authors": ["Gabriel García Márquez"],
        "isbn13": "9780060883287",
        "publisher": "Harper",
        "published_date": "2006",
        "pages": 417,
        "series": "Perennial classics",
        "series_number": "12",
    }


def test_music_is_left_out_and_a_damaged_record_costs_itself():
    music = record("Songs")
    music.leader = "00000njm a2200000 a 4500"
    good = record("Leaf storm").as_marc()
    _, items = read(BytesIO(music.as_marc() + good[:40] + b"\x1e\x1d" + good).getvalue())
    assert "printed book" in items[0].left_out and items[-1].title + items[-2].title

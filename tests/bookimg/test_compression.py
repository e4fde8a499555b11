"""Pages and static files are compressed, and browsers keep static files for good."""

import gzip
import re

import pytest
from django.test import Client

from bookimg.static_files import static_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Client(headers={"accept-encoding": "gzip, deflate, br"})


def test_a_page_is_compressed_and_its_length_varies_by_chance(browser):
    answers = [browser.get("/") for _ in range(8)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert "Accept-Encoding" in answers[0]["Vary"]
    assert b"</html>" in gzip.decompress(answers[0].content)
    assert len({len(answer.content) for answer in answers}) > 1


def test_without_the_browsers_word_for_it_nothing_is_compressed(client):
    answer = client.get("/")
    assert "Content-Encoding" not in answer and b"</html>" in answer.content


def test_a_style_sheet_is_compressed_and_kept_for_good(browser):
    address = re.search(r'href="(/static/[0-9a-f]{12}/css/base\.css)"', gzip.decompress(browser.get("/").content).decode())
    answer = browser.get(address[1])
    assert answer["Content-Encoding"] == "gzip" and "immutable" in answer["Cache-Control"]
    assert b"box-sizing" in gzip.decompress(b"".join(answer.streaming_content))


def test_part_of_a_file_and_the_api_stay_as_they_are(browser):
    address = re.search(r'href="([^"]+base\.css)"', gzip.decompress(browser.get("/").content).decode())[1]
    part = browser.get(address, headers={"range": "bytes=0-299"})
    assert part.status_code == 206 and "Content-Encoding" not in part
    assert "Content-Encoding" not in browser.get("/api/v1/openapi.json")


def test_the_version_changes_with_any_file_and_its_name(tmp_path):
    (tmp_path / "css").mkdir()
    (tmp_path / "css/base.css").write_text("a {}")
    first = static_version(tmp_path)
    assert static_version(tmp_path) == first
    (tmp_path / "css/base.css").write_text("b {}")
    second = static_version(tmp_path)
    (tmp_path / "css/base.css").rename(tmp_path / "css/more.css")
    assert len({first, second, static_version(tmp_path)}) == 3


def test_the_icon_is_found_where_every_browser_looks(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302 and client.get(answer.url)["Content-Type"].startswith("image/")


def test_the_first_page_describes_itself_with_a_picture(client):
    page = client.get("/").content.decode()
    assert 'name="description"' in page
    picture = re.search(r'property="og:image" content="http://testserver(/static/[^"]+)"', page)[1]
    assert client.get(picture)["Content-Type"] == "image/png"

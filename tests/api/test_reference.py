"""The page that shows the calls."""

import pytest

from api.routes import api

pytestmark = pytest.mark.django_db


def test_every_call_is_on_the_page_with_its_parameters_body_and_responses(client):
    page = client.get("/api/v1/docs").content.decode()
    paths = api.get_openapi_schema()["paths"]
    names = [call["operationId"] for methods in paths.values() for call in methods.values()]
    assert len(names) > 100 and [name for name in names if f'<details class="call" id="{name}">' not in page] == []
    shelf = page[page.index('id="addIsbns"' if 'id="addIsbns"' in page else 'id="listBooks"') :]
    assert "<code>limit</code>" in shelf and "How many to return at most." in shelf
    assert 'aria-label="Body of' in page and 'aria-label="Response of' in page


def test_it_needs_no_script_and_names_the_specification(client):
    page = client.get("/api/v1/docs").content.decode()
    assert "openapi.json" in page and "swagger" not in page.lower()

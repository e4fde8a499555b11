"""What belongs to a person is stored by no cache; what is everybody's may be."""

import pytest
from django.urls import reverse

from tests.factories import make_copy, make_scan

PAGES = ["library", "loans", "tags", "search", "statistics", "settings", "export_csv", "export_json"]


def caching_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get("Cache-Control", "")


@pytest.mark.parametrize("page", PAGES)
def test_personal_pages_and_exports_are_not_stored(owner_client, owner, page):
    make_copy(owner)
    assert "no-store" in caching_of(owner_client, reverse(page))


def test_the_api_is_not_stored_either(owner_client):
    assert "no-store" in caching_of(owner_client, "/api/v1/books")


def test_pictures_may_be(owner_client, owner):
    scan = make_scan(owner, complete=True)
    assert "no-store" not in caching_of(owner_client, reverse("scan_thumbnail", args=[scan.job_id]))

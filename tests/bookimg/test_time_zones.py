"""Dates in the reader's own time zone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookimg.time_zones import TimeZoneMiddleware
from library.models import Preferences

pytestmark = pytest.mark.django_db
TOKYO = "Asia/Tokyo"


def zone_of_a_page(client) -> str:
    """The zone while a page is made for this browser."""
    request = client.get(reverse("settings")).wsgi_request
    return TimeZoneMiddleware(lambda _: timezone.get_current_timezone_name())(request)


def test_the_browsers_zone_holds_for_its_pages_and_for_the_next_sign_in(owner, owner_client, settings):
    assert zone_of_a_page(owner_client) == settings.TIME_ZONE
    assert owner_client.post(reverse("time_zone"), {"name": TOKYO}).status_code == 204
    assert zone_of_a_page(owner_client) == TOKYO
    page = owner_client.get(reverse("settings")).content.decode()
    assert f'data-time-zone="{TOKYO}"' in page and "js/page.js" in page
    elsewhere = Client()
    elsewhere.force_login(owner)
    assert zone_of_a_page(elsewhere) == TOKYO
    assert timezone.get_current_timezone_name() == settings.TIME_ZONE  # not for whoever comes next


def test_other_choices_stay_and_what_is_no_zone_is_refused(owner, owner_client):
    Preferences.objects.create(user=owner, choices={"columns": ["title"]})
    for name in ("", "Mars/Olympus", "../../etc/passwd", "x" * 5000):
        assert owner_client.post(reverse("time_zone"), {"name": name}).status_code == 422
    owner_client.post(reverse("time_zone"), {"name": TOKYO})
    assert Preferences.objects.get().choices == {"columns": ["title"], "time_zone": TOKYO}


def test_only_ones_own_account_is_changed(client):
    assert client.post(reverse("time_zone"), {"name": TOKYO}).status_code == 302
    assert not Preferences.objects.exists()

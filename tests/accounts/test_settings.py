"""Settings and the looks of the product."""

from django.urls import reverse


def test_settings_lead_to_every_page_of_the_account(owner_client):
    page = owner_client.get(reverse("settings")).content.decode()
    for name in ("account_email", "account_change_password", "usersessions_list", "account_logout"):
        assert reverse(name) in page


def test_a_chosen_theme_is_on_the_next_page_from_its_first_byte(owner_client):
    owner_client.post(reverse("appearance"), {"theme": "dark"})
    assert ' data-theme="dark">\n<head>' in owner_client.get("/").content.decode()
    owner_client.post(reverse("appearance"), {"theme": "auto"})
    assert 'data-root="/">\n<head>' in owner_client.get("/").content.decode()


def test_a_theme_nobody_offered_never_reaches_the_page(owner_client):
    owner_client.cookies["theme"] = '"><script>'
    assert 'data-root="/">\n<head>' in owner_client.get("/").content.decode()

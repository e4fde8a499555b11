import pytest


@pytest.mark.django_db
class TestProbes:
    def test_the_process_lives(self, client):
        assert client.get("/healthz").content == b"ok"

    def test_each_part_tells_its_state(self, client):
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {"database": "ok", "broker": "ok", "storage": "ok", "cache": "ok"}

    def test_a_part_that_is_down_is_named(self, client, settings):
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_such_table"}}
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["cache"].startswith("down: ")
        assert answer.json()["database"] == "ok"

    def test_every_answer_has_a_request_id(self, client):
        assert len(client.get("/healthz")["X-Request-Id"]) == 32
        assert client.get("/healthz", headers={"X-Request-Id": "trace-12345678"})["X-Request-Id"] == "trace-12345678"
        assert client.get("/healthz", headers={"X-Request-Id": "<script>"})["X-Request-Id"] != "<script>"

    def test_a_load_balancer_may_ask_by_address_and_without_https(self, client, settings):
        settings.SECURE_SSL_REDIRECT = True
        assert client.get("/healthz", headers={"Host": "10.0.3.17:8000"}).status_code == 200
        assert client.get("/accounts/login/", headers={"Host": "10.0.3.17:8000"}).status_code == 400

"""Programs of the cast: the owner's with a token for everything, and a stranger's."""

import json

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from accounts import tokens
from accounts.models import Scope

ROOT = "/api/v1"


class Program:
    """Calls the API with one token, or with none."""

    def __init__(self, token: str = "", **headers):
        signed_in = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = Client(headers={**signed_in, **headers}, raise_request_exception=False)

    def call(self, method: str, path: str, body=None, **headers):
        data = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return self.client.generic(method.upper(), ROOT + path, **data, headers=headers)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.call("PATCH", path, body, **headers)

    def delete(self, path, **headers):
        return self.call("DELETE", path, **headers)

    def send(self, path, **form):
        """A form with files."""
        return self.client.post(ROOT + path, form)


def token_for(user, *scopes: str) -> str:
    return tokens.make_api_token(user, "a program", list(scopes or Scope.values))[1]


@pytest.fixture(autouse=True)
def unhurried(settings):
    """The rates have tests of their own."""
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = settings.RATE_LIMIT_CHAT = (100_000, 60)


@pytest.fixture
def connection_kept():
    """The handler of a real server closes old connections around each request; here the connection is the test's."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def program(owner):
    return Program(token_for(owner))


@pytest.fixture
def strange_program(stranger):
    return Program(token_for(stranger))


@pytest.fixture
def nobody(db):
    return Program()

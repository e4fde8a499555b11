"""A client that is generated from the OpenAPI compiles, can be imported, and speaks with the product."""

import compileall
import importlib
import json
import subprocess
import sys
from functools import cache

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from openapi_spec_validator import validate

from tests.api.conftest import token_for
from tests.api.openapi import CALLS, DOCUMENT
from tests.factories import make_copy

pytestmark = pytest.mark.slow  # the generator takes its time
SETTINGS = """project_name_override: bookimg-generated
package_name_override: bookimg_generated
post_hooks: []
content_type_overrides:
  image/webp: application/octet-stream
  image/jpeg: application/octet-stream
"""


@cache
def generated(folder):
    """The folder with the package, written once."""
    (folder / "openapi.json").write_text(json.dumps({**DOCUMENT, "servers": [{"url": "http://localhost"}]}))
    (folder / "settings.yml").write_text(SETTINGS)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config", "settings.yml"]
    done = subprocess.run(
        [*command, "--meta", "none", "--output-path", "bookimg_generated"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return generated(tmp_path_factory.mktemp("client"))


@pytest.fixture
def importable(package, monkeypatch):
    monkeypatch.syspath_prepend(str(package[0]))
    return package[0] / "bookimg_generated"


def test_the_description_is_valid():
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_the_generator_understands_every_call(package):
    assert "WARNING" not in package[1].upper(), package[1]


def test_every_module_compiles_and_every_call_has_one(importable):
    assert compileall.compile_dir(importable, quiet=1)
    modules = {path.stem for path in (importable / "api").rglob("*.py") if path.stem != "__init__"}
    assert len(modules) == len(CALLS)


@pytest.mark.django_db
def test_a_generated_client_lists_books(importable, owner, connection_kept):
    make_copy(owner, "Emma", "Jane Austen")
    made = importlib.import_module("bookimg_generated")
    list_books = importlib.import_module("bookimg_generated.api.books.list_books")
    client = made.AuthenticatedClient("http://localhost/api/v1", token=token_for(owner))
    client.set_httpx_client(
        httpx.Client(
            base_url="http://localhost/api/v1",
            headers={"Authorization": f"Bearer {client.token}"},
            transport=httpx.WSGITransport(get_wsgi_application()),
        )
    )
    page = list_books.sync(client=client, q="emma")
    assert [(book.title, book.authors) for book in page.items] == [("Emma", ["Jane Austen"])]

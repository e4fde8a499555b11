"""What a wrong or missing setting does."""

import ast
import os
import re
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from bookimg.environment import kept_secret

ROOT = Path(__file__).parent.parent.parent
READERS = {
    "rate",
    "read_setting",
    "read_choice",
    "read_number",
    "read_ports",
    "flag",
    "read_address",
    "str",
    "db_url",
    "email_url",
}
WRONG = {
    "TRUSTED_PROXIES": "*",
    "WEBHOOK_PORTS": "443,https",
    "DEBUG": "perhaps",
    "PUBLIC_URL": "books.example.org",
    "DATABASE_URL": "a database",
    "EMAIL_URL": "carrier-pigeon://loft",
    "EMAIL_VERIFICATION": "sometimes",
    "OCR": "crystal-ball",
    "PROPOSER": "oracle",
    "CATALOGS": "local,alexandria",
    "OPEN_LIBRARY_URL": "openlibrary",
    "SCAN_MAX_MB": "many",
    "LEASE_SECONDS": "0",
    "WORKERS": "0",
    "TIME_ZONE": "Middle-Earth/Shire",
    "LOG_FORMAT": "xml",
    "STORAGE": "cellar",
    "AWS_ENDPOINT_URL": "localhost:9000",
    "RATE_LIMIT": "as many as you like",
    "JWT_ISSUER": "cognito",
    "WEBHOOKS_PRIVATE": "perhaps",
    "BROKER": "owl",
}


def settings_read() -> dict[str, str | None]:
    """Each variable that settings.py reads, with its default where that is a plain value."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / "bookimg/settings.py").read_text())):
        if isinstance(call, ast.Call) and name_of(call.func) in READERS and isinstance(call.args[0], ast.Constant):
            found[call.args[0].value] = default_of(call)
    return found


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def default_of(call: ast.Call) -> str | None:
    position = {"read_setting": 2}.get(name_of(call.func), 1)
    nodes = [keyword.value for keyword in call.keywords if keyword.arg == "default"] or call.args[position : position + 1]
    try:
        value = ast.literal_eval(nodes[0])
    except (IndexError, ValueError):
        return None
    if isinstance(value, (tuple, list)):
        return value[0] if name_of(call.func) == "read_choice" else ",".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    matches = [re.match(r"#([A-Z0-9_]+)=(.*?)\s*(?: # (.+))$", line) for line in lines if re.match("#[A-Z]", line)]
    return {match[1]: match[2] for match in matches}


def test_the_example_lists_every_setting_and_no_other():
    assert set(example()) == set(settings_read())


def test_the_example_shows_the_defaults():
    shown = example()
    for name, default in settings_read().items():
        if default is not None:
            assert shown[name] == default, name


def settings_of(tmp_path, **values: str) -> dict:
    """What settings.py makes of an environment with these values alone."""
    with mock.patch.dict(os.environ, {"DATA_DIR": str(tmp_path), **values}, clear=True):
        return runpy.run_path(ROOT / "bookimg/settings.py")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_stops_the_start_with_one_sentence(name, tmp_path):
    with pytest.raises(Exception) as stopped:
        settings_of(tmp_path, **{name: WRONG[name]})
    assert name in str(stopped.value).strip().splitlines()[-1]


def test_manage_py_says_it_without_a_traceback(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "WORKERS": "none"}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr.strip() == "bookimg: WORKERS is not a valid int: 'none'"


def test_the_key_of_the_database_may_come_by_itself(tmp_path):
    said = {"DATABASE_URL": "postgres://reader@db/books", "DATABASE_PASSWORD": "a/key:with@signs"}
    assert settings_of(tmp_path, **said)["DATABASES"]["default"]["PASSWORD"] == "a/key:with@signs"


def test_cookies_of_a_site_behind_https_belong_to_that_host_alone(tmp_path):
    behind_https = settings_of(tmp_path, PUBLIC_URL="https://books.example.org")
    assert (behind_https["SESSION_COOKIE_NAME"], behind_https["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    below = settings_of(tmp_path, PUBLIC_URL="https://example.org/books")
    assert (below["SESSION_COOKIE_NAME"], below["SESSION_COOKIE_PATH"]) == ("__Secure-sessionid", "/books/")
    assert behind_https["SESSION_COOKIE_SECURE"] and settings_of(tmp_path)["SESSION_COOKIE_NAME"] == "sessionid"


def test_cookies_of_a_site_below_a_path_are_sent_there_alone(tmp_path):
    below = settings_of(tmp_path, PUBLIC_URL="https://example.org/books")
    assert (below["SESSION_COOKIE_NAME"], below["CSRF_COOKIE_NAME"]) == ("__Secure-sessionid", "__Secure-csrftoken")
    assert (below["SESSION_COOKIE_PATH"], below["CSRF_COOKIE_PATH"]) == ("/books/", "/books/")
    assert below["CSRF_TRUSTED_ORIGINS"] == ["https://example.org"] and below["ALLOWED_HOSTS"] == ["example.org"]


def test_a_site_behind_https_answers_to_its_own_name_alone(tmp_path):
    assert settings_of(tmp_path, PUBLIC_URL="https://books.example.org")["ALLOWED_HOSTS"] == ["books.example.org"]
    assert "localhost" in settings_of(tmp_path, PUBLIC_URL="http://shelf.local")["ALLOWED_HOSTS"]


def test_processes_that_start_together_share_one_secret_key(tmp_path):
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(kept_secret, [path] * 64))
    assert keys == {path.read_text()} and path.stat().st_mode & 0o077 == 0


def test_a_secret_key_that_was_never_written_is_made_again(tmp_path):
    path = tmp_path / "secret.key"
    path.touch()
    assert len(kept_secret(path)) > 64 and kept_secret(path) == path.read_text()


def test_amazons_library_is_not_loaded_by_the_embedded_default(tmp_path):
    check = "import django, sys; django.setup(); print(*{'boto3', 'onnxruntime'} & set(sys.modules))"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "bookimg.settings"}
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "")

"""What stands in the log: one line a message, and nothing that opens a door."""

import logging

import pytest
from django.urls import get_resolver, reverse

from bookimg.logging import MessageFilter

SECRET_NAMES = {"secret", "signed", "key", "token"}
SIGNED_IN = ("admin/", "chat/")  # keys that are of no use to others


def logged(message: str, *args) -> str:
    record = logging.LogRecord("bookimg", logging.INFO, "", 0, message, args, None)
    assert MessageFilter().filter(record)
    return record.getMessage()


def secret_routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from secret_routes(pattern, path)
        elif SECRET_NAMES & set(pattern.pattern.regex.groupindex) and not path.startswith(SIGNED_IN):
            yield pattern.name, sorted(pattern.pattern.regex.groupindex)


def test_every_address_that_needs_no_other_sign_in_is_masked():
    routes = list(secret_routes())
    assert len(routes) >= 4
    for name, arguments in routes:
        path = reverse(name, kwargs=dict.fromkeys(arguments, "c2VjcmV0LXNlY3JldA"))
        assert "c2VjcmV0" not in logged("GET %s 200", path), path


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x00", "\x7f", "\x85", "\x9b", "\u2028"])
def test_a_path_cannot_forge_a_second_line(character):
    line = logged("GET %s 404", f"/books/{character}09:00:00 I bookimg: all is well")
    assert len(line.splitlines()) == 1 and character not in line


def test_ordinary_text_stays_as_it_is():
    assert logged("%s has %d books “Łódź” 三体", "Olive", 3) == "Olive has 3 books “Łódź” 三体"

"""A model of one's own as a proposer. What of its answers is believed is tested in tests/cloud/test_bedrock.py."""

import json

import httpx
import numpy as np
import pytest

from scanning import recognition
from scanning.ocr import Line
from scanning.proposers import ProposerError
from scanning.proposers.openai import OpenAIProposer

QUAD = ((10, 10), (90, 10), (90, 30), (10, 30))
LINES = [Line("Wa1den", 0.9, QUAD)]
SPINES = {"spines": [{"lines": [0], "title": "Walden", "author": ""}]}
PICTURE = np.full((30, 20, 3), 200, dtype=np.uint8)


def called(name: str, arguments: dict) -> dict:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"choices": [{"message": {"content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}}]}


def answering(reply, status: int = 200, asked: list | None = None) -> OpenAIProposer:
    def handle(request):
        if asked is not None:
            asked.append(request)
        return httpx.Response(status, json=reply) if not isinstance(reply, str) else httpx.Response(status, text=reply)

    return OpenAIProposer("gemma", "http://models.test/v1", "key", transport=httpx.MockTransport(handle))


def test_lines_become_spines():
    asked = []
    [found] = answering(called("report_spines", SPINES), asked=asked).propose(LINES)
    assert (found.lines, found.title, found.region) == ((0,), "Walden", QUAD)
    body = json.loads(asked[0].content)
    assert (str(asked[0].url), asked[0].headers["Authorization"]) == ("http://models.test/v1/chat/completions", "Bearer key")
    assert body["model"] == "gemma" and body["tools"][0]["function"]["name"] == "report_spines" and "temperature" not in body


def test_a_small_model_may_say_it_as_text():
    [found] = answering({"choices": [{"message": {"content": json.dumps(SPINES)}}]}).propose(LINES)
    assert found.title == "Walden"


def test_a_cover_is_sent_as_a_picture():
    asked = []
    said = answering(called("report_cover", {"title": "Walden", "confidence": 0.9}), asked=asked).look(PICTURE)
    assert (said["title"], said["confidence"]) == ("Walden", 0.9)
    assert json.loads(asked[0].content)["messages"][1]["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (429, False), (404, True), (401, True)])
def test_a_refusal_is_a_sentence_and_says_whether_to_try_again(status, permanent):
    with pytest.raises(ProposerError, match=f"rejected the request .{status}.") as told:
        answering({}, status).propose(LINES)
    assert told.value.permanent is permanent


@pytest.mark.parametrize(
    "reply", ["<html>", {}, {"choices": []}, {"choices": [{"message": {"content": "[1]"}}]}, called("report_spines", {})]
)
def test_an_answer_of_another_form_is_an_error(reply):
    with pytest.raises(ProposerError, match="could not be read"):
        answering(reply).propose(LINES)


def test_the_settings_name_it(settings):
    settings.PROPOSER, settings.PROPOSER_MODEL = "openai", "gemma"
    assert recognition.recognizer_from_settings().engine_names()["proposer"] == "openai"

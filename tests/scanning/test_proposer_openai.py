"""A model of one's own as a proposer. What of its answers is believed is tested in tests/cloud/test_bedrock.py."""

import json

import httpx
import numpy as np
import pytest

from catalogs.lookup import Lookup
from scanning import recognition, results
from scanning.models import Scan
from scanning.ocr import Line
from scanning.proposers import ProposerError, SpineProposal
from scanning.proposers.openai import OpenAIProposer
from scanning.proposers.rules import RulesProposer

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


GARDEN = [
    Line("Kitchen Garden A1manac", 0.9, ((10, 10), (400, 10), (400, 40), (10, 40))),
    Line("Ottilie Brandt", 0.9, ((410, 12), (600, 12), (600, 38), (410, 38))),
]


def final_books(proposals: list[SpineProposal]) -> list[dict]:
    """What becomes of proposals that no catalogue knows, after they were stored and loaded."""
    stored = json.loads(json.dumps([proposal.as_dict() for proposal in proposals]))
    recognizer = recognition.Recognizer(engine=None, proposer=None, lookup=Lookup([]))
    matches = recognizer.validate(GARDEN, [SpineProposal.from_dict(data) for data in stored], lambda done, total: None)
    return [results.final_book(results.candidate_row(Scan(), n, match)) for n, match in enumerate(matches, start=1)]


def garden(**values) -> dict:
    return {"spines": [{"lines": [0, 1], "title": "Kitchen Garden Almanac", "author": "Ottilie Brandt"} | values]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("claimed", "kept"), [(0.83, 0.83), (7, 1.0), (-1, 0.0), ("high", None), (None, None), (float("nan"), 0.0)]
)
def test_a_spine_that_no_catalogue_knows_keeps_the_author_and_the_confidence_of_the_model(claimed, kept):
    [book] = final_books(answering(called("report_spines", garden(confidence=claimed))).propose(GARDEN))
    assert (book["authors"], book["modelConfidence"], book["validated"]) == (["Ottilie Brandt"], kept, False)
    assert book["title"] == "Kitchen Garden A1manac Ottilie Brandt"


@pytest.mark.django_db
def test_an_author_that_the_spine_does_not_bear_out_is_not_kept():
    [book] = final_books(answering(called("report_spines", garden(author="Nobody Invented", confidence=1))).propose(GARDEN))
    assert (book["authors"], book["modelConfidence"]) == ([], 1.0)


@pytest.mark.django_db
def test_the_rules_claim_neither_an_author_nor_a_confidence():
    assert {(book["author"], book["modelConfidence"]) for book in final_books(RulesProposer().propose(GARDEN))} == {("", None)}


@pytest.mark.django_db
def test_a_spine_that_the_model_passed_over_has_no_confidence_of_its():
    found = final_books(answering(called("report_spines", {"spines": []})).propose(GARDEN))
    assert {(book["author"], book["modelConfidence"]) for book in found} == {("", None)}

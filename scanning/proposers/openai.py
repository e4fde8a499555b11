"""Spines and covers by a model behind any server that speaks the chat completions of OpenAI's API, such as Ollama or vLLM.

https://platform.openai.com/docs/api-reference/chat"""

import base64
import hashlib
import json
from functools import partial

import httpx
import numpy as np

from catalogs.deadline_transport import DeadlineTransport
from scanning.cost_meter import CostMeter, Reply
from scanning.ocr import Line
from scanning.proposers import ProposerError, SpineProposal, covers, model
from scanning.proposers.prompts import COVER, COVER_TOOL

SECONDS = 120
AGAIN = (408, 409, 429, 500, 502, 503, 504)
UNREADABLE = "The model's answer could not be read."


class OpenAIProposer:
    name = "openai"

    def __init__(self, model_id: str, url: str, key: str = "", till: CostMeter | None = None, transport=None, seconds=SECONDS):
        self.model_id, self.till = model_id, till or CostMeter()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(
            base_url=url, headers=headers, timeout=seconds, transport=transport or DeadlineTransport(seconds)
        )

    def propose(self, lines: list[Line], image: np.ndarray | None = None) -> list[SpineProposal]:
        """One candidate a spine, in shelf order. Raises ProposerError, BudgetExceeded."""
        return model.propose_with_model(self, lines)

    def look(self, image: np.ndarray) -> dict:
        """What is printed on a cover, by its picture (height x width x 3, RGB, uint8). Raises ProposerError, BudgetExceeded."""
        return covers.cleaned(self.ask(COVER, "This is the photo.", COVER_TOOL, covers.cover_jpeg(image)))

    def ask(self, system: str, text: str, tool: dict, picture: bytes = b"") -> dict:
        function = {"name": tool["name"], "description": tool["description"], "parameters": tool["schema"]}
        values: str | list = text
        if picture:
            address = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
            values = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": text}]
        body = {
            "model": self.model_id,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": values}],
            "tools": [{"type": "function", "function": function}],
        }
        identity = json.dumps([self.model_id, system, text, tool, hashlib.sha256(picture).hexdigest()]).encode()
        reply = self.till.buy("openai", identity, 0.0, partial(self.send, body), lambda reply: 0.0)
        return _openai_arguments(reply, tool["name"])

    def send(self, body: dict) -> Reply:
        try:
            answer = self.client.post("/chat/completions", json=body)
        except httpx.HTTPError as error:
            raise ProposerError("The model is not responding.") from error
        if answer.status_code != 200:
            raise ProposerError(
                f"The model rejected the request ({answer.status_code}).", permanent=answer.status_code not in AGAIN
            )
        try:
            return answer.json()
        except ValueError as error:
            raise ProposerError(UNREADABLE) from error


def _openai_arguments(reply: Reply, tool: str) -> dict:
    """What the model gave the tool, or said as JSON instead of calling it, as small models do."""
    try:
        message = reply["choices"][0]["message"]
        calls = [call["function"] for call in message.get("tool_calls") or ()]
        given = next((call["arguments"] for call in calls if call["name"] == tool), None)
        found = json.loads(given if given is not None else message["content"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ProposerError(UNREADABLE) from error
    if not isinstance(found, dict):
        raise ProposerError(UNREADABLE)
    return found

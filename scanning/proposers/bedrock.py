"""Spines and covers by a model at Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html"""

import hashlib
import json
from functools import partial

import numpy as np

from scanning import aws
from scanning.cost_meter import CostMeter, Reply
from scanning.ocr import Line
from scanning.proposers import ProposerError, SpineProposal, covers, model, prompts

LETTERS_A_TOKEN, TOKENS_A_PICTURE = 3, 1600
MOST_TOKENS = 16_000  # of an answer, with what the model thinks before it


class BedrockProposer:
    """No temperature is sent: newer models refuse it. Nor is the tool forced, which models that think first refuse."""

    name = "bedrock"

    def __init__(
        self, model_id: str, region: str, usd_in: float, usd_out: float, till: CostMeter | None = None, seconds: float = 120
    ):
        """`usd_in` and `usd_out`: what a million tokens cost, read and written. `seconds`: how long an answer is waited for."""
        self.seconds = seconds
        self.model_id, self.region, self.usd_in, self.usd_out = model_id, region, usd_in, usd_out
        self.till = till or CostMeter()

    def propose(self, lines: list[Line], image: np.ndarray | None = None) -> list[SpineProposal]:
        """One candidate a spine, in shelf order. Raises ProposerError, BudgetExceeded."""
        return model.propose_with_model(self, lines)

    def look(self, image: np.ndarray) -> dict:
        """What is printed on a cover, by its picture (height x width x 3, RGB, uint8). Raises ProposerError, BudgetExceeded."""
        answer = self.ask(prompts.COVER, "This is the photo.", prompts.COVER_TOOL, covers.cover_jpeg(image))
        return covers.cleaned(answer)

    def ask(self, system: str, text: str, tool: dict, picture: bytes = b"") -> dict:
        spec = {"name": tool["name"], "description": tool["description"], "inputSchema": {"json": tool["schema"]}}
        content: list[dict] = [{"image": {"format": "jpeg", "source": {"bytes": picture}}}] if picture else []
        request = {
            "modelId": self.model_id,
            "system": [{"text": system}],
            "messages": [{"role": "user", "content": [*content, {"text": text}]}],
            "toolConfig": {"tools": [{"toolSpec": spec}]},
            "inferenceConfig": {"maxTokens": MOST_TOKENS},
        }
        identity = json.dumps([self.model_id, system, text, tool, hashlib.sha256(picture).hexdigest()]).encode()
        estimate = self.estimate(system, text, picture)
        try:
            reply = self.till.buy("bedrock", identity, estimate, partial(self.send, request), self.price)
        except aws.Failed as error:
            raise ProposerError(str(error), error.permanent) from error
        return _bedrock_arguments(reply, tool["name"])

    def send(self, request: dict) -> Reply:
        return aws.ask_service("bedrock-runtime", "converse", self.region, self.seconds, **request)

    def estimate(self, system: str, text: str, picture: bytes) -> float:
        read = (len(system) + len(text)) / LETTERS_A_TOKEN + (TOKENS_A_PICTURE if picture else 0)
        written = max(len(text) / LETTERS_A_TOKEN, TOKENS_A_PICTURE / 2 if picture else 0)
        return (read * self.usd_in + written * self.usd_out) / 1_000_000

    def price(self, reply: Reply) -> float:
        usage = reply.get("usage", {})
        return (usage.get("inputTokens", 0) * self.usd_in + usage.get("outputTokens", 0) * self.usd_out) / 1_000_000


def _bedrock_arguments(reply: Reply, tool: str) -> dict:
    """What the model gave the tool, or said as JSON instead of calling it."""
    try:
        parts = reply["output"]["message"]["content"]
        calls = [part["toolUse"]["input"] for part in parts if part.get("toolUse", {}).get("name") == tool]
        found = calls[0] if calls else json.loads("".join(part.get("text", "") for part in parts))
    except (KeyError, TypeError, ValueError) as error:
        raise ProposerError("The model's answer could not be read.") from error
    if not isinstance(found, dict):
        raise ProposerError("The model's answer could not be read.")
    return found

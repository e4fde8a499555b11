"""Amazon Bedrock's Converse, for all models that know tools. Imported only where it is chosen: it needs boto3.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html"""

import json

import boto3
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from urllib3.exceptions import HTTPError

from chat.providers import Call, ModelError, ModelTurn, Said

PASSING = "Throttling ServiceUnavailable ModelTimeout InternalServer ModelNotReady ModelStreamError".split()
AGAIN = tuple(f"{name}Exception" for name in PASSING)
STREAM_AGAIN = tuple(name[0].lower() + name[1:] for name in AGAIN)  # as they are called inside of a stream
ONLY_WHOLE = ("ValidationException", "AccessDeniedException")  # there are models, and roles, that may answer but not stream
MOST_TOKENS = 1200


class BedrockChatModel:
    def __init__(self, model: str, region: str, client=None, timeout: float = 30):
        self.name = f"bedrock:{model}"
        self.model = model
        config = Config(read_timeout=timeout, connect_timeout=5, retries={"total_max_attempts": 1})
        self.client = client or boto3.client("bedrock-runtime", region_name=region, config=config)
        self.streams = True

    def ask(self, system: str, turns: list[ModelTurn], tools: list[dict], hear=None) -> Said:
        specs = [
            {"toolSpec": {"name": tool["name"], "description": tool["description"], "inputSchema": {"json": tool["parameters"]}}}
            for tool in tools
        ]
        # No temperature: newer models refuse one.
        request = {
            "modelId": self.model, "system": [{"text": system}], "messages": [message(turn) for turn in turns],
            "toolConfig": {"tools": specs}, "inferenceConfig": {"maxTokens": MOST_TOKENS},
        }  # fmt: skip
        try:
            return _read_bedrock_answer(
                self.streamed(request, hear) if hear and self.streams else self.client.converse(**request)
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            again = code in AGAIN or code in STREAM_AGAIN
            raise ModelError(f"Bedrock rejected the request ({code}).", permanent=not again) from error
        except (BotoCoreError, HTTPError, ParserError) as error:  # the latter two where a stream breaks off
            raise ModelError("Bedrock is not responding.") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError("Bedrock answered something that cannot be read.") from error

    def streamed(self, request: dict, hear) -> dict:
        """As `converse` answers, heard while it is written."""
        try:
            events = self.client.converse_stream(**request)["stream"]
        except EventStreamError:
            raise
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in ONLY_WHOLE:
                raise
            answer = self.client.converse(**request)
            self.streams = False
            return answer
        try:
            return _gathered(events, hear)
        finally:
            events.close()


def _gathered(events, hear) -> dict:
    """The events of one message, put together to what `converse` would have said."""
    parts: dict[int, dict] = {}
    usage, ended = {}, False
    for event in events:
        if start := event.get("contentBlockStart"):
            if use := start["start"].get("toolUse"):
                parts[start["contentBlockIndex"]] = {"toolUse": {**use, "input": ""}}
        elif block := event.get("contentBlockDelta"):
            delta, number = block["delta"], block["contentBlockIndex"]
            if text := delta.get("text"):
                part = parts.setdefault(number, {"text": ""})
                part["text"] += text
                hear(text)
            elif "toolUse" in delta:
                parts[number]["toolUse"]["input"] += delta["toolUse"]["input"]
        ended = ended or "messageStop" in event
        usage = event.get("metadata", {}).get("usage", usage)
    if not ended:
        raise ModelError("Bedrock stopped before finishing its answer.")
    for part in parts.values():
        if "toolUse" in part:
            part["toolUse"]["input"] = json.loads(part["toolUse"]["input"] or "{}")
    return {"output": {"message": {"content": [parts[number] for number in sorted(parts)]}}, "usage": usage}


def message(turn: ModelTurn) -> dict:
    if turn.role == "tool":
        found = [{"toolResult": {"toolUseId": key, "content": [{"json": json.loads(text)}]}} for key, text in turn.results]
        return {"role": "user", "content": found}
    content: list[dict] = [{"text": turn.text}] if turn.text else []
    content += [{"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}} for call in turn.calls]
    return {"role": turn.role, "content": content}


def _read_bedrock_answer(answer: dict) -> Said:
    parts, usage = answer["output"]["message"]["content"], answer.get("usage", {})
    calls = tuple(
        Call(part["toolUse"]["toolUseId"], part["toolUse"]["name"], part["toolUse"]["input"] or {})
        for part in parts
        if "toolUse" in part
    )
    text = "".join(part.get("text", "") for part in parts)
    return Said(text, calls, usage.get("inputTokens", 0), usage.get("outputTokens", 0))

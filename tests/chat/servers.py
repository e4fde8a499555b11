"""Stand-ins over real HTTP for the services that answer and embed: Bedrock's runtime, and OpenAI's API as many servers speak it.

What is sent to them is held against the services' own descriptions: the service model that boto3 brings, and the reference of
OpenAI's API. `World.model` says what the model says, `World.faults` decides what goes wrong."""

import json
import re
import struct
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from tests.cloud.stub import checked


# ── https://platform.openai.com/docs/api-reference ──────────────────────────────────────────────────────────────────
class Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Function(Exact):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str = ""
    parameters: dict[str, Any] = {}


class Tool(Exact):
    type: Literal["function"]
    function: Function


class Asked(Exact):
    name: str
    arguments: str


class ToolCall(Exact):
    id: str
    type: Literal["function"]
    function: Asked


class Told(Exact):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None


class StreamOptions(Exact):
    include_usage: bool = False


class ChatRequest(Exact):
    model: str
    messages: list[Told] = Field(min_length=1)
    tools: list[Tool] = []
    stream: bool = False
    stream_options: StreamOptions | None = None


class EmbeddingRequest(Exact):
    model: str
    input: list[str] = Field(min_length=1, max_length=2048)
    input_type: Literal["query", "document"] | None = None  # Voyage's own: https://docs.voyageai.com/reference/embeddings-api


# ── https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html ────────────────────────────────
class TitanRequest(Exact):
    inputText: str = Field(min_length=1, max_length=50_000)
    dimensions: Literal[256, 512, 1024] = 1024
    normalize: bool = True


class CohereRequest(Exact):
    texts: list[str] = Field(min_length=1, max_length=96)
    input_type: Literal["search_document", "search_query", "classification", "clustering"]
    truncate: Literal["NONE", "START", "END"] = "NONE"


@dataclass
class World:
    """`model(turns)` gets (role, text) pairs and answers (text, [(tool, arguments)]); `faults(n)` befalls the n-th call."""

    model: Callable = lambda turns: ("Done.", [])
    faults: Callable = lambda number: None  # a status, "broken" in the middle of the answer, or "slow"
    embed: Callable = lambda text: [float(len(text)), 1.0, 2.0]
    pause: float = 0.0  # seconds between the pieces of a streamed answer
    requests: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, path: str, body: dict) -> int:
        with self.lock:
            self.requests.append((path, body))
            return len(self.requests) - 1


def pieces(text: str) -> list[str]:
    return re.findall(r".{1,5}", text, re.DOTALL)


# ── OpenAI ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def openai_turns(body: dict) -> list[tuple[str, str]]:
    return [(message["role"], message.get("content") or "") for message in body["messages"]]


def openai_answer(world: World, body: dict) -> dict:
    request = ChatRequest.model_validate(body)
    answered = {message.tool_call_id for message in request.messages if message.role == "tool"}
    wanted = {call.id for message in request.messages for call in message.tool_calls or ()}
    assert answered == wanted, "every call of a tool has its answer"
    text, calls = world.model(openai_turns(body))
    made = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for n, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text or None} | ({"tool_calls": made} if made else {})
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if made else "stop"}
    usage = {"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def openai_events(answer: dict) -> list[bytes]:
    """https://platform.openai.com/docs/api-reference/chat-streaming"""
    said, deltas = answer["choices"][0]["message"], [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces(said["content"] or "")]
    for n, call in enumerate(said.get("tool_calls", ())):
        deltas.append({"tool_calls": [{"index": n, **call, "function": {"name": call["function"]["name"], "arguments": ""}}]})
        deltas += [
            {"tool_calls": [{"index": n, "function": {"arguments": piece}}]} for piece in pieces(call["function"]["arguments"])
        ]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}], "usage": None} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": answer["choices"][0]["finish_reason"]}], "usage": None})
    chunks.append({"choices": [], "usage": answer["usage"]})
    lines = [json.dumps({"id": "chatcmpl-1", "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
    return [f"data: {line}\n\n".encode() for line in [*lines, "[DONE]"]]


def openai_embeddings(world: World, body: dict) -> dict:
    request = EmbeddingRequest.model_validate(body)
    rows = [{"object": "embedding", "index": n, "embedding": world.embed(text)} for n, text in enumerate(request.input)]
    return {"object": "list", "model": request.model, "data": rows[::-1], "usage": {"prompt_tokens": 5, "total_tokens": 5}}


# ── Bedrock ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def bedrock_turns(body: dict) -> list[tuple[str, str]]:
    found = []
    for message in body["messages"]:
        for part in message["content"]:
            result = part.get("toolResult")
            found.append(
                ("tool", json.dumps(result["content"][0]["json"])) if result else (message["role"], part.get("text", ""))
            )
    return found


def bedrock_answer(world: World, model: str, body: dict, operation: str) -> dict:
    checked("bedrock-runtime", operation, "input", {"modelId": model, **body})
    roles = [message["role"] for message in body["messages"]]
    assert roles[0] == "user" and all(a != b for a, b in pairwise(roles)), "users and assistants take turns"
    assert "temperature" not in body.get("inferenceConfig", {}), "newer models refuse a temperature"
    text, calls = world.model(bedrock_turns(body))
    content = [{"text": text}] if text else []
    content += [{"toolUse": {"toolUseId": f"t{n}", "name": name, "input": given}} for n, (name, given) in enumerate(calls)]
    usage = {"inputTokens": 50, "outputTokens": 5, "totalTokens": 55}
    answer = {
        "output": {"message": {"role": "assistant", "content": content}}, "stopReason": "tool_use" if calls else "end_turn",
        "usage": usage, "metrics": {"latencyMs": 5},
    }  # fmt: skip
    return checked("bedrock-runtime", "Converse", "output", answer)


def bedrock_events(answer: dict) -> list[bytes]:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html"""
    made = [event("messageStart", {"role": "assistant"})]
    for n, part in enumerate(answer["output"]["message"]["content"]):
        if use := part.get("toolUse"):
            start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
            made.append(event("contentBlockStart", {"contentBlockIndex": n, "start": start}))
            deltas = [{"toolUse": {"input": piece}} for piece in pieces(json.dumps(use["input"]))]
        else:
            deltas = [{"text": piece} for piece in pieces(part["text"])]
        made += [event("contentBlockDelta", {"contentBlockIndex": n, "delta": delta}) for delta in deltas]
        made.append(event("contentBlockStop", {"contentBlockIndex": n}))
    made.append(event("messageStop", {"stopReason": answer["stopReason"]}))
    return [*made, event("metadata", {"usage": answer["usage"], "metrics": answer["metrics"]})]


def event(name: str, payload: dict, kind: str = "event") -> bytes:
    """One message of AWS's event stream: https://smithy.io/2.0/aws/amazon-eventstream.html"""
    headers = b""
    for key, value in ((f":{kind}-type", name), (":content-type", "application/json"), (":message-type", kind)):
        headers += struct.pack("!B", len(key)) + key.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
    body = json.dumps(payload).encode()
    start = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    start += struct.pack("!I", zlib.crc32(start))
    message = start + headers + body
    return message + struct.pack("!I", zlib.crc32(message))


def bedrock_embedding(world: World, model: str, body: dict) -> dict:
    if "cohere" in model:
        request = CohereRequest.model_validate(body)
        assert all(len(text) <= 2048 for text in request.texts)
        rows = [world.embed(text) for text in request.texts]
        return {"id": "1", "response_type": "embeddings_floats", "texts": request.texts, "embeddings": rows}
    request = TitanRequest.model_validate(body)
    row = world.embed(request.inputText)
    return {"embedding": row, "inputTextTokenCount": 5, "embeddingsByType": {"float": row}}


# ── The server ──────────────────────────────────────────────────────────────────────────────────────────────────────
CODES = {
    400: "ValidationException",
    404: "ResourceNotFoundException",
    403: "AccessDeniedException",
    429: "ThrottlingException",
    503: "ServiceUnavailableException",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: World

    def do_POST(self):
        body, path = json.loads(self.rfile.read(int(self.headers["Content-Length"]))), unquote(self.path)
        fault = self.world.faults(self.world.number(path, body))
        if isinstance(fault, int):
            return self.refuse(fault)
        if fault == "slow":
            time.sleep(2)
        try:
            made = self.answer_to(path, body)
        except Exception as error:
            self.world.problems.append(repr(error))
            return self.refuse(400)
        if isinstance(made, dict):
            data = json.dumps(made).encode()
            return self.send(200, "application/json", [data[: len(data) // 2]] if fault == "broken" else [data], len(data))
        return self.send(200, *made[:1], made[1][: len(made[1]) // 2] if fault == "broken" else made[1])

    def answer_to(self, path: str, body: dict):
        world = self.world
        if path.endswith("/chat/completions"):
            answer = openai_answer(world, body)
            return ("text/event-stream; charset=utf-8", openai_events(answer)) if body.get("stream") else answer
        if path.endswith("/embeddings"):
            return openai_embeddings(world, body)
        _, model, action = re.fullmatch("(/model)/(.+)/(converse|converse-stream|invoke)", path).groups()
        if action == "invoke":
            return bedrock_embedding(world, model, body)
        if action == "converse":
            return bedrock_answer(world, model, body, "Converse")
        return "application/vnd.amazon.eventstream", bedrock_events(bedrock_answer(world, model, body, "ConverseStream"))

    def refuse(self, status: int):
        code = CODES.get(status, "InternalServerException")
        data = json.dumps({"__type": code, "message": "No.", "error": {"message": "No."}}).encode()
        self.send(status, "application/json", [data], len(data), code)

    def send(self, status: int, kind: str, parts: list[bytes], length: int | None = None, code: str = ""):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.end_headers()
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()
            time.sleep(self.world.pause if len(parts) > 1 else 0)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


def serve(world: World) -> Server:
    server = Server(("127.0.0.1", 0), type("Own", (Handler,), {"world": world}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server

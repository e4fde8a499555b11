"""Stands in for Textract and Bedrock: over real HTTP, with requests and replies held against Amazon's own description of them.

`Amazon.lines` is what Textract sees on any picture, `Amazon.model` answers for Bedrock, `Amazon.faults` come first.
A fault is a code as Amazon has it, or one of `BREAKS`. What was answered counts as paid, whether the answer arrives or not."""

import base64
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import botocore.session
import cv2
import numpy as np
from botocore.validate import ParamValidator

BREAKS = ("cut", "lost", "torn", "slow")  # closed before it is answered, after, in the middle of it; answered late
SLOW_SECONDS = 1.5
STATUS = {
    "ThrottlingException": 429,
    "ProvisionedThroughputExceededException": 400,
    "AccessDeniedException": 403,
    "ModelNotReadyException": 429,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
}
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in ("textract", "bedrock-runtime")}


def checked(service: str, operation: str, side: str, params: dict) -> dict:
    """`params` where they are what Amazon describes; the service model has names, types and what must be there."""
    model = MODELS[service].operation_model(operation)
    shape = model.input_shape if side == "input" else model.output_shape
    report = ParamValidator().validate(params, shape)
    assert not report.has_errors(), report.generate_report()
    unknown = set(params) - set(shape.members)
    assert not unknown, f"{operation} does not know {unknown}"
    return params


@dataclass(frozen=True)
class Seen:
    """A line that Textract is to see: its text, confidence 0..100, and corners in shares of the picture, in reading order."""

    text: str
    corners: tuple
    confidence: float = 99.0


def block(kind: str, key: str, corners, **more) -> dict:
    xs, ys = zip(*corners, strict=True)
    box = {"Left": min(xs), "Top": min(ys), "Width": max(xs) - min(xs), "Height": max(ys) - min(ys)}
    polygon = [{"X": float(x), "Y": float(y)} for x, y in corners]
    return {"BlockType": kind, "Id": key, "Geometry": {"BoundingBox": box, "Polygon": polygon}, **more}


def textract_reply(lines: list[Seen]) -> dict:
    """Lines with their words, as Textract answers: https://docs.aws.amazon.com/textract/latest/dg/how-it-works-lines-words.html"""
    blocks = [block("PAGE", "page", [(0, 0), (1, 0), (1, 1), (0, 1)])]
    for number, line in enumerate(lines):
        words = line.text.split()
        keys = [f"word-{number}-{n}" for n in range(len(words))]
        corners = np.array(line.corners, dtype=float)
        for n, (word, key) in enumerate(zip(words, keys, strict=True)):
            start, end = n / len(words), (n + 1) / len(words)
            top, bottom = corners[1] - corners[0], corners[2] - corners[3]
            part = [corners[0] + top * start, corners[0] + top * end, corners[3] + bottom * end, corners[3] + bottom * start]
            blocks.append(block("WORD", key, part, Text=word, Confidence=line.confidence, TextType="PRINTED"))
        more = {"Relationships": [{"Type": "CHILD", "Ids": keys}]} if keys else {}
        blocks.append(block("LINE", f"line-{number}", line.corners, Text=line.text, Confidence=line.confidence, **more))
    return {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks, "DetectDocumentTextModelVersion": "1.0"}


def converse_reply(tool: str, arguments: dict, read: int = 1000, written: int = 200) -> dict:
    use = {"toolUseId": "use-1", "name": tool, "input": arguments}
    usage = {"inputTokens": read, "outputTokens": written, "totalTokens": read + written}
    message = {"role": "assistant", "content": [{"toolUse": use}]}
    return {"output": {"message": message}, "stopReason": "tool_use", "usage": usage, "metrics": {"latencyMs": 5}}


def lines_told(request: dict) -> list[dict]:
    """The lines that a request to a model shows it."""
    text = request["messages"][0]["content"][-1]["text"]
    return json.loads(re.fullmatch("<lines>(.*)</lines>", text, re.DOTALL)[1])


@dataclass
class Amazon:
    lines: object = ()  # a tuple of Seen, or a function of the picture (BGR) that answers with one
    model: object = None  # a function of the request that answers with the reply
    faults: list = field(default_factory=list)  # (code, message) for the next calls
    faults_of: dict = field(default_factory=lambda: {"textract": [], "bedrock": []})  # the same for one of the two
    fault: object = None  # or a function of the service that answers with a code or ""
    textract: list = field(default_factory=list)  # the pictures that came, as arrays (BGR)
    bedrock: list = field(default_factory=list)  # the requests that came
    problems: list = field(default_factory=list)
    refused: int = 0

    def next_fault(self, service: str) -> tuple[str, str]:
        if self.fault and (code := self.fault(service)):
            self.refused += 1
            return code, ""
        waiting = self.faults or self.faults_of[service]
        self.refused += bool(waiting)
        return waiting.pop(0) if waiting else ("", "")

    def detect(self, request: dict) -> dict:
        data = base64.b64decode(request["Document"]["Bytes"])
        checked("textract", "DetectDocumentText", "input", {**request, "Document": {"Bytes": data}})
        assert len(data) <= 10 * 1024 * 1024, "Textract takes 10 MB"
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert max(picture.shape) <= 10_000, "Textract takes 10,000 pixels a side"
        self.textract.append(picture)
        lines = self.lines(picture) if callable(self.lines) else self.lines
        return checked("textract", "DetectDocumentText", "output", textract_reply(list(lines)))

    def converse(self, model_id: str, request: dict) -> dict:
        request = {"modelId": model_id, **request}
        for part in request["messages"][0]["content"]:
            if "image" in part:
                part["image"]["source"]["bytes"] = base64.b64decode(part["image"]["source"]["bytes"])
        checked("bedrock-runtime", "Converse", "input", request)
        assert "temperature" not in request.get("inferenceConfig", {}), "newer models refuse a temperature"
        self.bedrock.append(request)
        return checked("bedrock-runtime", "Converse", "output", self.model(request))


def serve(amazon: Amazon) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service = "textract" if self.headers.get("X-Amz-Target") == "Textract.DetectDocumentText" else "bedrock"
            code, message = amazon.next_fault(service)
            if code == "cut":
                return self.cut()
            if code and code not in BREAKS:
                return self.answer(STATUS.get(code, 400), {"__type": code, "message": message}, code)
            try:
                if service == "textract":
                    reply = amazon.detect(body)
                else:
                    reply = amazon.converse(re.fullmatch("/model/(.+)/converse", unquote(self.path))[1], body)
                return self.late(code, reply) if code else self.answer(200, reply)
            except Exception as error:
                amazon.problems.append(repr(error))
                return self.answer(400, {"__type": "ValidationException", "message": repr(error)}, "ValidationException")

        def late(self, code: str, reply: dict):
            if code == "torn":
                self.answer(200, reply, torn=True)
            if code == "slow":
                time.sleep(SLOW_SECONDS)
            self.cut()

        def cut(self):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def answer(self, status: int, body: dict, code: str = "", torn: bool = False):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(data)))
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if torn else data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server

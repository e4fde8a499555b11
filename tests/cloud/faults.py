"""Stands between the product and moto's server, and breaks what the test says: over HTTP, as on the real way."""

import http.client
import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BREAKS = ("cut", "lost")  # closed before the request is handed on; done, but its answer never arrives
STATUS = {"AccessDenied": 403, "ExpiredToken": 400, "SlowDown": 503, "Throttling": 400, "InternalError": 500}
PASSED_ON = ("content-type", "etag", "last-modified", "x-amz-version-id", "content-range", "location")


@dataclass
class Request:
    method: str
    path: str
    body: bytes

    def names(self, text: str) -> bool:
        """Whether it concerns `text`: a part of a key, or an operation of SQS or SNS."""
        return text in self.path or text.encode() in self.body


@dataclass
class Faulty:
    """`fault` answers for each request with a code, one of `BREAKS`, or "" where it is to pass."""

    fault: object = None
    broken: list = field(default_factory=list)  # what was
    passed: int = 0
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def breaks(self, *texts: str, code: str = "InternalError", times: int = 1, method: str = ""):
        """The next `times` requests that concern all `texts`."""
        left = [times]

        def fault(request: Request) -> str:
            if not left[0] or not request.method.startswith(method) or not all(request.names(text) for text in texts):
                return ""
            left[0] -= 1
            return code

        self.fault = fault


class Handler(BaseHTTPRequestHandler):
    """One request on its way; `server` is a `Way`."""

    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = self.headers.get("X-Amz-Target", "").encode()
        code = self.server.faulty.fault(Request(self.command, self.path, body + headers)) if self.server.faulty.fault else ""
        if code:
            self.server.faulty.broken.append((code, self.command, self.path))
        if code == "cut":
            return self.cut()
        if code and code != "lost":
            return self.refuse(code)
        status, headers, data = self.forward(body)
        self.server.faulty.passed += 1
        return self.cut() if code else self.answer(status, headers, data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def forward(self, body: bytes):
        there = http.client.HTTPConnection(self.server.host, timeout=30)
        # The host stays that of the request: S3 signs it.
        there.request(self.command, self.path, body, dict(self.headers))
        answer = there.getresponse()
        data = answer.read()
        there.close()
        return answer.status, answer.headers, data

    def answer(self, status, headers, data: bytes):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in PASSED_ON or name.lower().startswith("x-amz"):
                self.send_header(name, value)
        length = headers.get("content-length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def refuse(self, code: str):
        json_said = json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": code}).encode()
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{code}</Message></Error>"
        said = error if self.command != "POST" else f"<ErrorResponse>{error}</ErrorResponse>"
        data = json_said if self.headers.get("X-Amz-Target") else said.encode()
        kind = "application/x-amz-json-1.0" if self.headers.get("X-Amz-Target") else "text/xml"
        self.answer(STATUS[code], {"content-type": kind}, data)

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_):
        pass


class Way(ThreadingHTTPServer):
    def __init__(self, faulty: Faulty, target: str):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faulty, self.host = faulty, urlsplit(target).netloc
        faulty.port = self.server_port


def serve(faulty: Faulty, target: str) -> Way:
    way = Way(faulty, target)
    threading.Thread(target=way.serve_forever, args=(0.02,), daemon=True).start()
    return way

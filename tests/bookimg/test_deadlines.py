"""Every service that is paid by the call is left when its whole response takes too long, and not only when it is silent."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chat.providers import ModelError, ModelTurn
from chat.providers.openai import OpenAIChatModel
from library.search.embedders import EmbedderError
from library.search.embedders.openai import OpenAIEmbedder, VoyageEmbedder
from scanning.proposers import ProposerError
from scanning.proposers.openai import OpenAIProposer

SECONDS = 0.2
TOOL = {"name": "books", "description": "", "schema": {}}


class Dripping(BaseHTTPRequestHandler):
    """Sends a piece of its response more often than any single wait is long, and never the last."""

    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for _ in range(60):
                self.wfile.write(b'data: {"choices": []}\n')
                time.sleep(0.02)
        except OSError:
            self.server.left.set()

    def log_message(self, *values):
        pass


@pytest.fixture
def service():
    with HTTPServer(("127.0.0.1", 0), Dripping) as server:
        server.left = threading.Event()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


CALLS = {
    "proposer": (ProposerError, lambda url: OpenAIProposer("m", url, seconds=SECONDS).send({})),
    "chat": (ModelError, lambda url: OpenAIChatModel("m", url, timeout=SECONDS).ask("", [ModelTurn("user", "?")], [], print)),
    "embedder": (EmbedderError, lambda url: OpenAIEmbedder(url, seconds=SECONDS).embed(["a"])),
    "voyage": (EmbedderError, lambda url: VoyageEmbedder("k", url=url, seconds=SECONDS).embed(["a"])),
}


@pytest.mark.parametrize("error, call", CALLS.values(), ids=CALLS)
def test_a_service_that_drips_is_left(service, error, call):
    with pytest.raises(error, match="not responding"):
        call(f"http://127.0.0.1:{service.server_port}")
    assert service.left.wait(5), "it was left before it had finished"

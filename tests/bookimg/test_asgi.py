"""Pages are answered by threads that stay, so that their connections to the database stay too."""

import asyncio
import threading

from asgiref.testing import ApplicationCommunicator
from django.http import HttpResponse
from django.test import RequestFactory

from bookimg.asgi import THREADS, THREADS_OF_ONE, Pages
from bookimg.health import PROBES

SCOPE = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/healthz", "query_string": b"", "headers": []}


async def status_of_a_call() -> int:
    client = ApplicationCommunicator(Pages(), SCOPE)
    await client.send_input({"type": "http.request", "body": b""})
    started = await client.receive_output()
    await client.wait()
    return started["status"]


def page_threads() -> set[int]:
    return {thread.ident for thread in threading.enumerate() if thread.name.startswith("page")}


async def test_two_pages_one_after_the_other_take_one_thread():
    assert await status_of_a_call() == 200
    first = page_threads()
    assert await status_of_a_call() == 200
    assert first and page_threads() == first


class HeldPages(Pages):
    """Answers the client at 192.0.2.1 only when it may, and all others at once."""

    def __init__(self):
        super().__init__()
        self.go, self.begun, self.held = threading.Event(), threading.Semaphore(0), []

    def get_response(self, request):
        if request.META["REMOTE_ADDR"] == "192.0.2.1" and request.path not in PROBES:
            self.held.append(request)
            self.begun.release()
            self.go.wait(20)
        return HttpResponse("ok")


async def test_slow_requests_of_one_client_leave_threads_for_the_others():
    pages, factory = HeldPages(), RequestFactory()
    requests = [factory.get("/", REMOTE_ADDR="192.0.2.1") for _ in range(THREADS + 8)]
    slow = [asyncio.create_task(pages.get_response_async(request)) for request in requests]
    for _ in range(THREADS_OF_ONE):
        assert await asyncio.to_thread(pages.begun.acquire, timeout=20)
    assert (await pages.get_response_async(factory.get("/", REMOTE_ADDR="192.0.2.2"))).status_code == 200
    assert (await pages.get_response_async(factory.get("/healthz", REMOTE_ADDR="192.0.2.1"))).status_code == 200
    assert len(pages.held) == THREADS_OF_ONE and not any(task.done() for task in slow)
    pages.go.set()
    assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200] * len(slow)
    assert not pages.turns, "nothing is kept of clients that wait for nothing"

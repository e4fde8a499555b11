"""Pages are answered by threads that stay, so that their connections to the database stay too."""

import threading

from asgiref.testing import ApplicationCommunicator

from bookimg.asgi import Pages

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

"""A whole exchange has a time limit, wherever the other server is slow."""

import socket
import threading
import time

import httpx
import pytest

from catalogs.deadline_transport import DeadlineTransport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"
DRIPS = {"before the head": (b"", b"H"), "in the head": (HEAD, b"X-A: b\r\n"), "in the body": (HEAD + b"\r\n", b".")}


@pytest.fixture
def dripping():
    """Starts a server that sends `first`, and then a drip every 50 ms until nobody listens."""
    sockets = []

    def start(first: bytes, drip: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)
        threading.Thread(target=serve, args=(server, first, drip), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server in sockets:
        server.close()


def serve(server: socket.socket, first: bytes, drip: bytes):
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        try:
            connection.sendall(first)
            while True:
                connection.sendall(drip)
                time.sleep(0.05)
        except OSError:
            pass


@pytest.mark.parametrize("first, drip", DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_is_left(dripping, first, drip):
    with httpx.Client(transport=DeadlineTransport(0.4), timeout=10) as client, pytest.raises(httpx.TimeoutException):
        client.get(dripping(first, drip))


def test_a_connection_that_is_used_again_has_its_full_time_again(dripping):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    address = dripping(head, b"")
    with httpx.Client(transport=DeadlineTransport(5), timeout=10) as client:
        assert client.get(address).status_code == 200

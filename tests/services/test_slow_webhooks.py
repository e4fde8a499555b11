"""A webhook whose server never finishes its response holds up nobody's photo, with a single worker."""

import socket
import threading
import time

import pytest

from tests.services.product import Product, until

pytestmark = pytest.mark.services
MESSAGES = """
INSERT INTO accounts_webhook (user_id, url, events, secret, active, created)
    VALUES (?, ?, '["book.added"]', 'whsec_AAAA', 1, '2026-01-01');
"""
DELIVERY = """
INSERT INTO accounts_delivery (webhook_id, event, subject, payload, state, answer, created, changed,
                               attempts, deaths, lease, due, enqueued, trace)
    VALUES (?, 'book.added', '', '{}', 'waiting', '', '2026-01-01', '2026-01-01', 0, 0, '', '2026-01-01', 0, '')
"""
USER = """
INSERT INTO auth_user (username, password, email, first_name, last_name, is_superuser, is_staff, is_active, date_joined)
    VALUES (?, '!', '', '', '', 0, 0, 1, '2026-01-01')
"""


@pytest.fixture
def dripping():
    """The address of a server that sends a header and then a byte a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def accept(server):
    while True:
        try:
            client, _ = server.accept()
        except OSError:  # the test is over
            return
        threading.Thread(target=drip, args=(client,), daemon=True).start()


def drip(client):
    try:
        client.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            client.sendall(b"a")
            time.sleep(1)
    except OSError:
        client.close()


@pytest.fixture
def product(tmp_path, migrated):
    product = Product(tmp_path, migrated)
    product.environment["WEBHOOKS_PRIVATE"] = "1"
    yield product.start()
    product.stop()


def test_a_scan_is_read_while_twenty_webhooks_drip(product, dripping):
    for number in range(20):
        user = product.write(USER, f"slow-{number}")
        product.write(DELIVERY, product.write(MESSAGES, user, dripping))
    until(lambda: product.ask("SELECT 1 FROM accounts_delivery WHERE lease != ''"), 10, "a message on its way")
    job = product.scan("job-1")
    both = "SELECT 1 FROM scanning_scan s, accounts_delivery d WHERE s.stage = 'read' AND s.lease != '' AND d.lease != ''"
    until(lambda: product.ask(both), 30, "a photo read beside a message")
    product.assert_completes(job)
    assert product.ask("SELECT 1 FROM accounts_delivery WHERE lease != ''"), "the messages were not just dropped"

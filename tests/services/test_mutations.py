"""Mutated pictures, JSON, tables and messages of sockets: a sentence or an error code each, and no traceback.

`THOROUGH=1` tries 10,000 pictures and 100,000 of the others; without it is a look in passing."""

import asyncio
import io
import json
import random
import subprocess
import sys

import httpx
import numpy as np
import pytest
import websockets
from PIL import Image

from tests.api.openapi import CALLS
from tests.requirements import THOROUGH
from tests.services.product import ROOT, Product
from tests.services.test_hostile_input import MANY, SEED

pytestmark = [pytest.mark.services, pytest.mark.slow]
SHARE = 1 if THOROUGH else 100
PICTURES, JSON_BODIES, TABLES, MESSAGES = 10_000 // SHARE, 40_000 // SHARE, 10_000 // SHARE, 50_000 // SHARE
BOOK = {"title": "Emma", "authors": ["Jane Austen"], "isbn": "9780141439587", "year": 1815, "tags": ["classic"], "rating": 4.5}
ODD = [
    None, True, -1, 0, 2**63, 1e308, float("nan"), "", "\0", "\ud800", "\u202e", "a" * 5000, [], {}, [[]], {"": None}, "9" * 400,
]  # fmt: skip
ACTIONS = {
    "/ws/scans/": [{"action": "subscribe", "jobId": "job-1", "after": 0}, {"action": "unsubscribe", "jobId": "job-1"}],
    "/ws/chat/": [{"action": "ask", "question": "How many books?", "chat": ""}, {"action": "stop", "turn": 1}],
}


@pytest.fixture(scope="module")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("product"), migrated)
    product.environment |= MANY | {"FAKE_READ_SECONDS": "0", "FAKE_PROPOSE_SECONDS": "0", "FAKE_CATALOG_SECONDS": "0"}
    yield product.start()
    product.stop()
    assert "Traceback" not in product.log.read_text()


@pytest.fixture(scope="module")
def seeded(product) -> dict:
    seed = [sys.executable, "-c", SEED]
    done = subprocess.run(seed, cwd=ROOT, env=product.environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def token(seeded) -> str:
    return seeded["token"]


@pytest.fixture
def keys(seeded) -> dict:
    return seeded["keys"]


@pytest.fixture
def client(product, token):
    address = f"http://127.0.0.1:{product.port}/api/v1"
    with httpx.Client(base_url=address, timeout=60, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def mutated(dice: random.Random, data: bytes) -> bytes:
    """With a few bytes changed, left out, doubled or cut off."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        place, kind = dice.randrange(len(out) or 1), dice.randrange(5)
        if kind == 0:
            out[place : place + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            del out[place : place + dice.randrange(1, 30)]
        elif kind == 2:
            out[place:place] = out[place : place + dice.randrange(1, 200)]
        elif kind == 3:
            out[place : place + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
        elif dice.random() < 0.3:
            del out[place:]
    return bytes(out)


def altered(dice: random.Random, value: dict) -> dict:
    """With one of its values, or its name, replaced by something odd."""
    name, odd = dice.choice(list(value)), dice.choice(ODD)
    return {**value, name: odd} if dice.random() < 0.8 else {**value, dice.choice(("", "pk", "user", name * 50)): odd}


def as_sent(dice: random.Random, value: dict) -> bytes:
    body = json.dumps(altered(dice, value)).encode()
    return mutated(dice, body) if dice.random() < 0.5 else body


def pictures(dice: random.Random) -> list[bytes]:
    image = Image.fromarray(np.random.default_rng(dice.randrange(2**32)).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    out = []
    for form in ("JPEG", "PNG", "WEBP", "HEIF"):
        file = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = dice.randrange(12)
        image.save(file, form, exif=exif)
        out.append(file.getvalue())
    return out


def is_accepted(response, sent: bytes) -> bool:
    """Accepted, or refused in good form."""
    assert response.status_code < 500, (response.status_code, response.text[:300], sent[:300])
    assert response.status_code != 401, "the token of the test still holds"
    assert response.status_code < 400 or 5 < len(response.json()["detail"]) < 3000
    assert response.elapsed.total_seconds() < 30, sent[:300]
    return response.is_success


def test_pictures(client):
    dice, accepted = random.Random(1), 0
    for number in range(PICTURES):
        data = mutated(dice, dice.choice(pictures(dice)))
        accepted += is_accepted(client.post("/scans", files={"photo": (f"{number}.jpg", data)}), data)
    assert 0 < accepted < PICTURES


def test_bodies_of_calls(client, keys):
    dice, accepted = random.Random(2), 0
    calls = [(call, body) for call in CALLS if call.needs_sign_in and isinstance(body := call.body(), dict) and body]
    for _ in range(JSON_BODIES):
        call, body = dice.choice(calls)
        sent = as_sent(dice, body)
        path = call.path.format(**{key: keys[key] for key in call.keys})
        headers = {"Content-Type": "application/json"}
        accepted += is_accepted(client.request(call.method.upper(), path, content=sent, headers=headers), sent)
    assert 0 < accepted < JSON_BODIES


def test_tables(client):
    dice, accepted = random.Random(3), 0
    table = b'Title,Author,ISBN,My Rating,Date Read,Notes\n"Emma","Austen, Jane",9780141439587,4,2020/01/02,"a\nb"\n' * 3
    own = json.dumps({"books": [BOOK] * 3}).encode()
    for number in range(TABLES):
        data = mutated(dice, dice.choice((table, own)))
        accepted += is_accepted(client.post("/import", files={"file": (f"{number}.csv", data)}), data)
    assert 0 < accepted < TABLES


@pytest.mark.parametrize("path", ACTIONS)
def test_messages_of_sockets(product, token, path):
    sent = MESSAGES // len(ACTIONS)
    address = f"ws://127.0.0.1:{product.port}{path}"
    assert asyncio.run(pongs_received(address, token, ACTIONS[path], sent, random.Random(path))) == -(-sent // 100)


async def pongs_received(address: str, token: str, actions: list[dict], sent: int, dice: random.Random) -> int:
    """Each message may get a response or none; after each hundred, the socket must still respond to a ping."""
    pongs, headers = 0, {"Authorization": f"Bearer {token}"}
    while pongs * 100 < sent:
        async with websockets.connect(address, additional_headers=headers, max_size=None) as socket:
            for _ in range(100):
                message = as_sent(dice, dice.choice(actions))
                await socket.send(message if dice.random() < 0.1 else message.decode("utf-8", "replace"))
            await socket.send('{"action": "ping"}')
            async with asyncio.timeout(60):
                while json.loads(await socket.recv())["type"] != "pong":
                    pass
        pongs += 1
    return pongs

"""The share of calls that a person has, with two web processes on one database."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.services.product import ROOT, Product, until

pytestmark = pytest.mark.services
SEED = """
import django, json; django.setup()
from accounts import tokens
from tests.factories import UserFactory
made = {}
for name in ("olive", "stan"):
    user = UserFactory(username=name)
    made[name] = [tokens.make_api_token(user, "program", ["read"])[1] for _ in range(2)]
print(json.dumps(made))
"""


@contextmanager
def two_webs(tmp_path):
    """Addresses of two web processes that share a database, and tokens of two people."""
    products = [Product(tmp_path), Product(tmp_path)]
    world = products[0].environment
    world |= {"RATE_LIMIT": "100/h"}  # an hour passes on no machine while this asks 300 times
    for command in (["migrate", "-v0"], ["createcachetable", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=world, check=True, timeout=120)
    made = subprocess.run(
        [sys.executable, "-c", SEED], cwd=ROOT, env=world, check=True, timeout=60, capture_output=True, text=True
    )
    webs = []
    with products[0].log.open("a") as log:
        for product in products:
            web = [sys.executable, "manage.py", "web", "--port", str(product.port)]
            webs.append(subprocess.Popen(web, cwd=ROOT, env=world, stdout=log, stderr=log))
    try:
        for product in products:
            until(product.answers, 60, "the first page")
        yield [f"http://127.0.0.1:{product.port}/api/v1/me" for product in products], json.loads(made.stdout.splitlines()[-1])
    finally:
        for web in webs:
            web.terminate()
        for web in webs:
            web.wait(15)


def test_of_300_calls_in_an_hour_over_two_processes_exactly_100_pass(tmp_path):
    with two_webs(tmp_path) as (addresses, keys), httpx.Client(timeout=60) as client:

        def ask(number: int) -> int:
            token = keys["olive"][number // 2 % 2]  # both of her tokens, at both processes
            return client.get(addresses[number % 2], headers={"Authorization": f"Bearer {token}"}).status_code

        with ThreadPoolExecutor(8) as pool:
            answers = Counter(pool.map(ask, range(300)))
        assert answers == {200: 100, 429: 200}
        assert client.get(addresses[1], headers={"Authorization": f"Bearer {keys['stan'][0]}"}).status_code == 200

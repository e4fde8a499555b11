"""Records paid calls and their cost. Providers buy through a CostMeter, so that one place knows what was bought."""

from collections.abc import Callable

Reply = dict
TEXTRACT_USD_A_CALL = 0.0015  # here, so that a price is known without loading boto3


class BudgetExceeded(Exception):
    """A sentence for the photo's owner: why nothing more is bought."""


class CostMeter:
    """Counts what is bought. This one keeps nothing: for photos that belong to nobody."""

    def __init__(self):
        self.calls, self.usd = 0, 0.0
        self.replies: list[Reply] = []  # as they came, those that were bought before too

    def buy(
        self, service: str, request: bytes, estimate: float, ask: Callable[[], Reply], price: Callable[[Reply], float]
    ) -> Reply:
        """The reply of `service` to `request`, which `ask` gets for about `estimate` USD and for exactly `price` of the reply."""
        reply = ask()
        self.ring_up(reply, price(reply))
        return reply

    def ring_up(self, reply: Reply, usd: float):
        self.calls += 1
        self.usd += usd
        self.replies.append(reply)

"""What was bought for a scan: within its owner's month, each answer kept as soon as it is there, so that none is bought twice."""

import hashlib
import json
import logging
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Sum
from django.utils import timezone

from scanning import results
from scanning.cost_meter import BudgetExceeded, CostMeter, Reply
from scanning.models import Purchase, Scan

logger = logging.getLogger("scanning.purchases")
PAID_ALREADY = "This photo was paid for, but the response was lost. It will not be paid for again unless you ask for it."

TOKENS = {  # at Bedrock, and in OpenAI's form
    "inputTokens": "tokens_in",
    "outputTokens": "tokens_out",
    "prompt_tokens": "tokens_in",
    "completion_tokens": "tokens_out",
}


class ScanTill(CostMeter):
    """The till of one scan. A worker that dies after a call leaves its answer; the next one finds it.

    One that dies between the call and its answer leaves the purchase open. Whether it was charged is not known then, so nobody
    asks the same again before the photo's owner does (`allow_again`)."""

    def __init__(self, scan: Scan):
        super().__init__()
        self.scan = scan

    def buy(self, service, request, estimate, ask, price) -> Reply:
        question = f"{service}-{hashlib.sha256(request).hexdigest()[:32]}"
        mine = Purchase.objects.filter(scan=self.scan, question=question, reserved=True)
        if kept := self.kept(_answer_to(question)):
            mine.update(usd=price(kept), reserved=False)  # of a worker that died right after it was kept
            self.replies.append(kept)
            return kept
        if estimate and mine.exists():
            raise BudgetExceeded(PAID_ALREADY)
        purchase = _reserve(self.scan, service, estimate, question)
        started = time.monotonic()
        try:
            reply = ask()
        except Exception as error:
            if not getattr(error, "uncertain", False):
                purchase.delete()  # what fails is not charged
            self.tell(service, 0, started, "failed")
            raise
        purchase.usd = price(reply)
        purchase.reserved = not self.keep(_answer_to(question), reply)
        purchase.save(update_fields=["usd", "reserved"])
        self.ring_up(reply, purchase.usd)
        self.tell(service, purchase.usd, started, **tokens_of(reply))
        return reply

    def keep(self, name: str, reply: Reply) -> bool:
        """Before anything else is done with it. Where it cannot be kept, the stage goes on with it all the same."""
        try:
            results.store(self.scan, name, reply)
        except Exception:  # of whatever kind the storage has
            logger.exception("could not store a response that was paid for", extra={"job_id": self.scan.job_id})
            return False
        return True

    def tell(self, service: str, usd: float, started: float, result: str = "ok", **tokens):
        fields = {
            "service": service,
            "result": result,
            "usd": round(usd, 6),
            "duration_ms": round((time.monotonic() - started) * 1000),
        }
        who = {"job_id": self.scan.job_id, "user_id": self.scan.user_id}
        logger.info("%s called for %s: %s, %.4f USD", service, self.scan.job_id, result, usd, extra=fields | who | tokens)

    def kept(self, name: str) -> Reply | None:
        """The answer to the same question, from this scan or from an earlier one of the same photo."""
        for scan in self.scans_of_the_photo():
            if default_storage.exists(scan.result_key(name)):
                with default_storage.open(scan.result_key(name)) as file:
                    return json.load(file)
        return None

    def scans_of_the_photo(self) -> Iterator[Scan]:
        yield self.scan
        if self.scan.sha256:
            yield from Scan.objects.of(self.scan.user).filter(sha256=self.scan.sha256).exclude(pk=self.scan.pk)


def tokens_of(reply: Reply) -> dict[str, int]:
    """What a model read and wrote, under the names of the log."""
    usage = reply["usage"] if isinstance(reply.get("usage"), dict) else {}
    return {TOKENS[name]: number for name, number in usage.items() if name in TOKENS and isinstance(number, int)}


def _answer_to(question: str) -> str:
    return f"bought/{question}.json"


def allow_again(scan: Scan):
    """Its owner asks for what may have been charged without an answer. It stays on the bill."""
    Purchase.objects.filter(scan=scan, reserved=True).update(question="")


def _reserve(scan: Scan, service: str, estimate: float, question: str = "") -> Purchase:
    """Sets the estimate aside, before anything is asked. Raises Refused where the month would be overspent.

    The row is written first and the sum taken then, so that of two workers at once not both see room for one."""
    facts = {"service": service, "usd": estimate, "question": question}
    purchase = Purchase.objects.create(user_id=scan.user_id, scan=scan, **facts)
    limit = settings.SCAN_MONTHLY_USD
    if limit and spent_this_month(scan.user_id) > limit:
        purchase.delete()
        raise BudgetExceeded(f"This month’s limit of ${limit:.2f} for paid reading has been reached.")
    return purchase


def this_month():
    """The purchases since the month began."""
    start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Purchase.objects.filter(created__gte=start)


def spent_this_month(user_id: int) -> float:
    """USD, with what is set aside for calls under way."""
    return this_month().filter(user_id=user_id).aggregate(sum=Sum("usd"))["sum"] or 0.0


def month(user_id: int) -> dict:
    """What is spent and what may be, this calendar month; a limit of 0 is none."""
    spent, limit = spent_this_month(user_id), settings.SCAN_MONTHLY_USD
    return {"spent": round(spent, 6), "limit": limit, "is_spent": bool(limit) and spent >= limit}


def scan_cost(scan: Scan) -> dict:
    """What the model calls for this scan cost, and how many there were."""
    bought = Purchase.objects.filter(scan=scan).aggregate(usd=Sum("usd", default=0), calls=Count("pk"))
    return {"usd": round(bought["usd"], 6), "calls": bought["calls"]}

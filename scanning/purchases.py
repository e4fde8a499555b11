"""What was bought for a scan: within its owner's month, each answer kept as soon as it is there, so that none is bought twice."""

import hashlib
import json
from collections.abc import Iterator

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Sum
from django.utils import timezone

from scanning import results
from scanning.models import Purchase, Scan
from scanning.till import Refused, Reply, Till


class ScanTill(Till):
    """The till of one scan. A worker that dies after a call leaves its answer; the next one finds it."""

    def __init__(self, scan: Scan):
        super().__init__()
        self.scan = scan

    def buy(self, service, request, estimate, ask, price) -> Reply:
        name = f"bought/{service}-{hashlib.sha256(request).hexdigest()[:32]}.json"
        if kept := self.kept(name):
            self.replies.append(kept)
            return kept
        purchase = reserve(self.scan, service, estimate)
        try:
            reply = ask()
        except Exception:
            purchase.delete()  # what fails is not charged
            raise
        results.store(self.scan, name, reply)
        purchase.usd, purchase.reserved = price(reply), False
        purchase.save(update_fields=["usd", "reserved"])
        self.ring_up(reply, purchase.usd)
        return reply

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


def reserve(scan: Scan, service: str, estimate: float) -> Purchase:
    """Sets the estimate aside, before anything is asked. Raises Refused where the month would be overspent.

    The row is written first and the sum taken then, so that of two workers at once not both see room for one."""
    purchase = Purchase.objects.create(user_id=scan.user_id, scan=scan, service=service, usd=estimate)
    limit = settings.SCAN_MONTHLY_USD
    if limit and spent_this_month(scan.user_id) > limit:
        purchase.delete()
        raise Refused(f"The {limit:.2f} US dollars for paid reading are spent for this month.")
    return purchase


def spent_this_month(user_id: int) -> float:
    """USD, with what is set aside for calls under way."""
    start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Purchase.objects.filter(user_id=user_id, created__gte=start).aggregate(sum=Sum("usd"))["sum"] or 0.0


def cost(scan: Scan) -> dict:
    """As the contract has it: what the answers for this scan cost, and how many calls that were."""
    bought = Purchase.objects.filter(scan=scan)
    usd = bought.aggregate(sum=Sum("usd"))["sum"] or 0
    return {"usd": round(usd, 6), "calls": bought.count()}

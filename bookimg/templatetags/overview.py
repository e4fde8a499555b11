"""`{% overview as numbers %}`: the key figures for the front page of the administration."""

from django import template
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count

from catalogs.models import CatalogRecord
from jobs import queue_depth
from jobs.dead_letters import count_dead_letters
from library.models import Book, UserBook
from scanning.models import Scan

register = template.Library()


@register.simple_tag
def operator_overview() -> dict:
    waiting = list(queue_depth.queue_depths().values())
    scans = dict(Scan.objects.order_by("status").values_list("status").annotate(n=Count("pk")))
    return {
        "people": get_user_model().objects.count(),
        "copies": UserBook.objects.filter(removed__isnull=True).count(),
        "editions": Book.objects.count(),
        "catalog": CatalogRecord.objects.count(),
        "scans": scans,
        "scan_count": sum(scans.values()),
        "failed": scans.get("failed", 0),
        "dead_letters": count_dead_letters(),
        "queue": None if None in waiting else sum(waiting),
        "queue_is_here": settings.BROKER == "orm",
    }

"""`{% accuracy request.user %}`: how often the bands were right, by what this person decided; without a person, by all.
`{% engines request.user %}`: what reads their photos, and its costs."""

from django import template
from django.conf import settings

from catalogs.lookup import catalog_title
from scanning import purchases
from scanning.models import Candidate

register = template.Library()


@register.inclusion_tag("scanning/_accuracy.html")
def accuracy(user=None) -> dict:
    candidates = Candidate.objects.all() if user is None else Candidate.objects.of(user)
    return {"bands": candidates.accuracy()}


@register.inclusion_tag("scanning/_engines.html")
def engines(user) -> dict:
    """What reads this person's photos, and what it has cost."""
    catalogs = [catalog_title(name) for name in settings.CATALOGS]
    return {"ocr": settings.OCR, "proposer": settings.PROPOSER, "catalogs": catalogs, "month": purchases.month(user.pk)}

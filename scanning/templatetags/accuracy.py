"""`{% accuracy request.user %}`: how often the bands were right, by what this person decided; without a person, by all."""

from django import template

from scanning.models import Candidate

register = template.Library()


@register.inclusion_tag("scanning/_accuracy.html")
def accuracy(user=None) -> dict:
    candidates = Candidate.objects.all() if user is None else Candidate.objects.of(user)
    return {"bands": candidates.accuracy()}

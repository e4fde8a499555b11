"""The answers that calls with an `Idempotency-Key` were given."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """A call that makes something, and its answer: the same key again gets the same answer and makes nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField("hash of the call", max_length=64)
    status = models.PositiveSmallIntegerField("of the answer; 0 while it is at work", default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created"], name="idempotency_by_age")]

    def __str__(self):
        return f"{self.key} of {self.user}"

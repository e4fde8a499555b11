"""The responses to calls with an `Idempotency-Key`."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """A call that creates something, and its response, which a repeated call with the same key gets again."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField("hash of the call", max_length=64)
    status = models.PositiveSmallIntegerField("status of the response; 0 while in progress", default=0)
    headers: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created"], name="idempotency_by_age")]

    def __str__(self):
        return f"{self.key} of {self.user}"

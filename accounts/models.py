"""Access for programs: tokens, rate limits, webhooks, secret feed addresses."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from jobs.models import LeasedWork, LeasedWorkQuerySet


def secret_digest(secret: str) -> str:
    """The hash that is stored of a secret. Secrets are long and random, so one round of hashing is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Scope(models.TextChoices):
    """The permissions of a token."""

    READ = "read", "Read your library"
    SCAN = "scan", "Upload photos and follow their scans"
    WRITE = "write", "Everything except sign-in and tokens"


class ApiToken(models.Model):
    """A long-lived key that a person created for a program. The key is shown once; only its hash is stored."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField("last characters", max_length=8, editable=False)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self):
        return f"{self.name} (…{self.hint})"

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        return [Scope(scope).label for scope in self.scopes]


class TokenFamily(models.Model):
    """One sign-in of a program by password. All its access and refresh tokens are valid and revoked together."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="token_families")
    agent = models.CharField("name the program gives itself", max_length=200, blank=True)
    by_mfa = models.BooleanField("signed in with two-factor authentication", default=False)
    stamp = models.CharField("changes with the password", max_length=64, editable=False)
    created = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_used"]
        verbose_name_plural = "token families"

    def __str__(self):
        return f"{self.agent or 'A program'} of {self.user}"

    def revoke(self):
        TokenFamily.objects.filter(pk=self.pk, revoked__isnull=True).update(revoked=timezone.now())


class RefreshToken(models.Model):
    """Valid for one refresh. If one is used a second time, it has been stolen, and its family is revoked."""

    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"Refresh token of {self.family}"


class OutsideIdentity(models.Model):
    """Links a person at an outside issuer to one of our users."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_an_outside_identity")]

    def __str__(self):
        return f"{self.subject} at {self.issuer}"


class Allowance(models.Model):
    """A person's recent calls of one kind, in one row for all processes and tokens; see rates.py."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="allowances")
    kind = models.CharField(max_length=20)
    slices: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField("time slot -> number of calls", default=dict)
    version = models.PositiveIntegerField("number of calls allowed so far", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_allowance_a_kind")]

    def __str__(self):
        return f"{self.user}: {sum(self.slices.values())} {self.kind}"


class Event(models.TextChoices):
    """The events that a webhook can receive."""

    SCAN_COMPLETED = "scan.completed", "Scan complete"
    SCAN_FAILED = "scan.failed", "Scan failed"
    BOOK_ADDED = "book.added", "Book added"
    BOOK_CHANGED = "book.changed", "Book changed"
    IMPORT_FINISHED = "import.finished", "Import finished"


def new_secret() -> str:
    """In the format of Standard Webhooks: https://www.standardwebhooks.com"""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


class Webhook(models.Model):
    """An address that receives events from a person's library."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.URLField(max_length=500)
    events: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    secret = models.CharField(max_length=60, default=new_secret, editable=False)
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created", "pk"]

    def __str__(self):
        return self.url

    @property
    def event_labels(self) -> list[str]:
        return [Event(event).label for event in self.events]


class _DeliveryQuerySet(LeasedWorkQuerySet):
    def of(self, user):
        return self.filter(webhook__user=user)

    def unfinished(self):
        active = Exists(Webhook.objects.filter(pk=OuterRef("webhook"), active=True))
        return self.filter(active, state=Delivery.State.WAITING).select_related("webhook")

    def given_up(self):
        failed = self.filter(state=Delivery.State.FAILED, webhook__active=True)
        return failed.select_related("webhook__user").order_by("-changed")


class Delivery(LeasedWork):
    """The delivery of one event to one address, with its result."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=30, choices=Event)
    subject = models.CharField("event and object, sent once", max_length=100, blank=True)
    payload: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answer = models.CharField("response", max_length=300, blank=True)
    created = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)

    objects = _DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["state", "due"], name="delivery_by_due"),
            models.Index(fields=["webhook", "-created"], name="delivery_by_webhook"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event", "subject"], condition=~Q(subject=""), name="told_once_a_webhook"),
        ]

    def __str__(self):
        return f"{self.event} to {self.webhook}"

    @property
    def next_try(self) -> datetime:
        """The name of `due` in the API."""
        return self.due

    @property
    def outcome(self) -> str:
        return self.state

    @property
    def failure(self) -> str:
        return self.answer

    @property
    def ended(self) -> datetime:
        return self.changed

    def work_payload(self) -> dict:
        return {"url": self.webhook.url, **self.payload}

    def describe_work(self) -> str:
        return f"Message {self.pk} to a webhook of {self.webhook.user}"

    def log_fields(self) -> dict:
        return super().log_fields() | {"user_id": self.webhook.user_id, "delivery": self.pk}


def new_nonce() -> str:
    return secrets.token_urlsafe(12)


class FeedKey(models.Model):
    """The key of a person's secret feed addresses. A new nonce makes the old addresses invalid."""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_key")
    nonce = models.CharField(max_length=32, unique=True, default=new_nonce, editable=False)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"Feed addresses of {self.user}"

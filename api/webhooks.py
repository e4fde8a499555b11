"""Webhooks: set up, change, and see what was sent."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from pydantic import Field

from accounts import webhooks
from accounts.forms import MOST_WEBHOOKS
from accounts.models import Delivery, Event, Webhook
from accounts.outbound import Unsafe, sender_from_settings
from api.authentication import SIGNED_IN
from api.errors import invalid, not_found
from api.idempotent_calls import creates
from api.schemas import In, Key, OneOf, Out, Page, Slice, Text, router

calls = router("Webhooks", auth=SIGNED_IN)  # no personal tokens: webhooks show their secret and receive everything
Events = Annotated[list[Annotated[str, OneOf(*Event.values)]], Field(min_length=1, max_length=20, examples=[["book.added"]])]
Address = Annotated[Text, Field(min_length=8, max_length=500, examples=["https://example.org/hook"])]


class WebhookIn(In):
    url: Address
    events: Events


class WebhookPatch(In):
    url: Address | None = None
    events: Events | None = None
    active: bool | None = None


class WebhookOut(Out):
    id: int
    url: str
    events: list[str]
    active: bool
    secret: str = Field(description="The secret that signs messages.")
    created: datetime


class DeliveryOut(Out):
    id: int
    event: str
    state: Annotated[str, OneOf(*Delivery.State.values)]
    attempts: int
    answer: str
    payload: dict[str, Any]
    created: datetime
    next_try: datetime


def _own_webhook(user, key: int) -> Webhook:
    hook = Webhook.objects.filter(user=user, pk=key).first()
    if hook is None:
        raise not_found()
    return hook


def _save_webhook(hook: Webhook, values: dict) -> Webhook:
    for name, value in values.items():
        if value is not None:
            setattr(hook, name, value)
    try:
        sender_from_settings().address_of(hook.url)
    except Unsafe as error:
        raise invalid(f"url: {error}") from None
    hook.save()
    return hook


@calls.get("", response=Page[WebhookOut])
def list_webhooks(request: HttpRequest, paging: Query[Slice]):
    """Lists your webhooks."""
    return paging.of(Webhook.objects.filter(user=request.user))


@calls.post("", response={201: WebhookOut})
@creates
def add_webhook(request: HttpRequest, body: WebhookIn, response: HttpResponse):
    """Adds a webhook for future events. Addresses inside the server's own network are rejected."""
    if Webhook.objects.filter(user=request.user).count() >= MOST_WEBHOOKS:
        raise invalid(f"You already have {MOST_WEBHOOKS} webhooks. Delete one that you no longer need.")
    hook = _save_webhook(Webhook(user=request.user), body.given_values())
    response["Location"] = f"/api/v1/webhooks/{hook.pk}"
    return Status(201, hook)


@calls.get("/{webhook_id}", response=WebhookOut)
def get_webhook(request: HttpRequest, webhook_id: Key):
    """Returns one webhook."""
    return _own_webhook(request.user, webhook_id)


@calls.patch("/{webhook_id}", response=WebhookOut)
def change_webhook(request: HttpRequest, webhook_id: Key, body: WebhookPatch):
    """Changes only the fields that are sent."""
    return _save_webhook(_own_webhook(request.user, webhook_id), body.given_values())


@calls.delete("/{webhook_id}", response={204: None})
def delete_webhook(request: HttpRequest, webhook_id: Key):
    """Deletes the webhook; nothing more is sent to it."""
    _own_webhook(request.user, webhook_id).delete()
    return Status(204, None)


@calls.get("/{webhook_id}/deliveries", response=Page[DeliveryOut])
def list_deliveries(request: HttpRequest, webhook_id: Key, paging: Query[Slice]):
    """Lists the messages of the last 30 days, latest first."""
    return paging.of(_own_webhook(request.user, webhook_id).deliveries.all())


@calls.post("/{webhook_id}/deliveries/{delivery_id}/again", response={202: DeliveryOut})
def deliver_again(request: HttpRequest, webhook_id: Key, delivery_id: Key):
    """Sends a message again, with the same id."""
    delivery = _own_webhook(request.user, webhook_id).deliveries.filter(pk=delivery_id).first()
    if delivery is None:
        raise not_found()
    webhooks.restart_delivery(delivery)
    return Status(202, Delivery.objects.get(pk=delivery.pk))

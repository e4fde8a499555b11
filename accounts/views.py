"""The settings for API tokens, webhooks and secret feed addresses."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import feeds, webhooks
from accounts.forms import TokenForm, WebhookForm
from accounts.models import ApiToken, Delivery, TokenFamily, Webhook
from accounts.outbound import Sender

DELIVERIES_A_PAGE = 30


# ── Tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@reauthentication_required(allow_get=True)  # pyrefly: ignore[bad-argument-type]  # it says of itself that it takes a request
@never_cache
def api_tokens(request):
    """A new token is shown once, in the response that creates it."""
    form, fresh = TokenForm(request.user, request.POST or None), None
    if request.method == "POST" and form.is_valid():
        token, key = form.save()
        fresh, form = {"token": token, "key": key}, TokenForm(request.user)
    families = TokenFamily.objects.filter(user=request.user, revoked__isnull=True)
    context = {"form": form, "fresh": fresh, "tokens": request.user.api_tokens.all(), "families": families[:50]}
    return render(request, "accounts/api_tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def api_token_end(request, pk):
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    token.delete()
    messages.success(request, f"The token “{token.name}” has been revoked.")
    return redirect("api_tokens")


@login_required
@require_POST
def family_end(request, pk):
    get_object_or_404(TokenFamily, pk=pk, user=request.user).revoke()
    messages.success(request, "The program has been signed out.")
    return redirect("api_tokens")


# ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
def webhooks_page(request):
    form = WebhookForm(sender(), request.POST or None, instance=Webhook(user=request.user))
    if request.method == "POST" and form.is_valid():
        hook = form.save()
        messages.success(request, "Webhook added. Its signing secret is shown on its page.")
        return redirect("webhook", hook.pk)
    context = {"form": form, "webhooks": request.user.webhooks.all()}
    return render(request, "accounts/webhooks.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
def webhook(request, pk):
    hook = own_webhook(request, pk)
    form = WebhookForm(sender(), request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("webhook", pk)
    page = Paginator(hook.deliveries.all(), DELIVERIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/webhook.html", {"form": form, "webhook": own_webhook(request, pk), "page": page})


@login_required
@require_POST
def webhook_switch(request, pk):
    hook = own_webhook(request, pk)
    hook.active = not hook.active
    hook.save(update_fields=["active"])
    return redirect("webhook", pk)


@login_required
@require_POST
def webhook_delete(request, pk):
    own_webhook(request, pk).delete()
    messages.success(request, "Webhook deleted.")
    return redirect("webhooks")


@login_required
@require_POST
def redeliver(request, pk):
    delivery = get_object_or_404(Delivery.objects.of(request.user), pk=pk)
    webhooks.redeliver(delivery)
    messages.success(request, "The message is being sent again.")
    return redirect("webhook", delivery.webhook_id)


def own_webhook(request, pk) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, user=request.user)


def sender() -> Sender:
    return Sender(private=settings.WEBHOOKS_PRIVATE)


# ── Feeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@never_cache
def feeds_page(request):
    secret = feeds.secret_of(request.user)
    names = {"loans": "feed_loans", "added": "feed_added"}
    addresses = {key: request.build_absolute_uri(reverse(name, args=[secret])) for key, name in names.items()} if secret else {}
    opds = request.build_absolute_uri(reverse("opds"))
    return render(request, "accounts/feeds.html", {"addresses": addresses, "opds": opds})


@login_required
@require_POST
def feeds_renew(request):
    feeds.renew(request.user)
    messages.success(request, "New addresses created. Any old ones no longer work.")
    return redirect("feeds")


@login_required
@require_POST
def feeds_revoke(request):
    feeds.revoke(request.user)
    messages.success(request, "The secret addresses have been revoked.")
    return redirect("feeds")

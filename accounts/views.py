"""The settings: their page, appearance, API tokens, webhooks, and the deletion of the account."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import account_deletion, webhooks
from accounts.forms import DeleteAccountForm, TokenForm, WebhookForm
from accounts.models import ApiToken, Delivery, TokenFamily, Webhook
from accounts.outbound import sender_from_settings
from accounts.page_links import SETTINGS_PANELS
from accounts.sign_in import with_fresh_sign_in

DELIVERIES_A_PAGE = 30
THEMES = {"auto": "Same as device", "light": "Light", "dark": "Dark"}
YEAR = 365 * 24 * 60 * 60


# ── The settings page ───────────────────────────────────────────────────────────────────────────────────────────────
@login_required
def settings_page(request):
    context = {"themes": THEMES, "theme": request.COOKIES.get("theme", "auto"), "panels": SETTINGS_PANELS}
    context["oidc_name"] = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return render(request, "accounts/settings.html", context)


@require_POST
def appearance(request):
    """Stores the theme in a cookie instead of the account, so that every device can have its own."""
    response = redirect("settings")
    theme = request.POST.get("theme")
    if theme in ("light", "dark"):
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@login_required
def delete_account(request):
    user = request.user
    form = DeleteAccountForm(user, request.POST or None)
    if request.method == "POST":
        # Limited, so that nobody can guess passwords in a browser left open.
        if refused := ratelimit.consume_or_429(request, action="login_failed", key=user.get_username()):
            return refused
        if form.is_valid():
            logout(request)
            account_deletion.delete_account(user)
            return render(request, "accounts/account_deleted.html")
    mentions = [words for data in account_deletion.ACCOUNT_DATA for words in data.mentions(user)]
    context = {"form": form, "mentions": mentions}
    return render(request, "accounts/delete_account.html", context, status=422 if form.errors else 200)


# ── Tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@with_fresh_sign_in
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
@with_fresh_sign_in
def webhooks_page(request):
    form = WebhookForm(sender_from_settings(), request.POST or None, instance=Webhook(user=request.user))
    if request.method == "POST" and form.is_valid():
        hook = form.save()
        messages.success(request, "Webhook added. Its signing secret is shown on its page.")
        return redirect("webhook", hook.pk)
    context = {"form": form, "webhooks": request.user.webhooks.all()}
    return render(request, "accounts/webhooks.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
def webhook(request, pk):
    return _webhook_page(request, _own_webhook(request, pk))


@with_fresh_sign_in
def _webhook_page(request, hook: Webhook):
    form = WebhookForm(sender_from_settings(), request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("webhook", hook.pk)
    page = Paginator(hook.deliveries.all(), DELIVERIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/webhook.html", {"form": form, "webhook": _own_webhook(request, hook.pk), "page": page})


@login_required
@require_POST
def webhook_switch(request, pk):
    hook = _own_webhook(request, pk)
    hook.active = not hook.active
    hook.save(update_fields=["active"])
    return redirect("webhook", pk)


@login_required
@require_POST
def webhook_delete(request, pk):
    _own_webhook(request, pk).delete()
    messages.success(request, "Webhook deleted.")
    return redirect("webhooks")


@login_required
@require_POST
def redeliver(request, pk):
    delivery = get_object_or_404(Delivery.objects.of(request.user), pk=pk)
    webhooks.restart_delivery(delivery)
    messages.success(request, "The message is being sent again.")
    return redirect("webhook", delivery.webhook_id)


def _own_webhook(request, pk) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, user=request.user)

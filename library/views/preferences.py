"""Settings: the account (allauth's own pages, linked), and how the product looks."""

from django import conf
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

THEMES = {"auto": "Same as device", "light": "Light", "dark": "Dark"}
YEAR = 365 * 24 * 60 * 60


@login_required
def settings(request):
    context = {"themes": THEMES, "theme": request.COOKIES.get("theme", "auto")}
    context |= {"removed_count": request.user.books.filter(removed__isnull=False).count()}
    context["oidc_name"] = conf.settings.OIDC_NAME if conf.settings.OIDC_ISSUER else ""
    return render(request, "library/settings.html", context)


@require_POST
def appearance(request):
    """Kept in a cookie, not in the account: a phone in bed and a desktop by day want different things."""
    response = redirect("settings")
    theme = request.POST.get("theme")
    if theme in ("light", "dark"):
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response

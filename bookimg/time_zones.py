"""Dates and times in the reader's own time zone, which the browser tells once and the account keeps."""

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from library.models import Preferences

KEY = "time_zone"  # in the session and in the preferences


class TimeZoneMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        name = request.session.get(KEY) if signed_in else None
        with timezone.override(ZoneInfo(name) if name else None):
            return self.get_response(request)


@receiver(user_logged_in)
def recall_time_zone(sender, request, user, **_):
    """At sign-in, so that the first page has it too."""
    choices = Preferences.objects.choices_of(user)
    if KEY in choices:
        request.session[KEY] = choices[KEY]


@login_required
@require_POST
def set_time_zone(request):
    """From static/js/page.js."""
    name = request.POST.get("name", "")
    if name not in available_timezones():
        return HttpResponse(status=422)
    request.session[KEY] = name
    Preferences.objects.choose(request.user, time_zone=name)
    return HttpResponse(status=204)

"""The page of the administration with work that was given up."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string

from jobs.dead_letters import list_dead_letters, requeue_dead_letters


@admin.site.admin_view
def dead_letters(request):
    """Shows it, and starts what is chosen again. For superusers, because the payloads are other people's."""
    if not request.user.is_superuser:
        raise PermissionDenied
    if request.method == "POST":
        number = requeue_dead_letters(request.POST.getlist("work"))
        if settings.BROKER == "sqs":  # only then, because it loads boto3
            number += import_string("jobs.sqs_dead_letters.requeue_queue_letters")(request.POST.getlist("message"))
        messages.success(request, f"{number} queued again.") if number else messages.warning(request, "Nothing was queued again.")
        return redirect("admin_dead_letters")
    context = {
        **admin.site.each_context(request),
        "title": "Dead letters",
        "letters": list_dead_letters(),
        "queue_letters": import_string("jobs.sqs_dead_letters.show_queue_letters")() if settings.BROKER == "sqs" else [],
    }
    return render(request, "admin/dead_letters.html", context)

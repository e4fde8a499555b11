"""Programs that may come in and what is sent to others, for those who run the site. Secrets and contents stay out of it."""

from django.contrib import admin

from accounts.models import ApiToken, Delivery, Webhook
from jobs.admin import ReadOnlyAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "created", "last_used")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = readonly_fields = list_display


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("url", "user", "active", "created")
    list_filter = ("active",)
    list_select_related = ("user",)
    search_fields = ("url", "user__username")
    fields = readonly_fields = (*list_display, "events")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created", "event", "webhook", "state", "attempts", "answer")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    search_fields = ("webhook__url", "webhook__user__username")
    fields = readonly_fields = list_display

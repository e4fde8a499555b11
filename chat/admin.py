"""What the chat has cost, for those who run the site."""

from django.contrib import admin

from chat.models import Message
from jobs.admin import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What answers took and cost; neither question nor answer, which are their owner's alone."""

    list_display = ["created", "who", "engine", "state", "milliseconds", "tokens_in", "tokens_out", "usd"]
    list_filter = ["state", "engine"]
    fields = ["created", "engine", "state", "error", "milliseconds", "tokens_in", "tokens_out", "usd"]
    list_select_related = ["chat__user"]

    @admin.display(description="person")
    def who(self, message):
        return message.chat.user

"""The base of admin pages for rows that nobody edits by hand."""

from django.contrib import admin


class ReadOnlyMixin:
    """For rows that BookImg writes itself: shown, but not editable."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_per_page = 50

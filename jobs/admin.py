"""The base of admin pages for rows that nobody edits by hand."""

from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """For rows that BookImg writes itself: shown, but not editable."""

    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

"""Imports, for those who run the site."""

from django.contrib import admin

from jobs.admin import ReadOnlyAdmin
from transfer.models import Import, ImportRow


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """How each file fared; what is in it is its owner's."""

    list_display = ("name", "user", "format", "state", "done", "total", "created", "finished")
    list_filter = ("state", "format", "created")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    exclude = ("hints",)  # the first rows of the file


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    list_display = ("file", "number", "result", "message", "copy")
    list_filter = ("result",)
    list_select_related = ("file", "copy")
    search_fields = ("=file__id", "message", "file__name")
    exclude = ("data",)
    show_full_result_count = False

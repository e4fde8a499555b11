"""The local catalogue in the administration."""

from django.contrib import admin

from catalogs.models import CatalogFile, CatalogRecord
from jobs.admin import ReadOnlyAdmin


@admin.register(CatalogRecord)
class CatalogRecordAdmin(ReadOnlyAdmin):
    """Read-only, because `manage.py load_catalog` fills it and keeps the search index in step."""

    list_display = ("title", "author", "year", "publisher", "isbn13", "language")
    search_fields = ("title", "author", "=isbn13")
    show_full_result_count = False  # millions of rows

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(CatalogFile)
class CatalogFileAdmin(ReadOnlyAdmin):
    """The progress of loading each file."""

    list_display = ("name", "rows", "added", "skipped", "finished")
    search_fields = ("name",)

"""Admin pages for scans: status, errors and retry."""

from django.contrib import admin, messages
from django.db.models import Count
from django.utils.html import format_html

from jobs.admin import ReadOnlyAdmin, ReadOnlyMixin
from scanning import pipeline, uploads
from scanning.models import Candidate, KnownSpine, Purchase, Scan, ScanEvent


class CandidateInline(ReadOnlyMixin, admin.TabularInline):
    model = Candidate
    fields = ("number", "title", "band", "confidence", "validated", "read", "decision", "edited")
    readonly_fields = ("title", "read")
    can_delete = False
    show_change_link = True
    extra = 0

    def title(self, row):
        return str(row)

    def read(self, row):
        return " · ".join(row.spine_text)


class EventInline(ReadOnlyMixin, admin.TabularInline):
    model = ScanEvent
    fields = ("seq", "created", "type", "stage", "message")
    readonly_fields = ("created", "stage", "message")
    can_delete = False
    extra = 0

    def stage(self, event):
        return event.payload.get("stage", "")

    def message(self, event):
        return summary(event)


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    list_display = ("filename", "user", "coloured_status", "stage", "attempts", "books", "seconds", "error", "created")
    list_filter = ("status", "stage", "retryable", "created")
    search_fields = ("job_id", "filename", "user__username", "user__email", "error")
    date_hierarchy = "created"
    list_select_related = ("user",)
    list_per_page = 50
    actions = ("retry", "cancel")
    inlines = (CandidateInline, EventInline)
    fieldsets = (
        (None, {"fields": ("user", "job_id", "filename", "shelf", "created", "finished")}),
        ("Work", {"fields": ("status", "stage", "again", "attempts", "error", "retryable", "notes", "engine", "timings")}),
        ("Lease", {"fields": ("lease", "lease_until", "due", "deaths", "changed")}),
        ("Photo", {"fields": ("photo", "width", "height", "sha256")}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(book_count=Count("candidates"))

    @admin.display(description="status", ordering="status")
    def coloured_status(self, scan):
        mark = {"complete": "✓", "failed": "✗", "cancelled": "–"}.get(scan.status, "…")
        return format_html("{} {}", mark, scan.get_status_display())

    @admin.display(ordering="book_count")
    def books(self, scan):
        return scan.book_count

    def seconds(self, scan):
        return round(sum(scan.timings.values()), 1) if scan.timings else ""

    @admin.action(description="Retry failed or stopped scans", permissions=["retry"])
    def retry(self, request, scans):
        again = sum(pipeline.retry(scan) for scan in scans)
        left = len(scans) - again
        self.message_user(request, f"{again} queued again.", messages.SUCCESS if again else messages.WARNING)
        if left:
            self.message_user(
                request, f"{left} cannot be tried again: they have not failed, or have failed permanently.", messages.WARNING
            )

    @admin.action(description="Stop", permissions=["retry"])
    def cancel(self, request, scans):
        self.message_user(request, f"{sum(pipeline.cancel(scan) for scan in scans)} stopped.")

    def delete_model(self, request, scan):
        uploads.delete_scan(scan)

    def delete_queryset(self, request, scans):
        for scan in scans:
            uploads.delete_scan(scan)

    def has_retry_permission(self, request):
        return request.user.has_perm("scanning.change_scan")


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "scan", "number", "band", "confidence", "validated", "decision", "edited")
    list_filter = ("band", "decision", "validated", "edited")
    search_fields = ("scan__job_id", "scan__user__username", "record", "spine_text")
    list_select_related = ("scan",)


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin):
    list_display = ("created", "user", "service", "usd", "reserved", "scan")
    list_filter = ("service", "reserved", "created")
    search_fields = ("user__username", "scan__job_id")
    list_select_related = ("user", "scan")


@admin.register(KnownSpine)
class KnownSpineAdmin(ReadOnlyAdmin):
    list_display = ("text", "book", "rejected", "validated", "user", "created")
    list_filter = ("rejected", "validated", "created")
    search_fields = ("text", "user__username")
    list_select_related = ("user",)

    def book(self, known):
        return known.record.get("title")


@admin.register(ScanEvent)
class ScanEventAdmin(ReadOnlyAdmin):
    list_display = ("scan", "seq", "type", "message", "created")
    list_filter = ("type", "created")
    search_fields = ("scan__job_id", "scan__user__username")
    list_select_related = ("scan",)

    def message(self, event):
        return summary(event)


def summary(event: ScanEvent) -> str:
    """What an event says, in one line."""
    payload = event.payload
    book = payload.get("book") or {}
    results = payload.get("results") or {}
    if book:
        return f"{book.get('number')}. {book.get('title')} ({book.get('band')})"
    if results:
        return f"{results.get('validatedBooks')} of {results.get('totalCandidates')} validated"
    return payload.get("error") or payload.get("message", "")

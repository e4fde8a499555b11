"""The admin pages of the library: shared editions, and people's copies of them."""

from django.contrib import admin
from django.db.models import Count

from jobs.admin import ReadOnlyAdmin
from library.models import Book, FactChange, Loan, Preferences, Reading, Shelf, Tag, Undo, UserBook
from library.models.copy_queries import OWNED_BOOKS


@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    list_display = ("title", "author", "isbn13", "year", "source", "copies", "created")
    list_filter = ("source", "language", "created")
    search_fields = ("title", "subtitle", "isbn13", "work_key", "publisher")
    readonly_fields = ("work_key", "source", "source_id", "created")
    list_per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(copy_count=Count("copies"))

    @admin.display(ordering="copy_count")
    def copies(self, book):
        return book.copy_count

    @admin.display(ordering="published_date")
    def year(self, book):
        return book.published_date[:4]


class _InTrash(admin.SimpleListFilter):
    title = "place"
    parameter_name = "place"

    def lookups(self, request, model_admin):
        return [("library", "In a library"), ("trash", "Removed")]

    def queryset(self, request, queryset):
        if self.value():
            return queryset.filter(removed__isnull=self.value() == "library")
        return queryset


@admin.register(UserBook)
class UserBookAdmin(admin.ModelAdmin):
    list_display = ("title", "author", "user", "shelf", "status", "added", "removed")
    list_filter = (_InTrash, "status", "added")
    list_select_related = ("user", "shelf")
    search_fields = ("search_text", "user__username", "user__email")
    autocomplete_fields = ("user", "book", "shelf")
    readonly_fields = ("sort_title", "sort_author", "changed")
    date_hierarchy = "added"
    list_per_page = 50


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ("name", "user", "books")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(book_count=Count("books", filter=OWNED_BOOKS)).order_by("user", "folded")

    @admin.display(ordering="book_count")
    def books(self, tag):
        return tag.book_count


@admin.register(Loan)
class LoanAdmin(admin.ModelAdmin):
    list_display = ("copy", "owner", "borrower", "since", "due", "returned")
    list_filter = (("returned", admin.EmptyFieldListFilter), "due")
    list_select_related = ("copy__user",)
    search_fields = ("borrower", "copy__title", "copy__user__username")
    autocomplete_fields = ("copy",)
    date_hierarchy = "since"
    list_per_page = 50

    @admin.display(ordering="copy__user__username")
    def owner(self, loan):
        return loan.copy.user


@admin.register(Reading)
class ReadingAdmin(admin.ModelAdmin):
    list_display = ("copy", "reader", "started", "finished")
    list_select_related = ("copy__user",)
    search_fields = ("copy__title", "copy__user__username")
    autocomplete_fields = ("copy",)
    date_hierarchy = "finished"
    list_per_page = 50

    @admin.display(ordering="copy__user__username")
    def reader(self, reading):
        return reading.copy.user


@admin.register(FactChange)
class FactChangeAdmin(ReadOnlyAdmin):
    list_display = ("copy", "fact", "before", "after", "source", "at")
    list_filter = ("source", "fact")
    list_select_related = ("copy",)
    search_fields = ("copy__title", "copy__user__username")
    show_full_result_count = False


@admin.register(Undo)
class UndoAdmin(ReadOnlyAdmin):
    list_display = ("sentence", "user", "created", "undone")
    list_select_related = ("user",)
    search_fields = ("sentence", "user__username")
    exclude = ("before",)  # may hold the values of thousands of books

    def get_queryset(self, request):
        return super().get_queryset(request).defer("before")


@admin.register(Preferences)
class PreferencesAdmin(ReadOnlyAdmin):
    list_display = ("user",)
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(Shelf)
class ShelfAdmin(admin.ModelAdmin):
    list_display = ("name", "bookcase", "room", "user", "books", "position", "created")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(book_count=Count("books", filter=OWNED_BOOKS))

    @admin.display(ordering="book_count")
    def books(self, shelf):
        return shelf.book_count

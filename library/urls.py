from django.urls import path

from library.views import books, copies, preferences, shelves

urlpatterns = [
    path("", books.library, name="library"),
    path("books/add/", copies.add, name="book_add"),
    path("books/removed/", copies.removed, name="books_removed"),
    path("books/<int:pk>/", copies.book, name="book"),
    path("books/<int:pk>/edit/", copies.edit, name="book_edit"),
    path("books/<int:pk>/remove/", copies.remove, name="book_remove"),
    path("books/<int:pk>/restore/", copies.restore, name="book_restore"),
    path("shelves/", shelves.shelves, name="shelves"),
    path("shelves/<int:pk>/rename/", shelves.rename, name="shelf_rename"),
    path("shelves/<int:pk>/move/", shelves.move, name="shelf_move"),
    path("shelves/<int:pk>/delete/", shelves.delete, name="shelf_delete"),
    path("settings/", preferences.settings, name="settings"),
    path("settings/appearance/", preferences.appearance, name="appearance"),
]

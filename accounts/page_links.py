"""Links that apps add to pages of the apps below them, at start-up in their registrations.py. A page lists the links for a place
with `{% page_links "settings-books" as links %}`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

SETTINGS_BOOKS = "settings-books"
SETTINGS_PROGRAMS = "settings-programs"
BEFORE_DELETION = "before-deletion"  # exports, before an account is deleted
EMPTY_LIBRARY = "empty-library"  # ways to add the first books
UPLOAD_TICKETS = "upload-tickets"  # where the upload page requests a ticket for a photo
INSTEAD_OF_CAMERA = "instead-of-camera"


@dataclass(frozen=True)
class PageLink:
    label: str
    url_name: str
    query: str = ""
    icon: str = ""
    hint: str | Callable[..., str] = ""  # the small line below, or a function of the user that returns it
    download: bool = False

    @property
    def url(self) -> str:
        return reverse(self.url_name) + self.query


PAGE_LINKS: dict[str, list[PageLink]] = defaultdict(list)
SETTINGS_PANELS: list[str] = []  # templates of further sections on the settings page

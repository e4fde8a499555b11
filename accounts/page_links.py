"""Links that the apps add to pages of lower floors, each when it starts (its registrations.py). A page names a place and lists
what is there: `{% page_links "settings-books" as links %}`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

SETTINGS_BOOKS = "settings-books"
SETTINGS_PROGRAMS = "settings-programs"
BEFORE_DELETION = "before-deletion"  # what somebody may want to keep before the account is deleted
EMPTY_LIBRARY = "empty-library"  # how to get the first books in
UPLOAD_TICKETS = "upload-tickets"  # what the upload page asks where to put a photo
INSTEAD_OF_CAMERA = "instead-of-camera"


@dataclass(frozen=True)
class PageLink:
    label: str
    url_name: str
    query: str = ""
    icon: str = ""
    hint: str | Callable[..., str] = ""  # the small line below, or what makes it of the user
    download: bool = False

    @property
    def url(self) -> str:
        return reverse(self.url_name) + self.query


PAGE_LINKS: dict[str, list[PageLink]] = defaultdict(list)
SETTINGS_PANELS: list[str] = []  # templates of further sections on the settings page

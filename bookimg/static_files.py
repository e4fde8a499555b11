"""Static files, whose addresses are worked out once."""

from functools import cache

from django.contrib.staticfiles.storage import StaticFilesStorage


class KnownAddresses(StaticFilesStorage):
    """A page names some fifty static files, most of them the same picture of icons; asking for each was a tenth of its time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)

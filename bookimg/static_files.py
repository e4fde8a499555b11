"""Static files with cached addresses."""

from functools import cache

from django.contrib.staticfiles.storage import StaticFilesStorage


class KnownAddresses(StaticFilesStorage):
    """A page refers to about fifty static files, mostly the same icon picture; looking up each one took a tenth of its time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)

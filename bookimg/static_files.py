"""Static files with cached addresses."""

from functools import cache

from django.contrib.staticfiles.storage import StaticFilesStorage


class KnownAddresses(StaticFilesStorage):
    """Caches addresses: a page refers to about fifty static files, mostly icons, and looking them up took a tenth of its time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)

from django.apps import AppConfig

from library.search.fulltext.words import SOURCES, Source


class ScanningConfig(AppConfig):
    name = "scanning"
    verbose_name = "Scanning"

    def ready(self):
        # A book is found by what was read on its spine, too.
        SOURCES.append(Source(table="scanning_candidate", column="spine", copy="copy_id", text="spine_words"))

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from library.search.fulltext import following


class LibraryConfig(AppConfig):
    name = "library"
    verbose_name = "Library"

    def ready(self):
        import_module("library.registrations").register()
        pre_migrate.connect(following.remove_triggers, sender=self)
        post_migrate.connect(following.install_triggers, sender=self)

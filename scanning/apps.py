from importlib import import_module

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "scanning"
    verbose_name = "Scanning"

    def ready(self):
        import_module("scanning.registrations").register()

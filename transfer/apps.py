from importlib import import_module

from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "transfer"

    def ready(self):
        import_module("transfer.registrations").register()

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Sign-in and programs"

    def ready(self):
        import_module("accounts.registrations").register()

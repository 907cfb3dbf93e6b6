"""Registers the `accounts` app under its French name, and the wall on connections that open during a request."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AccountsConfig(AppConfig):
    name = "declic.accounts"
    label = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from declic.accounts.wall import tell_new_connection

        connection_created.connect(tell_new_connection)

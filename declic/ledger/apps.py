"""Registers the `ledger` app under its French name."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "declic.ledger"
    label = "ledger"
    verbose_name = "Livres de comptes"

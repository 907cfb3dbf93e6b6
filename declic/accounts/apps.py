"""Registers the `accounts` app under its French name."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "declic.accounts"
    label = "accounts"
    verbose_name = "Comptes"

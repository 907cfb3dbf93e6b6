"""Registers the `core` app under its French name."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "declic.core"
    label = "core"
    verbose_name = "Socle"

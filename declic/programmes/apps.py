"""Registers the `programmes` app under its French name."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "declic.programmes"
    label = "programmes"
    verbose_name = "Dispositifs"

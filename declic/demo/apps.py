"""Registers the `demo` app under its French name."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "declic.demo"
    label = "demo"
    verbose_name = "Démonstration"

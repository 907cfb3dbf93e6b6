"""Registers the `hotline` app under its French name."""

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "declic.hotline"
    label = "hotline"
    verbose_name = "Assistance"

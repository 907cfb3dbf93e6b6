"""Registers the `orientation` app under its French name."""

from django.apps import AppConfig


class OrientationConfig(AppConfig):
    name = "declic.orientation"
    label = "orientation"
    verbose_name = "Orientations"

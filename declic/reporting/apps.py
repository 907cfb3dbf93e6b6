"""Registers the `reporting` app under its French name."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "declic.reporting"
    label = "reporting"
    verbose_name = "Bilans"

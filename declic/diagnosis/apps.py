"""Registers the `diagnosis` app under its French name."""

from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    name = "declic.diagnosis"
    label = "diagnosis"
    verbose_name = "Diagnostic"

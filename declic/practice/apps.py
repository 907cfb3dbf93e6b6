"""Registers the `practice` app under its French name."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "declic.practice"
    label = "practice"
    verbose_name = "Entraînement"

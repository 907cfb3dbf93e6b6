"""Registers the `training` app under its French name."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "declic.training"
    label = "training"
    verbose_name = "Formation"

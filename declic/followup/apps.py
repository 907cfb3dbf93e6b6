"""Registers the `followup` app under its French name."""

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "declic.followup"
    label = "followup"
    verbose_name = "Suivi"

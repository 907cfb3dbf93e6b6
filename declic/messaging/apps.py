"""Registers the `messaging` app under its French name."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "declic.messaging"
    label = "messaging"
    verbose_name = "Messages"

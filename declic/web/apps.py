"""Registers the `web` app under its French name."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "declic.web"
    label = "web"
    verbose_name = "Accueil"

"""Registers the `connectivity` app under its French name."""

from django.apps import AppConfig


class ConnectivityConfig(AppConfig):
    name = "declic.connectivity"
    label = "connectivity"
    verbose_name = "Connexion"

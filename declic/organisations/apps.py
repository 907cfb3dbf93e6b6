"""Registers the `organisations` app under its French name."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "declic.organisations"
    label = "organisations"
    verbose_name = "Structures"

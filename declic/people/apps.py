"""Registers the `people` app under its French name."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "declic.people"
    label = "people"
    verbose_name = "Personnes"

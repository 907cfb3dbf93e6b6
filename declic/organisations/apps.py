"""Registers the `organisations` app under its French name, and what puts up the wall between operators."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class OrganisationsConfig(AppConfig):
    name = "declic.organisations"
    label = "organisations"
    verbose_name = "Structures"

    def ready(self) -> None:
        from declic.organisations.walls import check_walls, raise_walls_after_migrating

        post_migrate.connect(raise_walls_after_migrating, sender=self)
        register(check_walls, Tags.security, deploy=True)

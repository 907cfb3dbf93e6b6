"""Registers the `equipment` app under its French name."""

from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "declic.equipment"
    label = "equipment"
    verbose_name = "Matériel"

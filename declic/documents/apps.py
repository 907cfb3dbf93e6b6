"""Registers the `documents` app under its French name."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "declic.documents"
    label = "documents"
    verbose_name = "Documents"

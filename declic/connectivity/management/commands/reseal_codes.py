"""Encrypts every code of recharge again under the first key of DECLIC_CODE_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from declic.connectivity.actions import reseal_codes


class Command(BaseCommand):
    help = "Chiffre de nouveau tous les codes de recharge avec la première clé de DECLIC_CODE_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{reseal_codes()} codes chiffrés de nouveau.")

"""`manage.py demo_signins`: who can sign in to the demonstration, one account per role."""

from typing import Any

from django.core.management.base import BaseCommand

from declic.demo.signins import sign_ins


class Command(BaseCommand):
    help = "Imprime un compte de démonstration par rôle."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the accounts, or nothing when there is no demonstration here."""
        for line in sign_ins():
            self.stdout.write(line)

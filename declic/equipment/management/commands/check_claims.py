"""Proves on the whole database that each machine has one holder and each deposit its loan."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from declic.equipment.checks import claim_problems
from declic.equipment.models import Device


class Command(BaseCommand):
    help = "Vérifie que chaque machine a un seul détenteur et que chaque caution suit son prêt."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every problem and exit with code 1 if there is any."""
        problems = list(claim_problems())
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(_("Le matériel n'est pas juste : %(count)s problème(s).") % {"count": len(problems)})
        self.stdout.write(
            _("Le matériel est juste : %(count)s machines vérifiées.") % {"count": Device.objects.count()}
        )

"""Proves on the whole database that each machine has one holder and each deposit its loan."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from declic.equipment.checks import claim_problems
from declic.equipment.models import Device
from declic.ledger.checks import Problem
from declic.ledger.commands import CheckCommand


class Command(CheckCommand):
    help = "Vérifie que chaque machine a un seul détenteur, et que chaque caution suit son prêt."
    wrong = _("Le matériel n'est pas juste : %(count)s problème(s).")
    right = _("Le matériel est juste : %(count)s machines vérifiées.")

    def problems(self) -> Iterator[Problem]:
        """Those of every operator."""
        return claim_problems()

    def checked(self) -> int:
        """How many machines."""
        return Device.objects.count()

"""Proves on the whole database that the books balance."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from declic.ledger.checks import book_problems
from declic.ledger.models import Entry


class Command(BaseCommand):
    help = "Vérifie que chaque écriture est équilibrée et qu'aucune caution n'est négative."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every problem and exit with code 1 if there is any."""
        problems = list(book_problems())
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(_("Les comptes ne sont pas justes : %(count)s problème(s).") % {"count": len(problems)})
        self.stdout.write(
            _("Les comptes sont justes : %(count)s écritures vérifiées.") % {"count": Entry.objects.count()}
        )

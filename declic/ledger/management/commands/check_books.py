"""Proves on the whole database that the books are right."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from declic.ledger.checks import Problem, book_problems
from declic.ledger.commands import CheckCommand
from declic.ledger.models import Entry


class Command(CheckCommand):
    help = "Vérifie les livres : équilibre, cautions, reçus, caisses, chèques, mois clôturés, subventions."
    wrong = _("Les comptes ne sont pas justes : %(count)s problème(s).")
    right = _("Les comptes sont justes : %(count)s écritures vérifiées.")

    def problems(self) -> Iterator[Problem]:
        """Those of every operator."""
        return book_problems()

    def checked(self) -> int:
        """How many entries."""
        return Entry.objects.count()

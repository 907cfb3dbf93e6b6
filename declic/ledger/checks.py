"""What must always be true of the books, asked of the lines themselves: each problem is one French sentence."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from declic.core.money import format_euros
from declic.ledger.enums import AccountRole
from declic.ledger.models import Account, Entry, Line
from declic.ledger.queries import deposits_held
from declic.organisations.models import Organisation


def book_problems() -> Iterator[str]:
    """Everything wrong in the books of every operator: unbalanced or empty entries, mixed operators, negative deposits."""
    yield from _unbalanced()
    yield from _mixed()
    yield from _negative_deposits()
    yield from _deposits_without_holder()


def _unbalanced() -> Iterator[str]:
    wrong = (
        Entry.objects.annotate(
            count=Count("lines"), debit=Coalesce(Sum("lines__debit"), 0), credit=Coalesce(Sum("lines__credit"), 0)
        )
        .filter(Q(count=0) | ~Q(debit=F("credit")))
        .order_by("pk")
    )
    for entry in wrong.iterator():
        yield _("L'écriture %(number)s n'est pas équilibrée : %(debit)s au débit, %(credit)s au crédit.") % {
            "number": entry.pk,
            "debit": format_euros(entry.debit),
            "credit": format_euros(entry.credit),
        }


def _mixed() -> Iterator[str]:
    wrong = Line.objects.exclude(operator=F("entry__operator"), account__operator=F("operator")).order_by("pk")
    for line in wrong.iterator():
        yield _("La ligne %(number)s mêle les comptes de deux structures.") % {"number": line.pk}


def _negative_deposits() -> Iterator[str]:
    wrong = (
        Line.objects.filter(account__role=AccountRole.DEPOSITS_HELD, auxiliary__isnull=False)
        .values("auxiliary", "auxiliary__label")
        .annotate(held=Sum("credit") - Sum("debit"))
        .filter(held__lt=0)
        .order_by("auxiliary")
    )
    for row in wrong:
        yield _("La caution « %(label)s » est négative : %(held)s.") % {
            "label": row["auxiliary__label"],
            "held": format_euros(row["held"]),
        }


def _deposits_without_holder() -> Iterator[str]:
    """The deposit account must be the sum of the single deposits, to the cent (rule 24)."""
    for operator in Organisation.objects.filter(pk__in=Account.objects.values("operator")).order_by("pk"):
        named = Line.objects.filter(
            account__operator=operator, account__role=AccountRole.DEPOSITS_HELD, auxiliary__isnull=False
        ).aggregate(held=Coalesce(Sum("credit"), 0) - Coalesce(Sum("debit"), 0))["held"]
        total = deposits_held(operator)
        if named != total:
            yield _("%(operator)s : %(total)s au compte des cautions, mais %(named)s de cautions nommées.") % {
                "operator": operator,
                "total": format_euros(total),
                "named": format_euros(named),
            }

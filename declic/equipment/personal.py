"""What loans, gifts and sales hold of a person, books included: labels carry the case number."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare, declare_impersonal
from declic.equipment.enums import AllocationState
from declic.equipment.models import Agreement, Allocation, CeremonyPlace, Claim, LoanEvent
from declic.ledger.models import Auxiliary, Entry
from declic.ledger.personal import BOOK_LABEL, BOOK_SHARE

_UNDER_WAY = (
    AllocationState.DRAFT, AllocationState.RESERVED, AllocationState.ACTIVE, AllocationState.RETURN_DECLARED,
    AllocationState.INSPECTED,
)  # fmt: skip


def _entries(people: list[int]) -> QuerySet[Any]:
    """Those that touch the share of an allocation, those that name the file without it, and what reversed either."""
    files = Allocation.objects.filter(person__in=people).order_by().values_list("operator", "person__case_number")
    named = Q(pk__in=[])
    for operator, number in set(files):
        named |= Q(operator=operator, label__endswith=f"· {number}")
    hers = named | Q(
        pk__in=Entry.objects.filter(lines__auxiliary__allocation__person__in=people).order_by().values("pk")
    )
    found = Entry.objects.filter(hers).order_by().values("pk")
    return Entry.objects.filter(Q(pk__in=found) | Q(reverses__in=found))


declare(
    Personal(
        Agreement,
        _("conventions signées"),
        person="allocation__person",
        # The print of a text that names someone would confirm a guess: it goes with the text.
        texts=("text", "sha256", "signed_by"),
        unshown=("sha256",),
    ),
    Personal(LoanEvent, _("moments du prêt"), person="allocation__person", texts=("note",), contacts=("on",)),
    Personal(CeremonyPlace, _("remises en cérémonie"), person="allocation__person"),
    Personal(Claim, _("machines en main"), person="allocation__person"),
    Personal(Entry, _("écritures de ses machines"), rows=_entries, texts=("label",), becomes={"label": BOOK_LABEL}, plain=("idempotency_key",),
             unshown=("idempotency_key", "reverses", "section")),
    Personal(Auxiliary, _("comptes de ses machines"), person="allocation__person", texts=("label",), becomes={"label": BOOK_SHARE}),
    Personal(
        Allocation,
        _("machines prêtées, données ou vendues"),
        person="person",
        plain=("options_at_term",),
        contacts=("handed_over_on", "ended_on"),
        open=((Q(state__in=_UNDER_WAY), _("une machine ou sa caution est en cours")),),
    ),
)  # fmt: skip
declare_impersonal(
    {
        "equipment.Lot": "un don de machines",
        "equipment.Device": "une machine : sa note parle de son état",
        "equipment.DeviceIdentifier": "les numéros d'une machine",
        "equipment.Erasure": "l'effacement d'un disque",
        "equipment.DeviceTest": "les essais d'une machine",
        "equipment.Ceremony": "une remise, pour tout un groupe",
    }
)

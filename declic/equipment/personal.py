"""What loans, gifts and sales hold of a person, books included: labels carry the case number."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare, declare_impersonal
from declic.documents.models import Document
from declic.equipment.enums import AllocationState
from declic.equipment.models import (
    Agreement,
    AgreementPaper,
    Allocation,
    CeremonyPlace,
    CeremonySync,
    Claim,
    ConditionPhoto,
    Instalment,
    LoanEvent,
    LossDeclaration,
)
from declic.ledger.models import Auxiliary, Cheque, Entry, Receipt
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


def _receipts(people: list[int]) -> QuerySet[Any]:
    return Receipt.objects.filter(entry__in=_entries(people).order_by().values("pk"))


def _papers(people: list[int]) -> QuerySet[Any]:
    """Scans and PDF of agreements, signatures drawn, photos, receipts of the police."""
    hers = Q(agreement_paper__agreement__allocation__person__in=people)
    hers |= Q(condition_photo__allocation__person__in=people)
    drawn = Agreement.objects.filter(allocation__person__in=people).values("drawing")
    declared = LossDeclaration.objects.filter(allocation__person__in=people).values("document")
    found = Document.objects.filter(hers | Q(pk__in=drawn) | Q(pk__in=declared)).order_by().values("pk")
    return Document.objects.filter(pk__in=found)


declare(
    Personal(
        Agreement,
        _("conventions signées"),
        person="allocation__person",
        # The print of a text that names someone would confirm a guess: it goes with the text.
        texts=("text", "sha256", "signed_by"),
        unshown=("sha256", "drawing"),
        becomes={"drawing": None},
    ),
    Personal(LoanEvent, _("moments du prêt"), person="allocation__person", texts=("note",), contacts=("on",)),
    Personal(
        AgreementPaper,
        _("papiers des conventions"),
        person="agreement__allocation__person",
        goes=True,
        copied=False,
    ),
    Personal(ConditionPhoto, _("photos du matériel"), person="allocation__person", goes=True, copied=False),
    Personal(Instalment, _("échéances de paiement"), person="allocation__person", contacts=("due_on",)),
    Personal(
        LossDeclaration,
        _("pertes et vols déclarés"),
        person="allocation__person",
        texts=("circumstances", "police_reference"),
        becomes={"document": None},
        contacts=("on",),
    ),
    Personal(
        Document, _("documents des prêts"), rows=_papers, texts=("title", "file"), plain=("mime", "sha256"), goes=True
    ),
    Personal(CeremonySync, _("remises faites hors ligne"), person="place__allocation__person", texts=("message",)),
    Personal(CeremonyPlace, _("remises en cérémonie"), person="allocation__person"),
    Personal(Claim, _("machines en main"), person="allocation__person"),
    Personal(Receipt, _("reçus de ses machines"), rows=_receipts, texts=("payer",), unshown=("cancels", "entry")),
    Personal(
        Cheque,
        _("chèques de caution"),
        person="auxiliary__allocation__person",
        texts=("number", "bank", "drawer"),
        unshown=("entry", "ending"),
    ),
    Personal(Entry, _("écritures de ses machines"), rows=_entries, texts=("label",), becomes={"label": BOOK_LABEL}, plain=("idempotency_key",),
             unshown=("idempotency_key", "reverses", "section")),
    Personal(Auxiliary, _("comptes de ses machines"), person="allocation__person", texts=("label",), becomes={"label": BOOK_SHARE}),
    Personal(
        Allocation,
        _("machines prêtées, données ou vendues"),
        person="person",
        texts=("priority_words", "exception_reason"),
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
        "equipment.DeviceWord": "les mots qui trouvent une machine",
        "equipment.Erasure": "l'effacement d'un disque",
        "equipment.DeviceTest": "les essais d'une machine",
        "equipment.Promise": "ce qu'un donateur promet",
        "equipment.PromiseLine": "ce qu'un donateur promet",
        "equipment.Collection": "une collecte chez un donateur",
        "equipment.LabelRun": "des étiquettes imprimées",
        "equipment.Evidence": "le fichier qu'un outil a écrit sur une machine",
        "equipment.ErasureReading": "ce qu'un fichier dit d'un disque",
        "equipment.Drive": "un disque",
        "equipment.DeviceLock": "le verrou d'une machine",
        "equipment.CategoryReservation": "un besoin en machines, sans personne",
        "equipment.Journey": "des machines en route",
        "equipment.JourneyLine": "des machines en route",
        "equipment.StockMinimum": "un seuil de stock",
        "equipment.StockCount": "un inventaire de machines",
        "equipment.CountLine": "une étiquette lue",
        "equipment.Part": "une pièce détachée",
        "equipment.PartMovement": "des pièces qui entrent ou sortent",
        "equipment.Ceremony": "une remise, pour tout un groupe",
    }
)

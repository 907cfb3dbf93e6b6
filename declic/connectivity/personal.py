"""What internet aids and recharges hold of a person, books included."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.connectivity.enums import AidState
from declic.connectivity.models import (
    CodeShowing,
    InternetAid,
    RechargeCode,
    RechargeSale,
    SaleCancellation,
    SocialEvaluation,
)
from declic.core.personal import Personal, declare, declare_impersonal
from declic.documents.models import Document
from declic.ledger.models import Auxiliary, Entry, Receipt
from declic.ledger.personal import BOOK_LABEL, BOOK_SHARE


def _entries(people: list[int]) -> QuerySet[Any]:
    """What aids and sales wrote, what reversed it, and what took its place when the means was corrected."""
    sales = RechargeSale.objects.filter(person__in=people).order_by().values_list("operator", "token")
    sold = Q(pk__in=[])
    for operator, token in sales:
        sold |= Q(operator=operator, idempotency_key=f"recharge:{token}")
    paid = Entry.objects.filter(lines__auxiliary__aid__enrolment__person__in=people).order_by()
    found = set(Entry.objects.filter(sold | Q(pk__in=paid.values("pk"))).values_list("pk", "operator"))
    latest = found
    while latest:
        moved = Q(pk__in=[])
        for entry, operator in latest:
            moved |= Q(operator=operator, idempotency_key=f"means:{entry}")
        latest = set(Entry.objects.filter(moved).values_list("pk", "operator")) - found
        found |= latest
    keys = [entry for entry, _operator in found]
    return Entry.objects.filter(Q(pk__in=keys) | Q(reverses__in=keys))


def _proofs(people: list[int]) -> QuerySet[Any]:
    aids = InternetAid.objects.filter(enrolment__person__in=people, proof_document__isnull=False).order_by()
    return Document.objects.filter(pk__in=aids.values("proof_document"))


declare(
    Personal(
        Receipt,
        _("reçus de ses recharges"),
        rows=lambda people: Receipt.objects.filter(entry__in=_entries(people).order_by().values("pk")),
        texts=("payer",),
        unshown=("cancels", "entry"),
    ),
    Personal(
        Entry,
        _("écritures de ses aides et recharges"),
        rows=_entries,
        texts=("label",),
        becomes={"label": BOOK_LABEL},
        plain=("idempotency_key",),
        unshown=("idempotency_key", "reverses", "section"),
    ),
    Personal(
        Auxiliary,
        _("comptes de ses aides"),
        person="aid__enrolment__person",
        texts=("label",),
        becomes={"label": BOOK_SHARE},
    ),
    # The paper stays as a row that names nobody: the aid still says that it was seen.
    Personal(
        Document, _("justificatifs d'abonnement"), rows=_proofs, texts=("title", "file"), plain=("mime", "sha256")
    ),
    Personal(
        SocialEvaluation,
        _("évaluations sociales"),
        person="enrolment__person",
        texts=("text", "author"),
        contacts=("on",),
    ),
    Personal(
        InternetAid,
        _("aides internet"),
        person="enrolment__person",
        texts=("refusal_reason", "proof", "provider", "unproved_reason"),
        contacts=("requested_on", "paid_on"),
        open=((Q(state__in=(AidState.REQUESTED, AidState.GRANTED)), _("une aide internet est à décider ou à verser")),),
        unshown=("ending_told_on",),
    ),
    Personal(CodeShowing, _("codes montrés"), person="sale__person", texts=("reason",), unshown=("code",)),
    Personal(
        RechargeCode,
        _("codes remis"),
        person="sale__person",
        plain=("fingerprint",),
        becomes={"secret": b""},
        unshown=("secret", "fingerprint", "batch"),
    ),
    Personal(SaleCancellation, _("ventes annulées"), person="sale__person", texts=("reason",)),
    Personal(RechargeSale, _("recharges"), person="person", contacts=("on",), unshown=("token",)),
)
declare_impersonal(
    {
        "connectivity.RechargeProduct": "une recharge en vente",
        "connectivity.RechargePrice": "un prix",
        "connectivity.CodeBatch": "une liste de codes",
    }
)

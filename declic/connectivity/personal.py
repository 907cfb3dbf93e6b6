"""What internet aids and recharges hold of a person, books included."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.connectivity.models import AidState, InternetAid, RechargeSale
from declic.core.personal import Personal, declare, declare_impersonal
from declic.ledger.models import Auxiliary, Entry
from declic.ledger.personal import BOOK_LABEL, BOOK_SHARE


def _entries(people: list[int]) -> QuerySet[Any]:
    sales = RechargeSale.objects.filter(person__in=people).order_by().values_list("operator", "token")
    sold = Q(pk__in=[])
    for operator, token in sales:
        sold |= Q(operator=operator, idempotency_key=f"recharge:{token}")
    paid = Entry.objects.filter(lines__auxiliary__aid__enrolment__person__in=people).order_by()
    found = Entry.objects.filter(sold | Q(pk__in=paid.values("pk"))).order_by().values("pk")
    return Entry.objects.filter(Q(pk__in=found) | Q(reverses__in=found))


declare(
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
    Personal(
        InternetAid,
        _("aides internet"),
        person="enrolment__person",
        texts=("refusal_reason", "proof"),
        contacts=("requested_on", "paid_on"),
        open=((Q(state__in=(AidState.REQUESTED, AidState.GRANTED)), _("une aide internet est à décider ou à verser")),),
    ),
    Personal(RechargeSale, _("recharges"), person="person", contacts=("on",), unshown=("token",)),
)
declare_impersonal({"connectivity.RechargeProduct": "une recharge en vente"})

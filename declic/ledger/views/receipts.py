"""Receipts by number, each printed as often as asked; deposit cheques by the day on which they expire."""

import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import format_day, now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.ledger import actions
from declic.ledger.access import reached
from declic.ledger.enums import ChequeState
from declic.ledger.forms.grants import ChequeForm
from declic.ledger.models import Cheque, Receipt
from declic.ledger.paper import receipt_pdf as pdf_of
from declic.ledger.queries import EXPIRY_WARNING

P = Permission


def receipts(request: HttpRequest) -> HttpResponseBase:
    """Every receipt, the latest first; a cancelled one stays in its place."""
    require(request.user, P.SEE_BOOKS)
    rows = Receipt.objects.filter(operator__in=scope_of(user_of(request)).operators(P.SEE_BOOKS))
    rows = rows.select_related("entry", "cancels", "cancelled_by", "issued_by")
    page = keyset_page(rows, request.GET, order=(("on", True), ("pk", True)), size=50)
    for row in page.rows:
        row.cancelled = hasattr(row, "cancelled_by")
    return render(request, "ledger/receipts.html", {"page": page})


@require_POST
def receipt_pdf(request: HttpRequest, receipt_id: int) -> HttpResponseBase:
    """Print a receipt: the first paper is the original, the next ones are marked as duplicates."""
    receipt = reached(
        Receipt, receipt_id, user_of(request), P.SEE_BOOKS, "entry__till_session__till__site", "cancels", "issued_by"
    )
    number = actions.print_receipt(acting_user=user_of(request), receipt=receipt, at=now())
    response = HttpResponse(pdf_of(receipt, duplicate=number, on=today()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="recu-{receipt.year}-{receipt.number or receipt.pk}.pdf"'
    return response


def cheques(request: HttpRequest) -> HttpResponseBase:
    """The deposit cheques that are kept, the first to expire first; then those that are gone."""
    require(request.user, P.SEE_BOOKS)
    user = user_of(request)
    rows = Cheque.objects.filter(operator__in=scope_of(user).operators(P.SEE_BOOKS)).select_related("auxiliary")
    shown = rows.exclude(state=ChequeState.HELD) if request.GET.get("finis") else rows.filter(state=ChequeState.HELD)
    page = keyset_page(shown, request.GET, order=(("expires_on", False), ("pk", False)), size=50)
    soon = today() + datetime.timedelta(days=EXPIRY_WARNING)
    for cheque in page.rows:
        cheque.soon = cheque.expires_on <= soon
        cheque.over = cheque.expires_on < today()
    context = {
        "page": page,
        "ended": bool(request.GET.get("finis")),
        "soon": rows.filter(state=ChequeState.HELD, expires_on__lte=soon).count(),
        "can_write": scope_of(user).can(P.TAKE_MONEY),
    }
    return render(request, "ledger/cheques.html", context)


def _cheque(request: HttpRequest, cheque_id: int) -> Cheque:
    return reached(Cheque, cheque_id, user_of(request), P.SEE_BOOKS, "auxiliary", "entry")


def cheque_edit(request: HttpRequest, cheque_id: int) -> HttpResponseBase:
    """Write what is printed on a cheque."""
    found = _cheque(request, cheque_id)
    return submit(
        request,
        ChequeForm.of(found, **posted(request)),
        lambda **typed: actions.describe_cheque(acting_user=user_of(request), cheque=found, **typed),
        success=lambda cheque: (
            _("C'est noté. Ce chèque est encaissable jusqu'au %(day)s.") % {"day": format_day(cheque.expires_on)}
        ),
        to=reverse("ledger:cheques"),
        template="ledger/cheque_form.html",
        context={"cheque": found, "title": _("Compléter le chèque"), "lede": found.auxiliary.label},
    )


def cheque_replace(request: HttpRequest, cheque_id: int) -> HttpResponseBase:
    """Give a cheque back against a fresh one."""
    found = _cheque(request, cheque_id)
    return submit(
        request,
        ChequeForm(**posted(request), initial={"drawer": found.drawer, "bank": found.bank}),
        lambda **typed: actions.replace_cheque(
            acting_user=user_of(request),
            cheque=found,
            on=today(),
            label=found.entry.label,
            payer=found.drawer,
            **typed,
        ),
        success=_("Le nouveau chèque est gardé. Rendez l'ancien à la personne."),
        to=reverse("ledger:cheques"),
        template="ledger/cheque_form.html",
        context={"cheque": found, "title": _("Remplacer le chèque"), "lede": found.auxiliary.label},
    )


@post_action
def cheque_bank(request: HttpRequest, cheque_id: int) -> Done:
    """Cash a cheque: the deposit becomes money held."""
    found = _cheque(request, cheque_id)
    actions.bank_cheque(acting_user=user_of(request), cheque=found, on=today(), label=found.entry.label)
    return Done(
        _("Le chèque est encaissé : la caution est maintenant à la banque, et se rendra par la banque."),
        to=reverse("ledger:cheques"),
    )

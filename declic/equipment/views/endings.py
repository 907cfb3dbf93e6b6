"""How a loan ends otherwise than by a return: kept, bought, lost; and what is still paid after."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.views import submit
from declic.equipment import actions
from declic.equipment.access import access_allocation
from declic.equipment.forms.loans import BuyForm, KeepForm, LostForm, PaymentForm
from declic.equipment.models import Allocation
from declic.equipment.queries import (
    money_of,
)
from declic.equipment.views.moments import moment_on
from declic.equipment.views.shared import ended_already, held_loan, page_of


def keep(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The person keeps the machine and leaves the deposit."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        KeepForm(**posted(request), initial={"on": today()}),
        lambda on: actions.keep_device(acting_user=user, allocation=found, at=moment_on(on)),
        success=lambda kept: (
            _("%(person)s garde la machine %(tag)s. La caution de %(held)s est conservée : le prêt est soldé.")
            % {"person": kept.person, "tag": kept.device, "held": format_euros(held)}
        ),
        to=page_of,
        template="equipment/keep.html",
        context={"allocation": found, "held": held},
    )


def buy(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The person buys the machine; the deposit pays its share."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if found.option_price is None:
        raise Http404
    if ended_already(request, found):
        return redirect(page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        BuyForm(**posted(request), initial={"on": today()}),
        lambda on, **typed: actions.buy_device(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=_bought_said,
        to=page_of,
        template="equipment/buy.html",
        context={
            "allocation": found,
            "held": held,
            "to_pay": max(found.option_price - held, 0),
            "to_give_back": max(held - found.option_price, 0),
        },
    )


def _bought_said(allocation: Allocation) -> str:
    _held, owed = money_of([allocation])[allocation.pk]
    words = {"person": allocation.person, "tag": allocation.device, "owed": format_euros(owed)}
    if owed:
        return _("%(person)s achète la machine %(tag)s. Il reste %(owed)s à payer.") % words
    return _("%(person)s achète la machine %(tag)s. Tout est payé : le prêt est soldé.") % words


def lost(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The machine is lost or stolen."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        LostForm(**posted(request), initial={"on": today()}, held=held),
        lambda on, **typed: actions.report_lost(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=_("La perte est enregistrée. La machine ne peut plus être attribuée, sauf si elle est retrouvée."),
        to=page_of,
        template="equipment/lost.html",
        context={"allocation": found, "held": held},
    )


def payment(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Money comes in against what is still owed."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.TAKE_MONEY)
    _held, owed = money_of([found])[found.pk]
    if request.method == "GET" and not owed:
        return redirect(page_of(found))
    return submit(
        request,
        PaymentForm(**posted(request), initial={"on": today(), "amount": owed}),
        lambda on, token, **typed: actions.receive_payment(
            acting_user=user, allocation=found, at=moment_on(on), token=str(token), **typed
        ),
        success=_("Paiement reçu."),
        to=page_of,
        template="equipment/payment.html",
        context={"allocation": found, "owed": owed},
    )

"""How a loan ends otherwise than by a return: kept, bought, lost, found again; and what is paid or given up after."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, format_day, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.views import submit
from declic.documents.http import as_attachment
from declic.equipment import actions
from declic.equipment.access import access_allocation
from declic.equipment.actions.money import held_anyhow
from declic.equipment.enums import AllocationState, LoanEventKind
from declic.equipment.forms.loans import BuyForm, FoundForm, InstalmentsForm, KeepForm, LostForm, PaymentForm, WaiveForm
from declic.equipment.models import Allocation, Instalment, LossDeclaration
from declic.equipment.queries import money_of
from declic.equipment.statement import statement
from declic.equipment.views.moments import moment_on
from declic.equipment.views.shared import deposit_came_by, ended_already, held_loan, page_of


def keep(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The person keeps the machine and leaves the deposit."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    held = held_anyhow(found)
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
    held = held_anyhow(found)
    return submit(
        request,
        BuyForm(
            **posted(request),
            initial={"on": today()},
            came=deposit_came_by(found) if held > found.option_price else None,
        ),
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
    held = held_anyhow(found)
    return submit(
        request,
        LostForm(**posted(request), initial={"on": today()}, came=deposit_came_by(found)),
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


def found_again(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """A machine that was lost is here again: back to the bench, and what the loss cost is given back where it is fair."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if not hasattr(found, "loss"):
        raise Http404
    if request.method == "GET" and found.happenings.filter(kind=LoanEventKind.FOUND).exists():
        return redirect(page_of(found))
    story = statement(found)
    most = story.owed + story.deposit_kept + story.paid
    return submit(
        request,
        FoundForm(**posted(request), initial={"on": today(), "given_back": most}, most=most),
        lambda on, **typed: actions.find_lost(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=_("La machine est retrouvée. Prochain pas : la trier et l'effacer."),
        to=page_of,
        template="equipment/found.html",
        context={"allocation": found, "most": most},
    )


def instalments(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Agree on payments for later days."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.TAKE_MONEY)
    _held, owed = money_of([found])[found.pk]
    if request.method == "GET" and not owed:
        return redirect(page_of(found))
    return submit(
        request,
        InstalmentsForm(**posted(request), initial={"count": 3, "first_on": add_months(today(), 1)}),
        lambda **typed: actions.agree_instalments(acting_user=user, allocation=found, on=today(), **typed),
        success=_plan_said,
        to=page_of(found),
        template="equipment/instalments.html",
        context={"allocation": found, "owed": owed},
    )


def _plan_said(plan: list[Instalment]) -> str:
    first = {"amount": format_euros(plan[0].amount), "day": format_day(plan[0].due_on)}
    return _("Échéancier convenu. Prochain paiement : %(amount)s, le %(day)s.") % first


def waive(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Give up what is owed, for a reason."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.MANAGE_PROGRAMMES)
    _held, owed = money_of([found])[found.pk]
    if request.method == "GET" and not owed:
        return redirect(page_of(found))
    return submit(
        request,
        WaiveForm(**posted(request), initial={"amount": owed}),
        lambda token, **typed: actions.waive_debt(
            acting_user=user, allocation=found, on=today(), token=str(token), **typed
        ),
        success=lambda waived: (
            _("Somme abandonnée : l'attribution est soldée.")
            if waived.state == AllocationState.SETTLED
            else _("Somme abandonnée. Le reste reste dû.")
        ),
        to=page_of,
        template="equipment/waive.html",
        context={"allocation": found, "owed": owed},
    )


def receipt(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The police's paper that goes with a theft."""
    found = held_loan(request, allocation_id)
    loss = LossDeclaration.objects.filter(allocation=found).select_related("document").first()
    if loss is None or loss.document is None:
        raise Http404
    return as_attachment(loss.document)

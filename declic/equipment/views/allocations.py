"""Who holds what: plan, hand over, follow the loan, end it; one page per allocation says what can be done now."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import add_months, format_day, now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.search import FoldedText
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_allocation, visible_allocations, visible_devices
from declic.equipment.agreement import agreement_text, agreement_title, choices_at_term
from declic.equipment.enums import HELD_STATES, AllocationMode, AllocationState
from declic.equipment.forms.allocations import (
    LOAN_VIEW_LABELS,
    AllocateForm,
    BuyForm,
    HandOverForm,
    KeepForm,
    LostForm,
    PaymentForm,
    RenewForm,
    ReserveForm,
    ReturnForm,
    SellForm,
    SwapForm,
)
from declic.equipment.models import Agreement, Allocation, Device
from declic.equipment.queries import (
    VIEWS,
    in_prepared_ceremony,
    in_view,
    money_of,
    offers,
    open_deposits,
    ready_devices,
    view_counts,
)
from declic.equipment.terms import equipment_terms, missing_condition
from declic.equipment.views.moments import moment_on
from declic.ledger.models import Line
from declic.ledger.queries import deposits_held
from declic.orientation.access import access_enrolment
from declic.people.access import access_person, visible_people
from declic.people.actions import log_access
from declic.people.models import AccessLog
from declic.programmes.models import Edition

_SUGGESTED = 100


def _suggestions(user: Any, operator_id: int, kinds: Sequence[str]) -> tuple[QuerySet[Device], list[Device]]:
    """The stock in which a tag is looked up, and the ready machines to suggest."""
    devices = visible_devices(user).filter(operator=operator_id)
    return devices, list(ready_devices(devices, kinds)[:_SUGGESTED])


def _page_of(allocation: Allocation) -> str:
    return reverse("equipment:allocation", args=[allocation.pk])


def loans(request: HttpRequest) -> HttpResponseBase:
    """Allocations by what waits: under way, due soon, overdue, to hand over, to settle, ended."""
    scope = require(request.user, Permission.HAND_OVER, Permission.TAKE_MONEY)
    user = user_of(request)
    view = request.GET.get("vue", VIEWS[0])
    view = view if view in VIEWS else VIEWS[0]
    allocations = visible_allocations(user)
    text = request.GET.get("q", "").strip()[:80]
    if text:
        named = visible_people(user, Permission.HAND_OVER) | visible_people(user, Permission.TAKE_MONEY)
        for word in text.split():
            named = named.filter(search_key__contains=FoldedText(Value(word)))
        allocations = allocations.filter(person__in=named.values("pk")) | allocations.filter(device__tag__iexact=text)
    counts = view_counts(allocations, on=today())
    order = {"a-remettre": ("planned_on", False), "termines": ("ended_on", True), "a-solder": ("ended_on", True)}.get(
        view, ("due_on", False)
    )
    rows = in_view(allocations, view, on=today()).select_related("person", "device", "edition__programme")
    page = keyset_page(rows, request.GET, order=(order,), size=50)
    operators = scope.own_operators(Permission.HAND_OVER) | scope.own_operators(Permission.TAKE_MONEY)
    context = {
        "page": page,
        "view": view,
        "tabs": [(name, LOAN_VIEW_LABELS[name], counts[name]) for name in VIEWS],
        "title": LOAN_VIEW_LABELS[view],
        "q": text,
        "today": today(),
        "deposits": _deposits(min(operators)) if operators else None,
    }
    return render(request, "equipment/loans.html", context)


def _deposits(operator_id: int) -> dict[str, Any]:
    """The deposits of the open loans beside what the books hold: the two must be the same (rule 24)."""
    count, expected = open_deposits(operator_id)
    held = deposits_held(operator_id)
    return {"count": count, "expected": expected, "held": held, "right": held == expected}


def allocate(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Choose what the person receives and which machine, under the terms of the enrolment, said in words."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.HAND_OVER)
    entries = offers(enrolment.edition, enrolment)
    kinds = sorted({kind for entry in entries for kind in entry.kinds})
    devices, suggested = _suggestions(user, enrolment.operator_id, kinds)
    form = AllocateForm(**posted(request), initial={"on": today()}, entries=entries, devices=devices)
    return submit(
        request,
        form,
        lambda **typed: actions.allocate(
            acting_user=user,
            person=enrolment.person,
            edition=enrolment.edition,
            enrolment=enrolment,
            at=now(),
            **typed,
        ),
        success=_reserved_said,
        to=_page_of,
        template="equipment/allocate.html",
        context={
            "enrolment": enrolment,
            "person": enrolment.person,
            "entries": entries,
            "suggested": suggested,
            "open_ones": list(
                Allocation.objects.filter(enrolment=enrolment)
                .exclude(state=AllocationState.CANCELLED)
                .select_related("device")
            ),
        },
    )


def _reserved_said(allocation: Allocation) -> str:
    if allocation.device is None:
        return _("Attribution préparée. Prochain pas : choisir la machine.")
    return _("La machine %(tag)s est réservée. Prochain pas : la remettre.") % {"tag": allocation.device.tag}


def sell(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Sell a machine to someone known, at the price of an edition (solidarity shop)."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.HAND_OVER)
    editions = (
        Edition.objects.filter(operator=person.operator_id, ends_on__gte=today())
        .select_related("programme")
        .order_by("-starts_on", "pk")
    )
    sales = [(edition, entry) for edition in editions for entry in offers(edition, None)]
    kinds = sorted({kind for _edition, entry in sales for kind in entry.kinds})
    devices, suggested = _suggestions(user, person.operator_id, kinds)
    return submit(
        request,
        SellForm(**posted(request), sales=sales, devices=devices),
        lambda **typed: actions.allocate(
            acting_user=user, person=person, mode=AllocationMode.SALE, on=today(), at=now(), **typed
        ),
        success=_("La machine est mise de côté. Prochain pas : encaisser et la remettre."),
        to=lambda allocation: reverse("equipment:hand_over", args=[allocation.pk]),
        template="equipment/sell.html",
        context={"person": person, "sales": sales, "suggested": suggested},
    )


def allocation(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """One allocation: who, which machine, under which terms, what is held, what happened, what can be done now."""
    user = user_of(request)
    found = access_allocation(allocation_id, user)
    held, owed = money_of([found])[found.pk]
    scope = scope_of(user)
    lines: list[Line] = []
    if found.account_id is not None:
        lines = list(
            Line.objects.filter(auxiliary=found.account_id)
            .select_related("entry", "account")
            .order_by("-entry__on", "-pk")
        )
    context = {
        "allocation": found,
        "held": held,
        "owed": owed,
        "late": found.state in HELD_STATES and found.due_on is not None and found.due_on < today(),
        "is_held": found.state in HELD_STATES,
        "title": agreement_title(found.mode),
        "choices": choices_at_term(found) if found.due_on and found.ended_on is None else [],
        "agreement": Agreement.objects.filter(allocation=found).select_related("witnessed_by").first(),
        "happenings": list(found.happenings.select_related("recorded_by").order_by("-on", "-pk")),
        "stretches": list(found.claims.select_related("device").order_by("-taken_at", "-pk")),
        "lines": lines,
        "before_handover": _before_handover(found),
        "can_hand_over": scope.can(Permission.HAND_OVER, found.operator_id),
        "can_take_money": scope.can(Permission.TAKE_MONEY, found.operator_id),
        "can_see_books": scope.can(Permission.SEE_BOOKS, found.operator_id),
        "today": today(),
    }
    return render(request, "equipment/allocation.html", context)


def _before_handover(found: Allocation) -> str:
    place = in_prepared_ceremony(found)
    if place is None:
        return _("La convention à lire, puis la signature.")
    words = {"name": place.ceremony.name, "day": format_day(place.ceremony.on)}
    return _("Personne attendue à la remise « %(name)s », le %(day)s.") % words


def reserve(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Choose the machine, or another one."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.HAND_OVER)
    devices, suggested = _suggestions(user, found.operator_id, [found.device_kind])
    return submit(
        request,
        ReserveForm(**posted(request), devices=devices),
        lambda device: actions.reserve_device(acting_user=user, allocation=found, device=device, at=now()),
        success=_reserved_said,
        to=_page_of,
        template="equipment/reserve.html",
        context={"allocation": found, "suggested": suggested},
    )


def hand_over(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The agreement to read and sign, the money, one button; a second click is told that it is done."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.HAND_OVER)
    if request.method == "GET" and (found.device is None or found.state != AllocationState.RESERVED):
        return redirect("equipment:allocation", found.pk)
    person = found.person
    initial = {"on": today(), "signed_by": f"{person.first_name} {person.last_name}"}
    terms = equipment_terms(found.edition, found.enrolment, mode=found.mode, device_kind=found.device_kind)
    context = {
        "allocation": found,
        "text": agreement_text(found, found.device, on=today()) if found.device else "",
        "missing": missing_condition(found, terms, today()) if terms else "",
        "amount": found.price if found.mode == AllocationMode.SALE else found.deposit,
    }
    return submit(
        request,
        HandOverForm(**posted(request), initial=initial, allocation=found),
        lambda on, **typed: actions.hand_over(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=handed_over_said,
        to=_page_of,
        template="equipment/hand_over.html",
        context=context,
    )


def handed_over_said(allocation: Allocation) -> str:
    """What happened at a handover, and what comes next."""
    tag = allocation.device.tag if allocation.device else ""
    words = [_("%(tag)s remis à %(person)s.") % {"tag": tag, "person": allocation.person}]
    if allocation.deposit:
        words.append(_("La caution de %(amount)s est encaissée.") % {"amount": format_euros(allocation.deposit)})
    if allocation.mode == AllocationMode.SALE:
        _held, owed = money_of([allocation])[allocation.pk]
        words.append(
            _("Il reste %(owed)s à payer.") % {"owed": format_euros(owed)}
            if owed
            else _("Le prix de %(price)s est payé.") % {"price": format_euros(allocation.price)}
        )
    if allocation.due_on:
        words.append(_("Fin du prêt : %(day)s.") % {"day": format_day(allocation.due_on)})
    return " ".join(words)


def _held_loan(request: HttpRequest, allocation_id: int) -> Allocation:
    """A loan that one may end; a page opened on a loan already ended leads back to it through the action's refusal."""
    return access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)


def _ended_already(request: HttpRequest, found: Allocation) -> bool:
    return request.method == "GET" and found.state not in HELD_STATES


def take_back(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The machine is here: its look, the damage if any, the deposit given back."""
    user = user_of(request)
    found = _held_loan(request, allocation_id)
    if _ended_already(request, found):
        return redirect(_page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        ReturnForm(**posted(request), initial={"on": today()}, held=held),
        lambda on, **typed: actions.receive_return(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=lambda back: _return_said(back, held),
        to=_page_of,
        template="equipment/return.html",
        context={"allocation": found, "held": held},
    )


def _return_said(allocation: Allocation, held: int) -> str:
    _held, owed = money_of([allocation])[allocation.pk]
    tag = allocation.device.tag if allocation.device else ""
    words = [_("%(tag)s est revenu.") % {"tag": tag}]
    damage = allocation.happenings.filter(kind="damage").exists()
    if owed:
        words.append(_("Le dommage dépasse la caution : il reste %(owed)s à payer.") % {"owed": format_euros(owed)})
    elif held and not damage:
        words.append(_("La caution de %(held)s est rendue.") % {"held": format_euros(held)})
    elif held:
        words.append(_("La caution est soldée, dommage déduit."))
    words.append(_("Prochain pas pour la machine : la trier et l'effacer."))
    return " ".join(words)


def keep(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The person keeps the machine and leaves the deposit."""
    user = user_of(request)
    found = _held_loan(request, allocation_id)
    if _ended_already(request, found):
        return redirect(_page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        KeepForm(**posted(request), initial={"on": today()}),
        lambda on: actions.keep_device(acting_user=user, allocation=found, at=moment_on(on)),
        success=lambda kept: (
            _("%(person)s garde la machine %(tag)s. La caution de %(held)s est conservée : le prêt est soldé.")
            % {"person": kept.person, "tag": kept.device, "held": format_euros(held)}
        ),
        to=_page_of,
        template="equipment/keep.html",
        context={"allocation": found, "held": held},
    )


def buy(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The person buys the machine; the deposit pays its share."""
    user = user_of(request)
    found = _held_loan(request, allocation_id)
    if found.option_price is None:
        raise Http404
    if _ended_already(request, found):
        return redirect(_page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        BuyForm(**posted(request), initial={"on": today()}),
        lambda on, **typed: actions.buy_device(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=_bought_said,
        to=_page_of,
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
    found = _held_loan(request, allocation_id)
    if _ended_already(request, found):
        return redirect(_page_of(found))
    held, _owed = money_of([found])[found.pk]
    return submit(
        request,
        LostForm(**posted(request), initial={"on": today()}, held=held),
        lambda on, **typed: actions.report_lost(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=_("La perte est enregistrée. La machine ne peut plus être attribuée, sauf si elle est retrouvée."),
        to=_page_of,
        template="equipment/lost.html",
        context={"allocation": found, "held": held},
    )


def renew(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The loan lasts longer."""
    user = user_of(request)
    found = _held_loan(request, allocation_id)
    if _ended_already(request, found):
        return redirect(_page_of(found))
    initial = {"due_on": add_months(max(found.due_on or today(), today()), 3)}
    return submit(
        request,
        RenewForm(**posted(request), initial=initial),
        lambda **typed: actions.renew(acting_user=user, allocation=found, on=today(), **typed),
        success=lambda longer: _("Prêt prolongé jusqu'au %(day)s.") % {"day": format_day(longer.due_on)},
        to=_page_of,
        template="equipment/renew.html",
        context={"allocation": found},
    )


def swap(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Another machine for the same loan; the former one goes to repair."""
    user = user_of(request)
    found = _held_loan(request, allocation_id)
    if _ended_already(request, found):
        return redirect(_page_of(found))
    devices, suggested = _suggestions(user, found.operator_id, [found.device_kind])
    former = found.device
    return submit(
        request,
        SwapForm(**posted(request), initial={"on": today()}, devices=devices),
        lambda on, **typed: actions.swap(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=lambda swapped: (
            _("%(person)s a maintenant %(tag)s. %(former)s part en réparation ; la caution ne bouge pas.")
            % {"person": swapped.person, "tag": swapped.device, "former": former}
        ),
        to=_page_of,
        template="equipment/swap.html",
        context={"allocation": found, "suggested": suggested},
    )


def payment(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Money comes in against what is still owed."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.TAKE_MONEY)
    _held, owed = money_of([found])[found.pk]
    if request.method == "GET" and not owed:
        return redirect(_page_of(found))
    return submit(
        request,
        PaymentForm(**posted(request), initial={"on": today(), "amount": owed}),
        lambda on, token, **typed: actions.receive_payment(
            acting_user=user, allocation=found, at=moment_on(on), token=str(token), **typed
        ),
        success=_("Paiement reçu."),
        to=_page_of,
        template="equipment/payment.html",
        context={"allocation": found, "owed": owed},
    )


@post_action
def declare_return(request: HttpRequest, allocation_id: int) -> Done:
    """The person says that the machine comes back."""
    found = _held_loan(request, allocation_id)
    actions.declare_return(acting_user=user_of(request), allocation=found, on=today())
    return Done(_("Retour annoncé. Prochain pas : vérifier la machine quand elle est là."), _page_of(found))


@post_action
def cancel(request: HttpRequest, allocation_id: int) -> Done:
    """Give up an allocation before its handover."""
    found = access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)
    actions.cancel_allocation(acting_user=user_of(request), allocation=found, at=now())
    return Done(_("Attribution annulée. La machine est de nouveau libre."), _page_of(found))


def agreement(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The agreement on paper: the signed text, or the one to sign."""
    user = user_of(request)
    found = access_allocation(allocation_id, user)
    signed = Agreement.objects.filter(allocation=found).select_related("witnessed_by").first()
    if signed is None and found.device is None:
        raise Http404
    text = signed.text if signed is not None else agreement_text(found, found.device, on=today())  # type: ignore[arg-type]
    log_access(acting_user=user, person=found.person, act=AccessLog.Act.PRINT, at=now())
    title, _blank, body = text.partition("\n")
    # In groups of eight, so that it folds on a small screen and can be read aloud.
    sha = signed.sha256 if signed is not None else ""
    context = {
        "allocation": found,
        "agreement": signed,
        "title": title,
        "body": body.strip().split("\n"),
        "fingerprint": " ".join(sha[start : start + 8] for start in range(0, len(sha), 8)),
    }
    return render(request, "equipment/agreement.html", context)

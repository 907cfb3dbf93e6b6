"""Loans: the lists by what waits, and what happens while one lasts (return, longer term, another machine)."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import add_months, format_day, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import visible_allocations
from declic.equipment.accessories import given_with, kit_choices
from declic.equipment.actions.money import held_anyhow
from declic.equipment.effects import offered_choices
from declic.equipment.forms.loans import LOAN_VIEW_LABELS, ChoiceForm, RenewForm, ReturnForm, SwapForm
from declic.equipment.instalments import plans_of
from declic.equipment.models import Allocation, Device
from declic.equipment.queries import (
    VIEWS,
    in_view,
    money_of,
    open_deposits,
    view_counts,
    with_reminder,
)
from declic.equipment.views.moments import moment_on
from declic.equipment.views.reminders import waiting_letters
from declic.equipment.views.shared import deposit_came_by, ended_already, held_loan, page_of, suggestions
from declic.equipment.words import search_devices
from declic.ledger.enums import Means
from declic.ledger.queries import deposits_held
from declic.people.access import visible_people
from declic.people.finding import MOST_FOUND, search_people

REMINDABLE = ("a-echeance", "en-retard", "retours-annonces", "paiements-en-retard")
"""The lists of those to whom one writes."""


def loans(request: HttpRequest) -> HttpResponseBase:
    """Allocations by what waits: under way, due soon, overdue, to hand over, to settle, ended."""
    scope = require(request.user, Permission.HAND_OVER, Permission.TAKE_MONEY)
    user = user_of(request)
    view = request.GET.get("vue", VIEWS[0])
    view = view if view in VIEWS else VIEWS[0]
    allocations = visible_allocations(user)
    text = request.GET.get("q", "").strip()[:80]
    if text:
        known = visible_people(user, Permission.HAND_OVER) | visible_people(user, Permission.TAKE_MONEY)
        people = [person.pk for person in search_people(known, text)[:MOST_FOUND]]
        reached = scope.operators(Permission.HAND_OVER) | scope.operators(Permission.TAKE_MONEY)
        named = search_devices(Device.objects.filter(operator__in=reached), text, operators=reached)
        allocations = allocations.filter(
            Q(person__in=people) | Q(device__in=list(named.values_list("pk", flat=True)[:MOST_FOUND]))
        )
    counts = view_counts(allocations, on=today())
    order = {
        "a-remettre": ("planned_on", False),
        "termines": ("ended_on", True),
        "a-solder": ("ended_on", True),
        "paiements-en-retard": ("ended_on", False),
    }.get(view, ("due_on", False))
    rows = in_view(allocations, view, on=today()).select_related("person", "device", "edition__programme")
    remindable = view in REMINDABLE
    page = keyset_page(with_reminder(rows) if remindable else rows, request.GET, order=(order,), size=50)
    owing = money_of(page.rows) if view == "paiements-en-retard" else {}
    plans = plans_of({pk: owed for pk, (_held, owed) in owing.items()})
    operators = scope.own_operators(Permission.HAND_OVER) | scope.own_operators(Permission.TAKE_MONEY)
    context = {
        "page": page,
        "view": view,
        "remindable": remindable and scope.can(Permission.HAND_OVER),
        "late": {row.pk: plans[row.pk].late(today()) for row in page.rows if row.pk in plans},
        "letters": waiting_letters(user).count() if remindable else 0,
        "tabs": [(name, LOAN_VIEW_LABELS[name], counts[name]) for name in VIEWS],
        "title": LOAN_VIEW_LABELS[view],
        "q": text,
        "today": today(),
        "deposits": _deposits(min(operators)) if operators else None,
    }
    return render(request, "equipment/loans.html", context)


def _deposits(operator_id: int) -> dict[str, Any]:
    """The deposits of the open loans beside what the books hold: the two must be the same (rule 24)."""
    count, expected, by_cheque = open_deposits(operator_id)
    held = deposits_held(operator_id)
    return {"count": count, "expected": expected, "held": held, "by_cheque": by_cheque, "right": held == expected}


@post_action
def declare_return(request: HttpRequest, allocation_id: int) -> Done:
    """The person says that the machine comes back."""
    found = held_loan(request, allocation_id)
    actions.declare_return(acting_user=user_of(request), allocation=found, on=today())
    return Done(_("Retour annoncé. Prochain pas : vérifier la machine quand elle est là."), page_of(found))


def take_back(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The machine is here: its look, its accessories, the damage if any, the deposit given back."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    held, came = held_anyhow(found), deposit_came_by(found)
    return submit(
        request,
        ReturnForm(
            **posted(request),
            initial={"on": today(), "accessories": sorted(given_with(found))},
            kit=kit_choices(found.device_kind),
            came=came,
        ),
        lambda on, **typed: actions.receive_return(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=lambda back: _return_said(back, held, cheque=came == Means.CHEQUE),
        to=page_of,
        template="equipment/return.html",
        context={"allocation": found, "held": held, "cheque": came == Means.CHEQUE},
    )


def _return_said(allocation: Allocation, held: int, *, cheque: bool) -> str:
    _held, owed = money_of([allocation])[allocation.pk]
    tag = allocation.device.tag if allocation.device else ""
    words = [_("%(tag)s est revenu.") % {"tag": tag}]
    damage = allocation.happenings.filter(kind="damage").exists()
    if owed:
        words.append(_("Le dommage dépasse la caution : il reste %(owed)s à payer.") % {"owed": format_euros(owed)})
    elif held and not damage and cheque:
        words.append(_("Rendez le chèque de %(held)s à la personne.") % {"held": format_euros(held)})
    elif held and not damage:
        words.append(_("La caution de %(held)s est rendue.") % {"held": format_euros(held)})
    elif held:
        words.append(_("La caution est soldée, dommage déduit."))
    words.append(_("Prochain pas pour la machine : la trier et l'effacer."))
    return " ".join(words)


def choose(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """What the person wants at the end of the loan, said ahead (by phone, at a meeting)."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    return submit(
        request,
        ChoiceForm(
            **posted(request),
            choices=[(choice.value, str(choice.label)) for choice in offered_choices(found)],
            initial={"choice": found.choice_at_term},
        ),
        lambda **typed: actions.record_choice(acting_user=user, allocation=found, on=today(), **typed),
        success=lambda chosen: (
            _("C'est noté : au terme, la personne veut %(choice)s.") % {"choice": chosen.get_choice_at_term_display()}
        ),
        to=page_of,
        template="equipment/choose.html",
        context={"allocation": found},
    )


def renew(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The loan lasts longer."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    initial = {"due_on": add_months(max(found.due_on or today(), today()), 3)}
    return submit(
        request,
        RenewForm(**posted(request), initial=initial),
        lambda **typed: actions.renew(acting_user=user, allocation=found, on=today(), **typed),
        success=lambda longer: _("Prêt prolongé jusqu'au %(day)s.") % {"day": format_day(longer.due_on)},
        to=page_of,
        template="equipment/renew.html",
        context={"allocation": found},
    )


def swap(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Another machine for the same loan; the former one goes to repair."""
    user = user_of(request)
    found = held_loan(request, allocation_id)
    if ended_already(request, found):
        return redirect(page_of(found))
    devices, suggested = suggestions(user, found.operator_id, [found.device_kind])
    former = found.device
    return submit(
        request,
        SwapForm(**posted(request), initial={"on": today()}, devices=devices),
        lambda on, **typed: actions.swap(acting_user=user, allocation=found, at=moment_on(on), **typed),
        success=lambda swapped: (
            _("%(person)s a maintenant %(tag)s. %(former)s part en réparation ; la caution ne bouge pas.")
            % {"person": swapped.person, "tag": swapped.device, "former": former}
        ),
        to=page_of,
        template="equipment/swap.html",
        context={"allocation": found, "suggested": suggested},
    )

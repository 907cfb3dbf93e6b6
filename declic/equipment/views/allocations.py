"""Who holds what: plan, hand over; one page per allocation says what can be done now."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import format_day, now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_allocation
from declic.equipment.actions.money import cheque_of
from declic.equipment.agreement import agreement_text, agreement_title, amendments, choices_at_term, in_groups
from declic.equipment.enums import HELD_STATES, AllocationMode, AllocationState
from declic.equipment.forms.allocations import AllocateForm, HandOverForm, ReserveForm, SellForm
from declic.equipment.instalments import plans_of
from declic.equipment.models import Agreement, Allocation
from declic.equipment.queries import (
    in_prepared_ceremony,
    money_of,
    offers,
)
from declic.equipment.statement import statement
from declic.equipment.terms import equipment_terms, missing_condition
from declic.equipment.views.moments import moment_on
from declic.equipment.views.shared import page_of, suggestions
from declic.ledger.models import Line
from declic.orientation.access import access_enrolment
from declic.people.access import access_person
from declic.people.actions import log_access
from declic.people.models import AccessLog
from declic.programmes.models import Edition


def allocate(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Choose what the person receives and which machine, under the terms of the enrolment, said in words."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.HAND_OVER)
    entries = offers(enrolment.edition, enrolment)
    kinds = sorted({kind for entry in entries for kind in entry.kinds})
    devices, suggested = suggestions(user, enrolment.operator_id, kinds)
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
        to=page_of,
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
    devices, suggested = suggestions(user, person.operator_id, kinds)
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
        "story": statement(found),
        "plan": plans_of({found.pk: owed}).get(found.pk) if owed else None,
        "cheque": cheque_of(found),
        "loss": getattr(found, "loss", None),
        "can_waive": scope.can(Permission.MANAGE_PROGRAMMES, found.operator_id),
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
    devices, suggested = suggestions(user, found.operator_id, [found.device_kind])
    terms = equipment_terms(found.edition, found.enrolment, mode=found.mode, device_kind=found.device_kind)
    ordered = terms is not None and bool(terms.priority) and found.state == AllocationState.DRAFT
    picked = request.GET.get("machine", "").replace("\x00", "")[:40]
    return submit(
        request,
        ReserveForm(**posted(request), initial={"device": picked}, devices=devices, ordered=ordered),
        lambda **typed: actions.reserve_device(acting_user=user, allocation=found, at=now(), **typed),
        success=_reserved_said,
        to=page_of,
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
        to=page_of,
        template="equipment/hand_over.html",
        context=context,
    )


def handed_over_said(allocation: Allocation) -> str:
    """What happened at a handover, and what comes next."""
    tag = allocation.device.tag if allocation.device else ""
    words = [_("%(tag)s remis à %(person)s.") % {"tag": tag, "person": allocation.person}]
    if allocation.deposit:
        said = (
            _("Le chèque de caution de %(amount)s est gardé, sans être encaissé.")
            if cheque_of(allocation) is not None
            else _("La caution de %(amount)s est encaissée.")
        )
        words.append(said % {"amount": format_euros(allocation.deposit)})
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


@post_action
def cancel(request: HttpRequest, allocation_id: int) -> Done:
    """Give up an allocation before its handover."""
    found = access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)
    actions.cancel_allocation(acting_user=user_of(request), allocation=found, at=now())
    return Done(_("Attribution annulée. La machine est de nouveau libre."), page_of(found))


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
    context = {
        "allocation": found,
        "agreement": signed,
        "title": title,
        "body": body.strip().split("\n"),
        "fingerprint": in_groups(signed.sha256) if signed is not None else "",
        "amendments": amendments(found) if signed is not None else [],
    }
    return render(request, "equipment/agreement.html", context)

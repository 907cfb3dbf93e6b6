"""The shelf and the bench: list of machines, one page per machine with its next step, lots that come in."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import Form, posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_device, visible_allocations, visible_devices
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState
from declic.equipment.forms.stock import (
    CHECKS,
    AsideForm,
    DeviceForm,
    ErasureForm,
    LotForm,
    ReadyForm,
    StockFilters,
    SystemForm,
    TestsForm,
)
from declic.equipment.models import Allocation, Device
from declic.equipment.queries import device_history, with_holder_word
from declic.equipment.words import search_devices
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Site

# States in which the bench has a form to fill, and what may still be done with the machine otherwise.
_ASIDE_STATES = (
    DeviceState.RECEIVED, DeviceState.TRIAGED, DeviceState.WIPING, DeviceState.WIPED, DeviceState.TESTED,
    DeviceState.INSTALLED, DeviceState.READY, DeviceState.RETURNED, DeviceState.QUARANTINED,
)  # fmt: skip


def stock(request: HttpRequest) -> HttpResponseBase:
    """Every machine one reaches: search, filters, pages."""
    scope = require(request.user, Permission.SEE_STOCK)
    user = user_of(request)
    operators = scope.operators(Permission.SEE_STOCK)
    sites = Site.objects.filter(operator__in=operators).order_by("name", "pk")
    filters = StockFilters(request.GET or None, sites=sites)
    devices = visible_devices(user).select_related("site")
    text = request.GET.get("q", "").strip()[:80]
    if text:
        devices = search_devices(devices, text)
    chosen = filters.cleaned_data if filters.is_bound and filters.is_valid() else {}
    for name in ("state", "kind", "site"):
        if chosen.get(name):
            devices = devices.filter(**{name: chosen[name]})
    page = keyset_page(with_holder_word(devices), request.GET, order=(("tag", False),), size=50)
    context = {
        "page": page,
        "filters": filters,
        "q": text,
        "filtered": bool(text or any(chosen.values())),
        "can_manage": scope.can(Permission.MANAGE_STOCK),
        "can_hand_over": scope.can(Permission.HAND_OVER),
    }
    return render(request, "equipment/stock.html", context)


def lot_create(request: HttpRequest) -> HttpResponseBase:
    """Take in a lot: its machines are created with their tags."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    refurbishers = _partners(operator, PartnershipKind.REFURBISHER)
    form = LotForm(
        **posted(request),
        initial={"on": today(), "tag_prefix": "PC", "kind": "laptop"},
        sites=Site.objects.filter(operator=operator, closed_on__isnull=True),
        donors=_partners(operator, PartnershipKind.DONOR),
        refurbishers=refurbishers,
    )
    return submit(
        request,
        form,
        lambda **typed: actions.receive_lot(acting_user=user, operator=operator, once=True, **typed),
        success=lambda lot: (
            _("Lot « %(lot)s » reçu : %(count)s machines. Prochain pas : les trier.") % {"lot": lot, "count": lot.count}
        ),
        to=lambda lot: reverse("equipment:list") + "?state=received",
        template="equipment/lot.html",
    )


def _partners(operator: Organisation, kind: PartnershipKind) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        partnerships__operator=operator, partnerships__kind=kind, partnerships__until__isnull=True
    ).order_by("name", "pk")


def device(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """One machine: what to do next on top, then what it is, who has it, its proofs and its story."""
    user = user_of(request)
    machine = access_device(device_id, user)
    can_manage = scope_of(user).can(Permission.MANAGE_STOCK, machine.operator_id)
    step = _step(request, machine) if can_manage else None
    if request.method == "POST":
        machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    context = _device_context(request, machine, can_manage=can_manage)
    if step is None:
        if request.method == "POST":
            return redirect("equipment:device", machine.pk)
        return render(request, "equipment/device.html", {**context, "form": None})
    form, action, words, success = step
    return submit(
        request,
        form,
        lambda **typed: action(acting_user=user, device=machine, **typed),
        success=success,
        to=reverse("equipment:device", args=[machine.pk]),
        template="equipment/device.html",
        context={**context, "step": words},
    )


type Step = tuple[Form, Callable[..., Any], dict[str, str], str | Callable[[Any], str]]


def _step(request: HttpRequest, machine: Device) -> Step | None:
    """The form of the machine's next step, its action and its words; the posted step wins, so that a stale page is told."""
    by_state = {
        DeviceState.TRIAGED: "erase",
        DeviceState.WIPING: "erase",
        DeviceState.WIPED: "test",
        DeviceState.TESTED: "install",
        DeviceState.INSTALLED: "ready",
    }
    name = request.POST.get("step") or by_state.get(DeviceState(machine.state), "")
    sent, day = posted(request), {"on": today()}
    if name == "erase":
        done = machine.erasures.filter(cycle=machine.cycle, certified=True).count()
        words = {
            "name": name,
            "title": _("Effacer le disque %(number)s sur %(count)s")
            % {"number": min(done + 1, machine.drives), "count": machine.drives},
            "detail": _("Un disque est certifié avec sa méthode, sa vérification et aucune erreur."),
            "submit": _("Enregistrer l'effacement"),
        }
        return ErasureForm(**sent, initial=day), _record_erasure, words, _erasure_said
    if name == "test":
        words = {
            "name": name,
            "title": _("Essayer la machine"),
            "detail": _("Cochez ce qui fonctionne. Si tout est coché, elle passe à l'installation."),
            "submit": _("Enregistrer les essais"),
        }
        return TestsForm(**sent, initial=day, kind=machine.kind), actions.record_test, words, _test_said
    if name == "install":
        words = {
            "name": name,
            "title": _("Installer le système"),
            "detail": "",
            "submit": _("Enregistrer l'installation"),
        }
        said = _("Système installé. Reste à noter l'aspect de la machine.")
        return SystemForm(**sent, initial={"system": machine.system}), actions.install_system, words, said
    if name == "ready":
        words = {
            "name": name,
            "title": _("Mettre en rayon"),
            "detail": _("Effacée, essayée, installée : il reste à dire comment elle se présente."),
            "submit": _("Mettre en rayon"),
        }
        said = _("La machine est prête : elle peut être attribuée.")
        return ReadyForm(**sent, initial={"condition": machine.condition}), actions.make_ready, words, said
    return None


def _record_erasure(*, errors_count: int, **typed: Any) -> Any:
    # A form keeps its own errors under the name `errors`: the field of the form is called otherwise.
    return actions.record_erasure(errors=errors_count, **typed)


def _erasure_said(erasure: Any) -> str:
    if erasure.certified:
        return _("Effacement certifié du disque %(serial)s.") % {"serial": erasure.drive_serial}
    return _("Effacement noté, mais pas certifié : recommencez, ou remplacez le disque.")


def _test_said(test: Any) -> str:
    if test.passed:
        return _("Essais réussis. Prochain pas : installer le système.")
    return _("Essais notés : la machine reste sur l'établi jusqu'à ce que tout fonctionne.")


def _device_context(request: HttpRequest, machine: Device, *, can_manage: bool) -> dict[str, Any]:
    user = user_of(request)
    now_held = Allocation.objects.filter(
        device=machine, state__in=[AllocationState.RESERVED, *HELD_STATES]
    ).select_related("person")
    current = now_held.first()
    tests = list(machine.tests.select_related("done_by").order_by("-on", "-pk")[:5])
    for test in tests:
        test.failed = [CHECKS.get(code, code) for code, works in test.checks.items() if not works]  # type: ignore[attr-defined]
    return {
        "device": machine,
        "can_manage": can_manage,
        "can_set_aside": can_manage and machine.state in _ASIDE_STATES,
        "current": current,
        "may_open": current is not None and visible_allocations(user).filter(pk=current.pk).exists(),
        "identifiers": list(machine.identifiers.order_by("kind", "pk")),
        "erasures": list(machine.erasures.select_related("done_by").order_by("-on", "-pk")[:10]),
        "tests": tests,
        "claims": list(machine.claims.order_by("-taken_at", "-pk")[:20]),
        "story": list(reversed(device_history(machine)))[:40],
        "today": today(),
        "step": None,
    }


def device_edit(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Correct what a machine is."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    initial = {name: getattr(machine, name) for name in ("brand", "model", "drives", "site", "refurbisher", "note")}
    form = DeviceForm(
        **posted(request),
        initial=initial,
        sites=Site.objects.filter(operator=machine.operator),
        refurbishers=_partners(machine.operator, PartnershipKind.REFURBISHER),
    )
    return submit(
        request,
        form,
        lambda **typed: actions.correct_device(acting_user=user, device=machine, **typed),
        success=_("Fiche de la machine %(tag)s corrigée.") % {"tag": machine.tag},
        to=reverse("equipment:device", args=[machine.pk]),
        template="equipment/device_edit.html",
        context={"device": machine},
    )


def device_aside(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """Take a machine out of the usual way: repair, lock, parts, waste."""
    user = user_of(request)
    machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    return submit(
        request,
        AsideForm(**posted(request)),
        lambda what, reason: _set_aside(user, machine, what, reason),
        success=_("La machine %(tag)s est mise de côté.") % {"tag": machine.tag},
        to=reverse("equipment:device", args=[machine.pk]),
        template="equipment/device_aside.html",
        context={"device": machine},
    )


def _set_aside(user: Any, machine: Device, what: str, reason: str) -> Device:
    if what == "repair":
        return actions.send_to_repair(acting_user=user, device=machine, at=now(), note=reason)
    action = {"quarantine": actions.quarantine, "parts": actions.keep_for_parts, "scrap": actions.scrap}[what]
    return action(acting_user=user, device=machine, reason=reason)


@post_action
def device_triage(request: HttpRequest, device_id: int) -> Done:
    """The machine is worth refurbishing."""
    machine = access_device(device_id, user_of(request), Permission.MANAGE_STOCK)
    actions.triage(acting_user=user_of(request), device=machine)
    return Done(
        _("Machine %(tag)s triée. Prochain pas : l'effacer.") % {"tag": machine.tag},
        reverse("equipment:device", args=[machine.pk]),
    )


@post_action
def device_repaired(request: HttpRequest, device_id: int) -> Done:
    """The machine is back from repair."""
    machine = access_device(device_id, user_of(request), Permission.MANAGE_STOCK)
    actions.finish_repair(acting_user=user_of(request), device=machine, at=now())
    return Done(
        _("Réparation terminée. Prochain pas : effacer et essayer la machine %(tag)s.") % {"tag": machine.tag},
        reverse("equipment:device", args=[machine.pk]),
    )


@post_action
def device_found(request: HttpRequest, device_id: int) -> Done:
    """A lost machine is found."""
    machine = access_device(device_id, user_of(request), Permission.MANAGE_STOCK)
    actions.find_again(acting_user=user_of(request), device=machine)
    return Done(
        _("Machine %(tag)s retrouvée. Prochain pas : la trier.") % {"tag": machine.tag},
        reverse("equipment:device", args=[machine.pk]),
    )

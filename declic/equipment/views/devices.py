"""One page per machine: for the bench, its steps and what to do now; for the others, what it is and where it stands."""

from collections.abc import Callable
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import Form, posted
from declic.core.views import Done, post_action, submit
from declic.equipment import actions
from declic.equipment.access import access_device, visible_allocations
from declic.equipment.actions.erasing import OPEN_STATES
from declic.equipment.checklists import check_named
from declic.equipment.enums import HELD_STATES, AllocationState, DeviceState
from declic.equipment.forms.bench import EmptyForm, ErasureForm, GradeForm, SystemForm, TestsForm
from declic.equipment.forms.stock import AsideForm, DeviceForm
from declic.equipment.grades import facts_of, grade_of
from declic.equipment.models import Allocation, Device, DeviceTest
from declic.equipment.proofs import DriveSheet, drive_sheet, life_began, verdict_now
from declic.equipment.queries import device_history
from declic.equipment.steps import steps_of
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Site

# What may still be done with the machine otherwise.
_ASIDE_STATES = (
    DeviceState.RECEIVED, DeviceState.TRIAGED, DeviceState.WIPING, DeviceState.WIPED, DeviceState.TESTED,
    DeviceState.INSTALLED, DeviceState.READY, DeviceState.RETURNED, DeviceState.QUARANTINED,
)  # fmt: skip
_GRADED_STATES = (DeviceState.INSTALLED, DeviceState.READY, DeviceState.RESERVED, DeviceState.ON_LOAN)


def device(request: HttpRequest, device_id: int) -> HttpResponseBase:
    """One machine: where it stands and what to do next on top, then its proofs, what it is, and its story."""
    user = user_of(request)
    machine = access_device(device_id, user)
    can_manage = scope_of(user).can(Permission.MANAGE_STOCK, machine.operator_id)
    if request.method == "POST":
        machine = access_device(device_id, user, Permission.MANAGE_STOCK)
    template = "equipment/device_bench.html" if can_manage else "equipment/device.html"
    context = _device_context(user, machine, can_manage=can_manage)
    step = _step(request, user, machine, context) if can_manage else None
    if step is None:
        if request.method == "POST":
            return redirect("equipment:device", machine.pk)
        return render(request, template, {**context, "form": None})
    name, form, action, success = step
    return submit(
        request,
        form,
        lambda **typed: action(acting_user=user, device=machine, **typed),
        success=success,
        to=reverse("equipment:device", args=[machine.pk]),
        template=template,
        context={**context, "step": name},
    )


type Step = tuple[str, Form, Callable[..., Any], str | Callable[[Any], str]]

_STEP_OF = {
    DeviceState.TRIAGED: "erase",
    DeviceState.WIPING: "erase",
    DeviceState.WIPED: "test",
    DeviceState.TESTED: "install",
    DeviceState.INSTALLED: "grade",
}


def _step(request: HttpRequest, user: User, machine: Device, context: dict[str, Any]) -> Step | None:
    """The form of the machine's next step and its action; the posted step wins, so that a stale page is told."""
    name = request.POST.get("step") or _STEP_OF.get(DeviceState(machine.state), "")
    if name == "grade" and request.method != "POST" and machine.grade_rules and request.GET.get("revoir") != "grade":
        name = "ready"
    sent, day = posted(request), {"on": today()}
    if name == "erase":
        sheet: DriveSheet = context["sheet"]
        waiting = next((line.serial for line in sheet.lines if line.drive and not line.certified), "")
        form: Form = ErasureForm(**sent, initial={**day, "drive_serial": waiting})
        return name, form, _record_erasure, _erasure_said
    if name == "test":
        last: DeviceTest | None = context["last_test"]
        return (
            name,
            TestsForm(**sent, initial=day, kind=machine.kind, before=last.checks if last else None),
            (actions.record_test),
            _test_said,
        )
    if name == "install":
        said = _("Système installé. Prochain pas : noter l'aspect, le grade suit.")
        return name, SystemForm(**sent, initial={"system": machine.system}), actions.install_system, said
    if name == "grade":
        return name, GradeForm(**sent, initial={"condition": machine.condition}, device=machine), _grade, _grade_said
    if name == "ready":
        said = _("La machine est prête : elle peut être attribuée.")
        return name, EmptyForm(**sent), actions.make_ready, said
    return None


def _record_erasure(*, errors_count: int, **typed: Any) -> Any:
    # A form keeps its own errors under the name `errors`: the field of the form is called otherwise.
    return actions.record_erasure(errors=errors_count, **typed)


def _grade(**typed: Any) -> Device:
    return actions.grade_device(on=today(), **typed)


def _grade_said(machine: Device) -> str:
    if machine.grade:
        return _("Grade %(grade)s. Prochain pas : mettre la machine en rayon.") % {"grade": machine.grade}
    return _("Aspect noté. Sans la taille de la mémoire, la machine n'a pas de grade.")


def _erasure_said(erasure: Any) -> str:
    if erasure.certified:
        return _("Effacement certifié à la main du disque %(serial)s.") % {"serial": erasure.drive_serial}
    return _("Effacement noté, mais pas certifié : recommencez, ou remplacez le disque.")


def _test_said(test: Any) -> str:
    if test.passed:
        return _("Essais réussis. Prochain pas : installer le système.")
    return _("Essais notés : la machine reste sur l'établi jusqu'à ce que tout fonctionne.")


def _device_context(user: User, machine: Device, *, can_manage: bool) -> dict[str, Any]:
    now_held = Allocation.objects.filter(
        device=machine, state__in=[AllocationState.RESERVED, *HELD_STATES]
    ).select_related("person")
    current = now_held.first()
    tests = list(machine.tests.select_related("done_by").order_by("-on", "-pk")[:5])
    for test in tests:
        test.failures = [check_named(code) for code, works in test.checks.items() if works is False]  # type: ignore[attr-defined]
    last = next((test for test in tests if test.cycle == machine.cycle), None)
    prefetch_related_objects([machine], "known_drives")
    sheet = drive_sheet(machine)
    began = life_began(machine)
    for reading in [*sheet.strays, *(one for line in sheet.lines for one in line.readings)]:
        reading.now = verdict_now(reading, machine, began=began, on=today())  # type: ignore[attr-defined]
    locks = list(machine.locks.select_related("found_by", "cleared_by").order_by("pk"))
    open_locks = [lock for lock in locks if lock.cleared_on is None]
    parts = list(machine.parts_used.select_related("part", "recorded_by").order_by("-on", "-pk")[:20])
    failed = len(last.failures) if last else 0  # type: ignore[attr-defined]
    return {
        "device": machine,
        "can_manage": can_manage,
        "can_set_aside": can_manage and machine.state in _ASIDE_STATES,
        "can_report_lock": can_manage and machine.state in _ASIDE_STATES,
        "can_change_drives": can_manage and machine.state in OPEN_STATES,
        "can_erase": can_manage and machine.state in (DeviceState.TRIAGED, DeviceState.WIPING),
        "current": current,
        "may_open": current is not None and visible_allocations(user).filter(pk=current.pk).exists(),
        "identifiers": list(machine.identifiers.order_by("kind", "pk")),
        "sheet": sheet,
        "removed": [drive for drive in machine.known_drives.all() if drive.removed_on is not None],
        "locks": locks,
        "open_locks": open_locks,
        "tests": tests,
        "last_test": last,
        "parts": parts,
        "graded": grade_of(facts_of(machine), on=today()) if machine.state in _GRADED_STATES else None,
        "steps": steps_of(machine, sheet, failed=failed, parts=len(parts), locks=len(open_locks)),
        "has_certificate": sheet.missing == 0 and any(line.certified for line in sheet.lines),
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
        device=machine,
        sites=Site.objects.filter(operator=machine.operator),
        refurbishers=Organisation.objects.filter(
            partnerships__operator=machine.operator,
            partnerships__kind=PartnershipKind.REFURBISHER,
            partnerships__until__isnull=True,
        ).order_by("name", "pk"),
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
    """Take a machine out of the usual way: repair, question, parts, waste."""
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

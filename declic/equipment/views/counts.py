"""Counting a place: open, scan, close, correct in one click, print."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, SeeOther, add_domain_error, post_action, submit
from declic.equipment import actions
from declic.equipment.access import visible_devices
from declic.equipment.enums import CountState, DeviceState
from declic.equipment.forms.shelves import CountForm, ScanForm
from declic.equipment.models import CountLine, Device, StockCount
from declic.equipment.shelves import SHELF_STATES
from declic.equipment.stock_access import access_count, sites_in_reach, visible_counts
from declic.ledger.exports import as_csv

_SHOWN = 50


def counts(request: HttpRequest) -> HttpResponseBase:
    """Counts, the latest first, and the form that opens one."""
    operator = acting_operator(request, Permission.MANAGE_STOCK)
    user = user_of(request)
    rows = visible_counts(user).select_related("site", "started_by")
    page = keyset_page(rows, request.GET, order=(("started_at", True), ("pk", True)), size=30)
    sites = sites_in_reach(user).filter(operator=operator)
    return submit(
        request,
        CountForm(**posted(request), sites=sites),
        lambda site: actions.open_count(acting_user=user, operator=operator, site=site, at=now()),
        success=_("Inventaire ouvert. Prochain pas : scanner les étiquettes."),
        to=lambda opened: reverse("equipment:count", args=[opened.pk]),
        template="equipment/counts.html",
        context={"page": page, "today": today(), "has_sites": sites.exists()},
    )


def count(request: HttpRequest, count_id: int) -> HttpResponseBase:
    """One count: the box that reads labels while it is open, its result and its corrections once it is closed."""
    user = user_of(request)
    found = access_count(count_id, user)
    form = ScanForm(**posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            line = actions.scan_label(acting_user=user, count=found, text=form.cleaned_data["text"], at=now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            good, said = _scanned_said(found, line)
            (messages.success if good else messages.warning)(request, said)
            return SeeOther(reverse("equipment:count", args=[found.pk]))
    context = {"count": found, "form": form, "today": today(), **_on_the_page(found)}
    return render(request, "equipment/count.html", context, status=422 if form.errors else 200)


def _on_the_page(found: StockCount) -> dict[str, object]:
    is_open = found.state == CountState.OPEN
    lines = found.lines.select_related("device__site").order_by("-scanned_at", "-pk")
    read = list(lines[:_SHOWN])
    result = found.result
    tags = [row["tag"] for name in ("missing", "elsewhere", "away") for row in result.get(name, [])]
    now_there = {
        device.tag: device
        for device in Device.objects.filter(operator=found.operator_id, tag__in=tags).select_related("site")
    }
    return {
        "is_open": is_open,
        "is_closed": found.state == CountState.CLOSED,
        "read": [(line, *_scanned_said(found, line)) for line in read] if is_open else [],
        "read_count": found.lines.count(),
        "found_count": len(result.get("found", [])),
        "expected": result.get("expected", 0),
        "missing": _rows(found, "missing", now_there),
        "elsewhere": _rows(found, "elsewhere", now_there),
        "away": _rows(found, "away", now_there),
        "unknown": result.get("unknown", []),
    }


def _rows(found: StockCount, name: str, machines: dict[str, Device]) -> list[dict[str, object]]:
    """The rows of a result with the machine as it is now and, in words, how it was then."""
    rows: list[dict[str, object]] = []
    for row in found.result.get(name, []):
        then = DeviceState(row["state"]).label if row.get("state") else (row.get("site") or _("sans lieu"))
        device = machines.get(row["tag"])
        rows.append({"tag": row["tag"], "then": then, "device": device, "moved": _moved(found, name, row, device)})
    return rows


def _moved(found: StockCount, name: str, row: dict[str, str], device: Device | None) -> bool:
    """Whether the file of a machine says something else since the count."""
    if device is None:
        return False
    if name == "elsewhere":
        return (str(device.site) if device.site else "") != row.get("site", "")
    return device.state != row.get("state") or (name == "missing" and device.site_id != found.site_id)


def _scanned_said(found: StockCount, line: CountLine) -> tuple[bool, str]:
    """Whether a label is where it should be, and the sentence that says it."""
    device = line.device
    words = {"tag": line.tag}
    if device is None:
        return False, _("%(tag)s : aucune machine ne porte cette étiquette.") % words
    if device.state not in SHELF_STATES:
        return False, _("%(tag)s est ici, mais sa fiche dit « %(state)s ».") % {
            **words,
            "state": device.get_state_display(),
        }
    if device.site_id != found.site_id:
        return False, _("%(tag)s est ici, mais sa fiche dit « %(site)s ».") % {
            **words,
            "site": device.site or _("sans lieu"),
        }
    return True, _("%(tag)s est bien ici.") % words


@require_safe
def count_sheet(request: HttpRequest, count_id: int) -> HttpResponseBase:
    """The result on paper."""
    found = access_count(count_id, user_of(request))
    return render(request, "equipment/count_sheet.html", {"count": found, **_on_the_page(found)})


@require_safe
def count_csv(request: HttpRequest, count_id: int) -> HttpResponseBase:
    """The frozen result for a spreadsheet: one row a label; nothing while the count can still change."""
    found = access_count(count_id, user_of(request))
    if found.state != CountState.CLOSED:
        raise Http404
    return HttpResponse(
        "".join(as_csv(_sheet(found))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="inventaire-{found.pk}.csv"'},
    )


def _sheet(found: StockCount) -> Iterator[tuple[str, str, str, str]]:
    """Each label, what the count found of it, then the place and the state that its file bore, where the count kept them."""
    yield _("étiquette"), _("constat"), _("lieu de la fiche"), _("état de la fiche")
    said = {
        "found": _("à sa place"),
        "missing": _("manque"),
        "elsewhere": _("ici, rangée ailleurs"),
        "away": _("ici, notée sortie du stock"),
        "unknown": _("étiquette inconnue"),
    }
    for name, words in said.items():
        for row in found.result.get(name, []):
            place = str(found.site) if name in ("found", "missing") else row.get("site", "")
            yield row["tag"], words, place, str(DeviceState(row["state"]).label) if row.get("state") else ""


@post_action
def count_close(request: HttpRequest, count_id: int) -> Done:
    """The count is over: its result no longer changes."""
    user = user_of(request)
    closed = actions.close_count(acting_user=user, count=access_count(count_id, user), at=now())
    missing = len(closed.result["missing"])
    said = (
        _("Inventaire clos : il manque %(missing)s machine(s). Prochain pas : les chercher, ou corriger.")
        if missing
        else _("Inventaire clos : rien ne manque.")
    )
    return Done(said % {"missing": missing}, reverse("equipment:count", args=[count_id]))


@post_action
def count_cancel(request: HttpRequest, count_id: int) -> Done:
    """The count is given up."""
    user = user_of(request)
    actions.cancel_count(acting_user=user, count=access_count(count_id, user), at=now())
    return Done(_("Inventaire abandonné : rien n'a changé."), reverse("equipment:counts"))


@post_action
def count_forget(request: HttpRequest, count_id: int) -> Done:
    """A label read by mistake."""
    user = user_of(request)
    tag = request.POST.get("tag", "")[:80].replace("\x00", "")
    actions.forget_label(acting_user=user, count=access_count(count_id, user), tag=tag)
    return Done(_("Étiquette retirée de l'inventaire."), reverse("equipment:count", args=[count_id]))


@post_action
def count_put_here(request: HttpRequest, count_id: int) -> Done:
    """A machine lies here: its file says so from now on."""
    user = user_of(request)
    found = access_count(count_id, user)
    device = actions.put_here(acting_user=user, count=found, device=_named(request))
    return Done(
        _("La machine %(tag)s est maintenant rangée ici.") % {"tag": device.tag},
        reverse("equipment:count", args=[count_id]),
    )


@post_action
def count_lost(request: HttpRequest, count_id: int) -> Done:
    """A machine that nobody finds."""
    user = user_of(request)
    found = access_count(count_id, user)
    device = actions.lose_uncounted(acting_user=user, count=found, device=_named(request))
    return Done(
        _("La machine %(tag)s est déclarée perdue. Si elle revient : « retrouvée » sur sa page.") % {"tag": device.tag},
        reverse("equipment:count", args=[count_id]),
    )


def _named(request: HttpRequest) -> Device:
    tag = request.POST.get("tag", "").replace("\x00", "")[:20]
    device = visible_devices(user_of(request), Permission.MANAGE_STOCK).filter(tag=tag).first()
    if device is None:
        if not tag:
            raise DomainError(_("Dites de quelle machine il s'agit."))
        raise Http404
    return device

"""Labels: printed ahead or for machines that are there, scanned to enter a lot, and the door that each one opens."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit, way_back
from declic.equipment import actions
from declic.equipment.access import access_device, access_label_run, access_lot, visible_devices, visible_of
from declic.equipment.forms.collecting import LabelsForm, ReprintForm, ScanForm, SelectionForm
from declic.equipment.incoming import partners_of, runs_with_counts
from declic.equipment.models import Device, LabelRun
from declic.equipment.sheets import DEFAULT_SHEET, labels_pdf
from declic.equipment.tags import parse_tag, split_tag, tag_of
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Site

P = Permission.MANAGE_STOCK
_MOST_TAGS = 1000
_SETTINGS = ("kind", "brand", "model", "site", "refurbisher")


@require_safe
def by_tag(request: HttpRequest, tag: str) -> HttpResponseBase:
    """What a QR code opens: the page of the machine that bears the label, among those one reaches."""
    wanted = parse_tag(tag)
    found = visible_devices(user_of(request)).filter(tag=wanted).order_by("pk").first() if wanted else None
    if found is None:
        raise Http404
    return redirect("equipment:device", found.pk)


def labels(request: HttpRequest) -> HttpResponseBase:
    """Print labels ahead; those printed before, and labels of machines that are there."""
    operator = acting_operator(request, P)
    user = user_of(request)
    form = LabelsForm(**posted(request), initial={"tag_prefix": "PC"})
    return submit(
        request,
        form,
        lambda *, count, tag_prefix, token, **_sheet: actions.print_labels(
            acting_user=user, operator=operator, tag_prefix=tag_prefix, count=count, at=now(), token=token
        ),
        success=lambda run: (
            _("%(count)s étiquettes sont à vous, à partir de %(first)s. Imprimez-les à taille réelle (100 %%).")
            % {"count": run.count, "first": tag_of(run.prefix, run.first)}
        ),
        to=lambda run: (
            reverse("equipment:labels") + f"?planche={form.cleaned_data.get('sheet', DEFAULT_SHEET)}#imprimees"
        ),
        template="equipment/labels.html",
        context={
            "runs": runs_with_counts(visible_of(LabelRun, user)),
            "sheet": request.GET.get("planche", "")[:4] or DEFAULT_SHEET,
            "selection": SelectionForm(),
        },
    )


def _pdf(tags: Sequence[str], request: HttpRequest, owner: str, name: str) -> HttpResponse:
    asked = ReprintForm(request.GET)
    asked.is_valid()
    sheet = asked.cleaned_data.get("planche") or DEFAULT_SHEET
    skip = (asked.cleaned_data.get("depart") or 1) - 1
    return HttpResponse(
        labels_pdf(tags, sheet=sheet, owner=owner, skip=skip),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"},
    )


@require_safe
def labels_run_pdf(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The sheets of labels printed ahead."""
    run = access_label_run(run_id, user_of(request))
    tags = [tag_of(run.prefix, number) for number in range(run.first, run.first + run.count)]
    return _pdf(tags, request, run.operator.name, f"etiquettes-{tags[0]}")


@require_safe
def lot_labels_pdf(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """The labels of the machines of a lot."""
    user = user_of(request)
    lot = access_lot(lot_id, user)
    tags = list(
        visible_devices(user, P).filter(lot=lot).order_by("tag", "pk").values_list("tag", flat=True)[:_MOST_TAGS]
    )
    return _pdf(tags, request, lot.operator.name, f"etiquettes-lot-{lot.pk}")


@require_safe
def selection_pdf(request: HttpRequest) -> HttpResponseBase:
    """The labels of the machines whose tags are given; tags that no machine bears are left out."""
    operator = acting_operator(request, P)
    wanted = _tags_of(request.GET.get("tags", "")[:4000])
    worn = set(
        visible_devices(user_of(request), P).filter(operator=operator, tag__in=wanted).values_list("tag", flat=True)
    )
    return _pdf([tag for tag in wanted if tag in worn], request, operator.name, "etiquettes")


def _tags_of(text: str) -> list[str]:
    """The tags of a text, in order, each once; `PC-0001:PC-0012` stands for all those between."""
    found: dict[str, None] = {}
    for word in re.split(r"[\s,;]+", text):
        first, colon, last = word.partition(":")
        begin, end = split_tag(parse_tag(first)), split_tag(parse_tag(last))
        if colon and begin and end and begin[0] == end[0]:
            for number in range(begin[1], min(end[1], begin[1] + _MOST_TAGS) + 1):
                found[tag_of(begin[0], number)] = None
        elif tag := parse_tag(word):
            found[tag] = None
    return list(found)[:_MOST_TAGS]


def scan(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """Enter machines one after the other, by the labels just stuck on them."""
    user = user_of(request)
    lot = access_lot(lot_id, user)
    kept = {name: request.GET[name][:120] for name in _SETTINGS if request.GET.get(name)}
    form = ScanForm(
        **posted(request),
        initial={"kind": "laptop", **kept},
        sites=Site.objects.filter(operator=lot.operator, closed_on__isnull=True),
        refurbishers=partners_of(lot.operator, PartnershipKind.REFURBISHER),
    )
    at_once = request.headers.get("X-Requested-With") == "scan"
    if at_once and request.method == "POST":
        return _scanned_at_once(request, lot_id, form)
    recent = list(lot.devices.order_by("-created_at", "-pk")[:12])
    settings = {name: request.POST.get(name, "")[:120] for name in _SETTINGS if request.POST.get(name)}
    return submit(
        request,
        form,
        lambda **typed: actions.enter_by_label(acting_user=user, lot=lot, at=now(), **typed),
        success=lambda made: _("%(tag)s est entrée. Suivante !") % {"tag": made.tag},
        to=f"{reverse('equipment:lot_scan', args=[lot.pk])}?{urlencode(settings)}",
        template="equipment/lot_scan.html",
        context={"lot": lot, "recent": recent, "entered": lot.devices.count()},
    )


def _scanned_at_once(request: HttpRequest, lot_id: int, form: ScanForm) -> JsonResponse:
    """The same scan for a page that does not reload between two labels."""
    user = user_of(request)
    lot = access_lot(lot_id, user)
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        return JsonResponse({"ok": False, "sentence": str(sentence)})
    try:
        made = actions.enter_by_label(acting_user=user, lot=lot, at=now(), **form.cleaned_data)
    except DomainError as error:
        return JsonResponse({"ok": False, "sentence": error.message})
    return JsonResponse(
        {
            "ok": True,
            "tag": made.tag,
            "sentence": _("%(tag)s est entrée. Suivante !") % {"tag": made.tag},
            "what": " ".join(filter(None, [str(made.get_kind_display()), made.brand, made.model])),
            "undo": reverse("equipment:scan_undo", args=[made.pk]),
            "entered": lot.devices.count(),
        }
    )


@post_action
def scan_undo(request: HttpRequest, device_id: int) -> Done:
    """Take back a machine entered by mistake a moment ago."""
    device: Device = access_device(device_id, user_of(request), P)
    scanning = reverse("equipment:lot_scan", args=[device.lot_id]) if device.lot_id else reverse("equipment:list")
    tag = actions.undo_label(acting_user=user_of(request), device=device, at=now())
    return Done(
        _("%(tag)s est retirée : son étiquette peut servir à une autre machine.") % {"tag": tag},
        way_back(request, scanning),
    )

"""A list of machines enters a lot in two looks: choose the file, then read what each line would become."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.http import user_of
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import UNPROCESSABLE, SeeOther, add_domain_error
from declic.equipment import actions
from declic.equipment.access import access_lot
from declic.equipment.forms.collecting import ListForm, MappingForm
from declic.equipment.incoming import partners_of
from declic.equipment.machine_lists import MachineList, Verdict, judge, read_list, unpack
from declic.equipment.models import Lot
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Site

_SHOWN = 200


def lot_list(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """Send a list, check its columns and lines, import it; nothing is written before the last button."""
    lot = access_lot(lot_id, user_of(request))
    choices: dict[str, Any] = {
        "sites": Site.objects.filter(operator=lot.operator, closed_on__isnull=True),
        "refurbishers": partners_of(lot.operator, PartnershipKind.REFURBISHER),
    }
    if request.method == "POST" and "packed" in request.POST:
        return _check_or_import(request, lot, choices)
    form = ListForm(**posted(request), initial={"tag_prefix": "PC"}, **choices)
    if request.method == "POST" and form.is_valid():
        try:
            found = read_list(form.cleaned_data["file"])
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return _show(request, lot, _mapping_form(form, found, lot, choices), found)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "equipment/lot_list.html", {"lot": lot, "form": form}, status=status)


def _mapping_form(form: ListForm, found: MachineList, lot: Lot, choices: dict[str, Any]) -> MappingForm:
    """The form of the second look, filled with what was chosen at the first and with what the titles say."""
    chosen = form.cleaned_data
    data: dict[str, Any] = {
        "packed": found.pack(),
        "known": lot.devices.count(),
        "kind": chosen["kind"],
        "tag_prefix": chosen["tag_prefix"],
        "site": chosen["site"].pk if chosen["site"] else "",
        "refurbisher": chosen["refurbisher"].pk if chosen["refurbisher"] else "",
        **{f"column_{rank}": meaning for rank, meaning in found.mapping.items()},
    }
    return MappingForm(data, titles=found.titles, **choices)


def _check_or_import(request: HttpRequest, lot: Lot, choices: dict[str, Any]) -> HttpResponseBase:
    try:
        found = unpack(request.POST["packed"])
    except DomainError as error:
        form = ListForm(initial={"tag_prefix": "PC"}, **choices)
        messages.error(request, error.message)
        return render(request, "equipment/lot_list.html", {"lot": lot, "form": form}, status=UNPROCESSABLE)
    mapping = MappingForm(request.POST, titles=found.titles, **choices)
    if "import" not in request.POST or not mapping.is_valid():
        return _show(request, lot, mapping, found)
    typed = {name: value for name, value in mapping.cleaned_data.items() if name != "packed"}
    try:
        done = actions.import_machines(acting_user=user_of(request), lot=lot, found=found, **typed)
    except DomainError as error:
        add_domain_error(mapping, error)
        return _show(request, lot, mapping, found)
    said = _("%(entered)s machines sont entrées dans le lot.") % {"entered": done.entered}
    if done.known or done.refused:
        said += " " + _("%(known)s déjà connues et %(refused)s refusées n'ont pas été touchées.") % {
            "known": done.known,
            "refused": done.refused,
        }
    messages.success(request, said + " " + _("Prochain pas : imprimer leurs étiquettes."))
    return SeeOther(reverse("equipment:lot", args=[lot.pk]))


def _show(request: HttpRequest, lot: Lot, form: MappingForm, found: MachineList) -> HttpResponseBase:
    """The second look: columns, then each line with what would become of it."""
    valid = form.is_valid()
    lines = judge(found, form.cleaned_data["mapping"], lot=lot, kind=form.cleaned_data["kind"]) if valid else []
    counts = Counter(line.verdict for line in lines)
    context = {
        "lot": lot,
        "form": form,
        "found": found,
        "lines": sorted(lines, key=lambda line: (line.verdict == Verdict.NEW, line.number))[:_SHOWN],
        "more": max(len(lines) - _SHOWN, 0),
        "new": counts[Verdict.NEW],
        "known": counts[Verdict.KNOWN],
        "refused": counts[Verdict.REFUSED],
    }
    return render(request, "equipment/lot_list_check.html", context, status=200 if valid else UNPROCESSABLE)

"""From a donor's promise to the machines of a lot: each page shows what was done and the one thing to do next."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.documents.http import as_attachment
from declic.equipment import actions
from declic.equipment.access import (
    access_collection,
    access_lot,
    access_promise,
    visible_devices,
    visible_of,
)
from declic.equipment.enums import CollectionState, DeviceState, PromiseState
from declic.equipment.forms.collecting import (
    CollectedForm,
    CollectionForm,
    CountForm,
    LotForm,
    PromiseEditForm,
    PromiseForm,
    TransferDocumentForm,
    lines_of,
)
from declic.equipment.incoming import (
    lot_states,
    lots_with_counts,
    partners_of,
    promise_counts,
    promises_with_counts,
)
from declic.equipment.models import Collection, Lot, Promise
from declic.equipment.public_gifts import sale_ceiling, value_ceiling
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Site

P = Permission.MANAGE_STOCK
VIEWS = {"a-collecter": PromiseState.OPEN, "collectees": PromiseState.COLLECTED, "abandonnees": PromiseState.CANCELLED}
"""The tabs of the list, by the word in their address."""


def promises(request: HttpRequest) -> HttpResponseBase:
    """What donors promised, by what is still awaited."""
    require(request.user, P)
    asked = request.GET.get("vue", "")
    view = asked if asked in VIEWS else "a-collecter"
    everything = visible_of(Promise, user_of(request))
    rows = promises_with_counts(everything.filter(state=VIEWS[view])).select_related("donor")
    counts = promise_counts(everything)
    tabs = [
        ("a-collecter", _("À collecter"), counts[PromiseState.OPEN]),
        ("collectees", _("Collectées"), counts[PromiseState.COLLECTED]),
        ("abandonnees", _("Abandonnées"), counts[PromiseState.CANCELLED]),
    ]
    page = keyset_page(rows, request.GET, order=(("promised_on", True), ("pk", True)), size=30)
    context = {"page": page, "tabs": tabs, "view": view, "total": sum(counts.values()), "today": today()}
    return render(request, "equipment/promises.html", context)


def promise_create(request: HttpRequest) -> HttpResponseBase:
    """Note what a donor says that it will give."""
    operator = acting_operator(request, P)
    user = user_of(request)
    donors = partners_of(operator, PartnershipKind.DONOR)
    return submit(
        request,
        PromiseForm(**posted(request), initial={"on": today()}, donors=donors),
        lambda **typed: actions.record_promise(acting_user=user, operator=operator, **typed),
        success=_("Promesse notée. Prochain pas : prévoir la collecte."),
        to=_promise_page,
        template="equipment/promise_form.html",
        context={"no_donor": not donors.exists(), "ceiling": value_ceiling(operator, today())},
    )


def _promise_page(promise: Promise) -> str:
    return reverse("equipment:promise", args=[promise.pk])


def promise(request: HttpRequest, promise_id: int) -> HttpResponseBase:
    """One promise: its next step, what it holds, its collections and their lots."""
    found = access_promise(promise_id, user_of(request))
    collections = list(found.collections.select_related("lot", "transfer_document").order_by("planned_on", "pk"))
    lines = list(found.lines.all())
    planned = next((one for one in collections if one.state == CollectionState.PLANNED), None)
    waiting = next((one for one in collections if one.state == CollectionState.COLLECTED and not _lot_of(one)), None)
    undocumented = next(
        (one for one in collections if one.state == CollectionState.COLLECTED and one.transfer_document is None), None
    )
    unvalued = found.public_body and any(line.unit_value is None for line in lines)
    for line in lines:
        line.sale_ceiling = sale_ceiling(found.operator, line.kind, today()) if found.public_body else None  # type: ignore[attr-defined]
    context = {
        "promise": found,
        "lines": lines,
        "collections": [(one, _lot_of(one)) for one in collections],
        "promised": sum(line.count for line in lines),
        "collected": sum(one.count or 0 for one in collections),
        "planned": planned,
        "waiting": waiting,
        "undocumented": undocumented,
        # Asked by the next step: the list below does not ask again.
        "document_asked": None if waiting or planned or found.state == PromiseState.OPEN else undocumented,
        "unvalued": unvalued,
        "ceiling": value_ceiling(found.operator, today()) if found.public_body else None,
        "is_open": found.state == PromiseState.OPEN,
        "today": today(),
    }
    return render(request, "equipment/promise.html", context)


def _lot_of(collection: Collection) -> Lot | None:
    return getattr(collection, "lot", None)


def promise_edit(request: HttpRequest, promise_id: int) -> HttpResponseBase:
    """Correct what is promised."""
    user = user_of(request)
    found = access_promise(promise_id, user)
    initial = {"public_body": found.public_body, "note": found.note, **lines_of(found)}
    return submit(
        request,
        PromiseEditForm(**posted(request), initial=initial),
        lambda **typed: actions.correct_promise(acting_user=user, promise=found, **typed),
        success=_("Promesse corrigée."),
        to=_promise_page,
        template="equipment/promise_form.html",
        context={"promise": found, "ceiling": value_ceiling(found.operator, today())},
    )


@post_action
def promise_give_up(request: HttpRequest, promise_id: int) -> Done:
    """Nothing will come of a promise."""
    found = actions.give_up_promise(acting_user=user_of(request), promise=access_promise(promise_id, user_of(request)))
    return Done(_("Promesse abandonnée."), _promise_page(found))


def collection_plan(request: HttpRequest, promise_id: int) -> HttpResponseBase:
    """Say when and where the machines are fetched."""
    user = user_of(request)
    found = access_promise(promise_id, user)
    return submit(
        request,
        CollectionForm(**posted(request)),
        lambda **typed: actions.plan_collection(acting_user=user, promise=found, **typed),
        success=_("Collecte prévue. Ce jour-là, comptez les machines et faites signer l'acte de cession."),
        to=_promise_page(found),
        template="equipment/collection_form.html",
        context={"promise": found},
    )


def collection_done(request: HttpRequest, collection_id: int) -> HttpResponseBase:
    """The machines are with us."""
    user = user_of(request)
    collection = access_collection(collection_id, user)
    promised = sum(collection.promise.lines.values_list("count", flat=True))
    return submit(
        request,
        CollectedForm(**posted(request), initial={"on": today(), "count": promised or None, "last": True}),
        lambda **typed: actions.complete_collection(acting_user=user, collection=collection, **typed),
        success=_("Collecte enregistrée. Prochain pas : recevoir le lot, pour que chaque machine ait son étiquette."),
        to=_promise_page(collection.promise),
        template="equipment/collected_form.html",
        context={"collection": collection, "promise": collection.promise},
    )


@post_action
def collection_cancel(request: HttpRequest, collection_id: int) -> Done:
    """The journey does not take place."""
    collection = access_collection(collection_id, user_of(request))
    actions.cancel_collection(acting_user=user_of(request), collection=collection)
    return Done(
        _("Collecte annulée. La promesse attend toujours : prévoyez un autre jour."), _promise_page(collection.promise)
    )


def collection_document(request: HttpRequest, collection_id: int) -> HttpResponseBase:
    """Join the signed transfer document."""
    user = user_of(request)
    collection = access_collection(collection_id, user)
    return submit(
        request,
        TransferDocumentForm(**posted(request)),
        lambda upload: actions.attach_transfer_document(acting_user=user, collection=collection, upload=upload),
        success=_("Acte de cession joint."),
        to=_promise_page(collection.promise),
        template="equipment/collection_document.html",
        context={"collection": collection, "promise": collection.promise},
    )


@require_safe
def transfer_document(request: HttpRequest, collection_id: int) -> HttpResponseBase:
    """The signed transfer document, to be saved."""
    document = access_collection(collection_id, user_of(request)).transfer_document
    if document is None:
        raise Http404
    return as_attachment(document)


def lots(request: HttpRequest) -> HttpResponseBase:
    """Lots that came in, the latest first."""
    require(request.user, P)
    rows = lots_with_counts(visible_of(Lot, user_of(request))).select_related("donor")
    page = keyset_page(rows, request.GET, order=(("received_on", True), ("pk", True)), size=30)
    return render(request, "equipment/lots.html", {"page": page})


def lot_create(request: HttpRequest) -> HttpResponseBase:
    """Take in a lot: its machines at once, by their number, or later."""
    operator = acting_operator(request, P)
    return _receive(request, operator, None)


def lot_collect(request: HttpRequest, collection_id: int) -> HttpResponseBase:
    """Take in the lot of a collection."""
    collection = access_collection(collection_id, user_of(request))
    lot = _lot_of(collection)
    if lot is not None and request.method != "POST":
        return redirect("equipment:lot", lot.pk)
    return _receive(request, collection.promise.operator, collection)


def _receive(request: HttpRequest, operator: Organisation, collection: Collection | None) -> HttpResponseBase:
    user = user_of(request)
    initial: dict[str, Any] = {"on": today(), "tag_prefix": "PC", "kind": "laptop"}
    if collection is not None:
        initial |= {
            "label": f"{collection.promise.donor.name[:120]}, {(collection.collected_on or today()):%d/%m/%Y}",
            "count": collection.count,
            "later": True,
        }
    form = LotForm(
        **posted(request),
        initial=initial,
        sites=Site.objects.filter(operator=operator, closed_on__isnull=True),
        donors=partners_of(operator, PartnershipKind.DONOR) if collection is None else None,
        refurbishers=partners_of(operator, PartnershipKind.REFURBISHER),
    )

    def receive(*, later: bool, **typed: Any) -> Lot:
        if later:
            said = {name: typed[name] for name in ("label", "on", "count", "transfer_reference")}
            donor = typed.get("donor")
            return actions.open_lot(
                acting_user=user, operator=operator, donor=donor, collection=collection, once=True, **said
            )
        return actions.receive_lot(acting_user=user, operator=operator, collection=collection, once=True, **typed)

    return submit(
        request,
        form,
        receive,
        success=lambda lot: _received_said(lot, later=form.cleaned_data["later"]),
        to=lambda lot: reverse("equipment:lot", args=[lot.pk]),
        template="equipment/lot_form.html",
        context={"collection": collection},
    )


def _received_said(lot: Lot, *, later: bool) -> str:
    if later:
        return _("Lot « %(lot)s » ouvert. Prochain pas : entrer ses machines.") % {"lot": lot}
    return ngettext(
        "Lot « %(lot)s » reçu : %(count)s machine. Prochain pas : la trier.",
        "Lot « %(lot)s » reçu : %(count)s machines. Prochain pas : les trier.",
        lot.count,
    ) % {"lot": lot, "count": lot.count}


def lot(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """One lot: what was entered, where its machines are now, how to add the others."""
    user = user_of(request)
    found = access_lot(lot_id, user)
    states = lot_states(found)
    entered = sum(number for _state, number in states)
    devices = visible_devices(user, P).filter(lot=found).select_related("site")
    context = {
        "lot": found,
        "states": states,
        "entered": entered,
        "left": max(found.count - entered, 0),
        "to_sort": dict(states).get(DeviceState.RECEIVED, 0),
        "page": keyset_page(devices, request.GET, order=(("tag", False),), size=50),
    }
    return render(request, "equipment/lot.html", context)


def lot_count(request: HttpRequest, lot_id: int) -> HttpResponseBase:
    """Add machines of one kind by their number."""
    user = user_of(request)
    found = access_lot(lot_id, user)
    entered = found.devices.count()
    form = CountForm(
        **posted(request),
        initial={"count": max(found.count - entered, 0) or None, "known": entered, "tag_prefix": "PC"},
        sites=Site.objects.filter(operator=found.operator, closed_on__isnull=True),
        refurbishers=partners_of(found.operator, PartnershipKind.REFURBISHER),
    )
    return submit(
        request,
        form,
        lambda **typed: actions.add_by_count(acting_user=user, lot=found, **typed),
        success=lambda made: (
            _("%(count)s machines ajoutées, de %(first)s à %(last)s. Prochain pas : imprimer leurs étiquettes.")
            % {"count": len(made), "first": made[0].tag, "last": made[-1].tag}
        ),
        to=reverse("equipment:lot", args=[found.pk]),
        template="equipment/lot_count.html",
        context={"lot": found},
    )

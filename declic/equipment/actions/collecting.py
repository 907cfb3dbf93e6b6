"""From what a donor promises to the machines on our table: promise, collection, lot, machines by count."""

import datetime
import uuid
from collections.abc import Mapping

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.documents.actions import check_file, store_checked
from declic.documents.models import DocumentKind
from declic.equipment.enums import (
    COLLECTION_TRANSITIONS,
    PROMISE_TRANSITIONS,
    CollectionState,
    DeviceKind,
    PromiseState,
)
from declic.equipment.models import Collection, Device, Lot, Promise, PromiseLine
from declic.equipment.numbering import (
    checked_prefix,
    hold_tags,
    next_number,
    require_known,
    require_own_site,
    typed_fields,
)
from declic.equipment.public_gifts import require_fair_value
from declic.equipment.tags import tag_of
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation, Partnership, Site

MOST_AT_ONCE = 1000
_MOST_PROMISED = 100_000

type Lines = Mapping[str, tuple[int, int | None]]
"""By kind of machine: how many, and what one is worth in cents (None: not known)."""


@transaction.atomic
def record_promise(
    *,
    acting_user: User,
    operator: Organisation,
    donor: Organisation,
    public_body: bool,
    on: datetime.date,
    lines: Lines,
    token: uuid.UUID,
    note: str = "",
) -> Promise:
    """Write down what a donor says that it will give. The same token gives the same promise back.

    Raises DomainError for a structure that is not a donor of the operator, no machine, or a public body's machine that
    is worth more than it may give (rule 26).
    """
    if not Partnership.objects.filter(operator=operator, partner=donor, kind=PartnershipKind.DONOR).exists():
        raise DomainError(_("Cette structure n'est pas un de vos donateurs : choisissez-en un."), field="donor")
    hold_tags(operator)
    already = Promise.objects.filter(operator=operator, token=token).first()
    if already is not None:
        return already
    _require_lines(operator, lines, public_body=public_body, on=on)
    promise = Promise.objects.create(
        operator=operator,
        donor=donor,
        public_body=public_body,
        promised_on=on,
        note=note.strip()[:300],
        recorded_by=acting_user,
        token=token,
    )
    _write_lines(promise, lines)
    return promise


@transaction.atomic
def correct_promise(*, acting_user: User, promise: Promise, public_body: bool, lines: Lines, note: str = "") -> Promise:
    """Correct what is promised while it is still to be collected."""
    promise = _lock_promise(promise)
    _require_open(promise)
    _require_lines(promise.operator, lines, public_body=public_body, on=promise.promised_on)
    promise.public_body, promise.note = public_body, note.strip()[:300]
    promise.save(update_fields=["public_body", "note"])
    _write_lines(promise, lines)
    return promise


def _require_lines(operator: Organisation, lines: Lines, *, public_body: bool, on: datetime.date) -> None:
    if not any(count for count, _value in lines.values()):
        raise DomainError(_("Écrivez combien de machines sont promises, pour un type au moins."))
    for kind, (count, value) in lines.items():
        if count > _MOST_PROMISED:
            raise DomainError(_("Ce nombre est trop grand : vérifiez-le."), field=f"{kind}_count")
        if count and public_body:
            require_fair_value(operator, value, on, field=f"{kind}_value")


def _write_lines(promise: Promise, lines: Lines) -> None:
    promise.lines.all().delete()
    PromiseLine.objects.bulk_create(
        PromiseLine(operator=promise.operator, promise=promise, kind=kind, count=count, unit_value=value)
        for kind, (count, value) in lines.items()
        if count
    )


@transaction.atomic
def give_up_promise(*, acting_user: User, promise: Promise) -> Promise:
    """Nothing will come of it; collections still planned are cancelled with it."""
    promise = _lock_promise(promise)
    PROMISE_TRANSITIONS.require(
        promise.state, PromiseState.CANCELLED, _("Cette promesse n'attend plus rien : elle est déjà close.")
    )
    if promise.collections.filter(state=CollectionState.COLLECTED).exists():
        raise DomainError(_("Des machines de cette promesse sont déjà collectées : déclarez-la plutôt terminée."))
    for collection in promise.collections.filter(state=CollectionState.PLANNED):
        _cancel(collection)
    promise.state = PromiseState.CANCELLED
    promise.save(update_fields=["state"])
    return promise


@transaction.atomic
def plan_collection(
    *,
    acting_user: User,
    promise: Promise,
    planned_on: datetime.date,
    token: uuid.UUID,
    place: str = "",
    note: str = "",
) -> Collection:
    """Say when and where we fetch what is promised. The same token gives the same collection back."""
    promise = _lock_promise(promise)
    already = Collection.objects.filter(operator=promise.operator_id, token=token).first()
    if already is not None:
        return already
    _require_open(promise)
    if planned_on < promise.promised_on:
        raise DomainError(
            _("La collecte vient après la promesse (%(day)s) : changez la date.")
            % {"day": format_day(promise.promised_on)},
            field="planned_on",
        )
    return Collection.objects.create(
        operator=promise.operator,
        promise=promise,
        planned_on=planned_on,
        place=place.strip()[:200],
        note=note.strip()[:300],
        recorded_by=acting_user,
        token=token,
    )


@transaction.atomic
def complete_collection(
    *,
    acting_user: User,
    collection: Collection,
    on: datetime.date,
    count: int,
    upload: "File[bytes] | None" = None,
    last: bool = True,
    note: str = "",
) -> Collection:
    """The machines are with us: how many, on which day, with the transfer document if it is there.

    With `last` nothing more is awaited of the promise. A public body says what its machines are worth first (rule 26).
    """
    checked = check_file(upload) if upload is not None else None
    promise = _lock_promise(collection.promise)
    collection = Collection.objects.select_for_update(of=("self",)).get(pk=collection.pk)
    _require_planned(collection, CollectionState.COLLECTED)
    if on < promise.promised_on:
        raise DomainError(_("La collecte vient après la promesse : changez la date."), field="on")
    if not 1 <= count <= _MOST_PROMISED:
        raise DomainError(_("Écrivez combien de machines sont parties avec vous."), field="count")
    if promise.public_body:
        for line in promise.lines.all():
            if line.unit_value is None:
                raise DomainError(
                    _(
                        "Une administration donne des machines de faible valeur : écrivez d'abord dans la promesse ce que vaut"
                        " un « %(kind)s »."
                    )
                    % {"kind": line.get_kind_display()}
                )
            require_fair_value(promise.operator, line.unit_value, on)
    collection.state = CollectionState.COLLECTED
    collection.collected_on, collection.count = on, count
    if note.strip():
        collection.note = note.strip()[:300]
    if last and promise.state == PromiseState.OPEN:
        promise.state = PromiseState.COLLECTED
        promise.save(update_fields=["state"])
    if checked is not None:
        collection.transfer_document = store_checked(
            acting_user=acting_user,
            operator=promise.operator,
            kind=DocumentKind.PROOF,
            title=_document_title(promise, on),
            checked=checked,
        )
    collection.save()
    return collection


@transaction.atomic
def attach_transfer_document(*, acting_user: User, collection: Collection, upload: "File[bytes]") -> Collection:
    """Keep the signed transfer document of a collection that came without it."""
    checked = check_file(upload)
    collection = (
        Collection.objects.select_for_update(of=("self",)).select_related("promise__donor").get(pk=collection.pk)
    )
    if collection.state != CollectionState.COLLECTED or collection.collected_on is None:
        raise DomainError(_("Enregistrez d'abord la collecte : l'acte de cession vient avec les machines."))
    if collection.transfer_document_id is not None:
        raise DomainError(_("L'acte de cession de cette collecte est déjà là."))
    collection.transfer_document = store_checked(
        acting_user=acting_user,
        operator=collection.promise.operator,
        kind=DocumentKind.PROOF,
        title=_document_title(collection.promise, collection.collected_on),
        checked=checked,
    )
    collection.save(update_fields=["transfer_document"])
    return collection


def _document_title(promise: Promise, on: datetime.date) -> str:
    return _("Acte de cession %(donor)s %(day)s") % {"donor": promise.donor.name[:120], "day": on.isoformat()}


@transaction.atomic
def cancel_collection(*, acting_user: User, collection: Collection) -> Collection:
    """The journey does not take place; the promise still waits for another one."""
    _lock_promise(collection.promise)
    return _cancel(Collection.objects.select_for_update(of=("self",)).get(pk=collection.pk))


def _cancel(collection: Collection) -> Collection:
    _require_planned(collection, CollectionState.CANCELLED)
    collection.state = CollectionState.CANCELLED
    collection.save(update_fields=["state"])
    return collection


def _require_planned(collection: Collection, state: CollectionState) -> None:
    done = collection.state == CollectionState.COLLECTED
    COLLECTION_TRANSITIONS.require(
        collection.state,
        state,
        _("Cette collecte est déjà enregistrée : rien n'a été fait deux fois.")
        if done
        else _("Cette collecte est annulée."),
    )


def _lock_promise(promise: Promise) -> Promise:
    return (
        Promise.objects.select_for_update(no_key=True, of=("self",))
        .select_related("operator", "donor")
        .get(pk=promise.pk)
    )


def _require_open(promise: Promise) -> None:
    if promise.state != PromiseState.OPEN:
        raise DomainError(_("Cette promesse n'attend plus de collecte : notez-en une nouvelle."))


@transaction.atomic
def open_lot(
    *,
    acting_user: User,
    operator: Organisation,
    label: str,
    on: datetime.date,
    count: int,
    donor: Organisation | None = None,
    collection: Collection | None = None,
    transfer_reference: str = "",
    once: bool = False,
) -> Lot:
    """Open a lot whose machines come in by scan, by list or by count; `count` is how many are announced.

    With `once`, a lot of the same name received on the same day is refused. A collection gives its donor, and one lot.
    """
    if not 1 <= count <= _MOST_PROMISED:
        raise DomainError(_("Écrivez combien de machines compte ce lot."), field="count")
    hold_tags(operator)
    if collection is not None:
        collection = Collection.objects.select_for_update(of=("self",)).select_related("promise").get(pk=collection.pk)
        if collection.operator_id != operator.pk or collection.state != CollectionState.COLLECTED:
            raise DomainError(_("Enregistrez d'abord la collecte, puis recevez son lot."))
        if Lot.objects.filter(collection=collection).exists():
            raise DomainError(_("Le lot de cette collecte est déjà ouvert : ajoutez-y les machines."))
        donor = collection.promise.donor
    if once and Lot.objects.filter(operator=operator, label=label, received_on=on).exists():
        raise DomainError(
            _("Un lot de ce nom est déjà reçu ce jour-là : regardez le stock, ou donnez un autre nom à celui-ci."),
            field="label",
        )
    return Lot.objects.create(
        operator=operator,
        donor=donor,
        label=label,
        received_on=on,
        count=count,
        collection=collection,
        transfer_reference=transfer_reference,
    )


@transaction.atomic
def receive_lot(
    *,
    acting_user: User,
    operator: Organisation,
    label: str,
    on: datetime.date,
    count: int,
    kind: DeviceKind | str,
    donor: Organisation | None = None,
    refurbisher: Organisation | None = None,
    brand: str = "",
    model: str = "",
    site: Site | None = None,
    tag_prefix: str = "PC",
    transfer_reference: str = "",
    collection: Collection | None = None,
    once: bool = False,
) -> Lot:
    """Take in `count` machines that came together; each gets the next tag of the prefix (`PC-0042`).

    With `once`, a lot of the same name received on the same day is refused: a form sent twice adds no machine.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise DomainError(_("Un lot compte de 1 à %(most)s machines.") % {"most": MOST_AT_ONCE}, field="count")
    checked_prefix(tag_prefix)
    require_own_site(operator.pk, site)
    lot = open_lot(
        acting_user=acting_user,
        operator=operator,
        label=label,
        on=on,
        count=count,
        donor=donor,
        collection=collection,
        transfer_reference=transfer_reference,
        once=once,
    )
    add_by_count(
        acting_user=acting_user,
        lot=lot,
        count=count,
        kind=kind,
        brand=brand,
        model=model,
        site=site,
        refurbisher=refurbisher,
        tag_prefix=tag_prefix,
    )
    return lot


@transaction.atomic
def add_by_count(
    *,
    acting_user: User,
    lot: Lot,
    count: int,
    kind: DeviceKind | str,
    brand: str = "",
    model: str = "",
    site: Site | None = None,
    refurbisher: Organisation | None = None,
    tag_prefix: str = "PC",
    known: int | None = None,
) -> list[Device]:
    """Add so many machines of one kind to a lot, each with the next tag.

    `known` is how many machines the page showed: a form sent twice, or a stale page, adds none.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise DomainError(_("On ajoute de 1 à %(most)s machines à la fois.") % {"most": MOST_AT_ONCE}, field="count")
    prefix = checked_prefix(tag_prefix)
    require_own_site(lot.operator_id, site)
    hold_tags(lot.operator_id)
    require_known(lot, known)
    first = next_number(lot.operator_id, prefix, count)
    return Device.objects.bulk_create(
        Device(
            operator_id=lot.operator_id,
            tag=tag_of(prefix, number),
            kind=kind,
            brand=brand,
            model=model,
            typed=typed_fields(brand=brand, model=model),
            lot=lot,
            refurbisher=refurbisher,
            site=site,
        )
        for number in range(first, first + count)
    )

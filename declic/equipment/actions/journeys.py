"""Machines on the way between two places: sent together, received one by one, looked for when one is missing."""

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.actions import claims
from declic.equipment.actions.locks import lock_devices
from declic.equipment.enums import ClaimKind, DeviceState, JourneyState
from declic.equipment.models import Device, Journey, JourneyLine
from declic.organisations.models import Organisation, Site

MOST_TOGETHER = 200
TRAVELLING_STATES = frozenset(
    {
        DeviceState.RECEIVED, DeviceState.TRIAGED, DeviceState.WIPING, DeviceState.WIPED, DeviceState.TESTED,
        DeviceState.INSTALLED, DeviceState.READY, DeviceState.RETURNED, DeviceState.QUARANTINED, DeviceState.PARTS,
    }
)  # fmt: skip
"""A ready machine is in transit while it travels; before that it keeps its state, since its work goes on where it arrives."""


@transaction.atomic
def send_devices(
    *,
    acting_user: User,
    operator: Organisation,
    origin: Site | None,
    destination: Site,
    devices: Sequence[Device],
    at: datetime.datetime,
    token: uuid.UUID,
    note: str = "",
) -> Journey:
    """Send machines of `origin` (None: without a place) to `destination`: taken from `at` on, all or none.

    The same token gives the same journey back. Refused when one of them lies elsewhere, is with somebody or on its way.
    """
    sent = Journey.objects.filter(token=token, operator=operator).first()
    if sent is not None:
        return sent
    if destination.operator_id != operator.pk or (origin is not None and origin.operator_id != operator.pk):
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="destination")
    if destination.closed_on is not None:
        raise DomainError(_("Ce lieu est fermé : choisissez-en un autre."), field="destination")
    if origin is not None and origin.pk == destination.pk:
        raise DomainError(
            _("Le départ et l'arrivée sont le même lieu : choisissez un autre lieu."), field="destination"
        )
    if not devices:
        raise DomainError(_("Choisissez au moins une machine à envoyer."), field="devices")
    if len(devices) > MOST_TOGETHER:
        raise DomainError(
            _("Un transport compte au plus %(most)s machines : faites-en deux.") % {"most": MOST_TOGETHER},
            field="devices",
        )
    locked = lock_devices(*devices)
    for device in locked:
        _require_sendable(device, operator, origin)
    try:
        with transaction.atomic():
            journey = Journey.objects.create(
                operator=operator,
                origin=origin,
                destination=destination,
                sent_at=at,
                sent_by=acting_user,
                note=note.strip()[:300],
                token=token,
            )
    except IntegrityError:
        # The same form sent at the same instant: the other one has done it.
        raise DomainError(_("Ces machines viennent de partir : regardez la liste des transports.")) from None
    for device in locked:
        before = device.state
        claim = claims.take(device=device, kind=ClaimKind.TRANSIT, at=at)
        if device.state == DeviceState.READY:
            device.state = DeviceState.TRANSIT
            device.save()
        JourneyLine.objects.create(operator=operator, journey=journey, device=device, claim=claim, state_before=before)
    return journey


def _require_sendable(device: Device, operator: Organisation, origin: Site | None) -> None:
    words = {"tag": device.tag, "state": DeviceState(device.state).label}
    if device.operator_id != operator.pk:
        raise DomainError(_("La machine %(tag)s n'est pas dans votre stock.") % words, field="devices")
    if device.state in (DeviceState.RESERVED, DeviceState.ON_LOAN, DeviceState.TRANSFERRED):
        raise DomainError(
            _("La machine %(tag)s est attribuée à quelqu'un : retirez-la de la liste.") % words, field="devices"
        )
    if device.state not in TRAVELLING_STATES:
        raise DomainError(_("La machine %(tag)s est « %(state)s » : retirez-la de la liste.") % words, field="devices")
    if device.site_id not in (None, origin.pk if origin is not None else None):
        raise DomainError(
            _("La machine %(tag)s n'est pas dans le lieu de départ : retirez-la, ou changez le lieu de départ.")
            % words,
            field="devices",
        )


@transaction.atomic
def receive_journey(
    *, acting_user: User, journey: Journey, devices: Iterable[Device], at: datetime.datetime
) -> list[JourneyLine]:
    """Say that these machines have arrived: each is free again, in its new place. Those received before change nothing.

    A machine said missing may still arrive. The journey ends with its last machine.
    """
    journey = _lock(journey)
    wanted = {device.pk for device in devices}
    lines = {line.device_id: line for line in _open_lines(journey)}
    known = set(journey.lines.values_list("device", flat=True))
    if strangers := wanted - known:
        tags = ", ".join(Device.objects.filter(pk__in=strangers).order_by("tag").values_list("tag", flat=True))
        raise DomainError(
            _("Pas dans ce transport : %(tags)s. Cherchez cette machine dans le stock.") % {"tags": tags},
            field="devices",
        )
    arrived = []
    for device in lock_devices(*sorted(wanted & set(lines))):
        line = lines[device.pk]
        claims.release(line.claim, at)
        device.site = journey.destination
        if device.state == DeviceState.TRANSIT:
            device.state = DeviceState.READY
        device.save()
        line.received_at, line.received_by, line.missing = at, acting_user, False
        line.save(update_fields=["received_at", "received_by", "missing"])
        arrived.append(line)
    _end_when_done(journey, at)
    return arrived


@transaction.atomic
def say_missing(*, acting_user: User, journey: Journey, at: datetime.datetime) -> list[JourneyLine]:
    """Say that nothing more came out of the van: what is not received is missing, and stays on its way until found."""
    journey = _lock(journey)
    missing = [line for line in _open_lines(journey) if not line.missing]
    if not missing:
        raise DomainError(_("Rien ne manque plus dans ce transport : tout est déjà noté."))
    for line in missing:
        line.missing = True
        line.save(update_fields=["missing"])
    if journey.state == JourneyState.SENT:
        journey.state, journey.ended_at = JourneyState.RECEIVED, at
        journey.save()
    return missing


@transaction.atomic
def lose_on_the_way(
    *, acting_user: User, journey: Journey, device: Device, at: datetime.datetime, reason: str
) -> Device:
    """Give up a machine missing from a journey: it is lost, until it is found again."""
    journey = _lock(journey)
    line = next((line for line in _open_lines(journey) if line.device_id == device.pk), None)
    if line is None or not line.missing:
        raise DomainError(
            _("La machine %(tag)s ne manque pas à ce transport : notez d'abord ce qui manque.") % {"tag": device.tag}
        )
    if not reason.strip():
        raise DomainError(_("Dites pourquoi, en quelques mots."), field="reason")
    (device,) = lock_devices(device)
    claims.release(line.claim, at)
    device.state = DeviceState.LOST
    device.note = reason.strip()[:300]
    device.save()
    return device


@transaction.atomic
def cancel_journey(*, acting_user: User, journey: Journey, at: datetime.datetime) -> Journey:
    """The van did not leave: every machine is back where it was. Refused once one of them has arrived."""
    journey = _lock(journey)
    if journey.state != JourneyState.SENT or journey.lines.filter(received_at__isnull=False).exists():
        raise DomainError(_("Ce transport est déjà arrivé, au moins en partie : il ne s'annule plus."))
    lines = _open_lines(journey)
    devices = {device.pk: device for device in lock_devices(*(line.device_id for line in lines))}
    for line in lines:
        claims.release(line.claim, at)
        device = devices[line.device_id]
        if device.state == DeviceState.TRANSIT:
            device.state = DeviceState.READY
            device.save()
    journey.state, journey.ended_at = JourneyState.CANCELLED, at
    journey.save()
    return journey


def _lock(journey: Journey) -> Journey:
    return (
        Journey.objects.select_for_update(no_key=True, of=("self",))
        .select_related("operator", "origin", "destination")
        .get(pk=journey.pk)
    )


def _open_lines(journey: Journey) -> list[JourneyLine]:
    return list(
        journey.lines.filter(received_at__isnull=True, claim__released_at__isnull=True)
        .select_related("device", "claim__device")
        .order_by("device__tag", "pk")
    )


def _end_when_done(journey: Journey, at: datetime.datetime) -> None:
    if journey.state == JourneyState.SENT and not _open_lines(journey):
        journey.state, journey.ended_at = JourneyState.RECEIVED, at
        journey.save()

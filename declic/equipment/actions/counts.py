"""Counting what lies in a place: labels scanned one by one, a result that no longer changes, corrections in one click."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.equipment.actions.locks import lock_device
from declic.equipment.enums import CountState, DeviceState
from declic.equipment.models import Claim, CountLine, Device, StockCount
from declic.equipment.shelves import SHELF_STATES, compared
from declic.equipment.tags import parse_tag
from declic.equipment.words import device_named
from declic.organisations.models import Organisation, Site


@transaction.atomic
def open_count(*, acting_user: User, operator: Organisation, site: Site, at: datetime.datetime) -> StockCount:
    """Begin to count what lies in `site`; one count at a time in a place."""
    if site.operator_id != operator.pk:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")
    again = DomainError(_("Un inventaire est déjà ouvert dans ce lieu : continuez-le."), field="site")
    if StockCount.objects.filter(site=site, state=CountState.OPEN).exists():
        raise again
    try:
        with transaction.atomic():
            return StockCount.objects.create(operator=operator, site=site, started_at=at, started_by=acting_user)
    except IntegrityError:
        raise again from None


@transaction.atomic
def scan_label(*, acting_user: User, count: StockCount, text: str, at: datetime.datetime) -> CountLine:
    """Note one label read in the place: a tag, the address in its code, or a maker's number that only one machine bears.

    The same label read twice, by one person or two, counts once. A label that no machine bears is kept too.
    """
    count = _open(count)
    tag, device = _read_label(count.operator, text)
    if not tag:
        raise DomainError(_("Scannez ou tapez une étiquette, par exemple PC-0042."), field="text")
    line, _new = CountLine.objects.get_or_create(
        count=count,
        tag=tag,
        defaults={"operator": count.operator, "device": device, "scanned_at": at, "scanned_by": acting_user},
    )
    return line


def _read_label(operator: Organisation, text: str) -> tuple[str, Device | None]:
    """What a scanner or a hand wrote, as a tag, and the machine of `operator` that bears it, if any."""
    typed = " ".join(text.split()).upper()
    device = device_named(Device.objects.filter(operator=operator), text)
    return (device.tag if device is not None else parse_tag(text) or typed[-80:]), device


@transaction.atomic
def forget_label(*, acting_user: User, count: StockCount, tag: str) -> None:
    """Take back a label read by mistake, while the count is open."""
    count = _open(count)
    CountLine.objects.filter(count=count, tag=tag).delete()


@transaction.atomic
def close_count(*, acting_user: User, count: StockCount, at: datetime.datetime) -> StockCount:
    """End the count: what was found, missing, elsewhere or unknown is written down and no longer changes."""
    count = _open(count)
    if not count.lines.exists():
        raise DomainError(_("Aucune étiquette n'est lue : scannez-en une, ou abandonnez l'inventaire."))
    count.result = compared(count)
    count.state, count.closed_at = CountState.CLOSED, at
    count.save()
    return count


@transaction.atomic
def cancel_count(*, acting_user: User, count: StockCount, at: datetime.datetime) -> StockCount:
    """Give the count up; nothing changes in the stock."""
    count = _open(count)
    count.state, count.closed_at = CountState.CANCELLED, at
    count.save()
    return count


@transaction.atomic
def put_here(*, acting_user: User, count: StockCount, device: Device) -> Device:
    """Write that a machine found by a closed count lies in its place; a lost one comes back, to be erased and tested."""
    _require_named(count, device, ("elsewhere", "away"))
    device = lock_device(device)
    if device.state == DeviceState.LOST:
        device.cycle += 1
        device.state = DeviceState.RETURNED
    elif Claim.objects.filter(device=device, released_at__isnull=True, kind="transit").exists():
        raise DomainError(
            _("La machine %(tag)s est en transport : dites son arrivée dans la page du transport.")
            % {"tag": device.tag}
        )
    elif device.state not in SHELF_STATES:
        raise DomainError(
            _("La machine %(tag)s est « %(state)s » : enregistrez d'abord son retour.")
            % {"tag": device.tag, "state": DeviceState(device.state).label}
        )
    device.site = count.site
    device.save()
    return device


@transaction.atomic
def lose_uncounted(*, acting_user: User, count: StockCount, device: Device) -> Device:
    """Declare lost a machine that a closed count did not find; refused when it has moved or been taken since."""
    _require_named(count, device, ("missing",))
    device = lock_device(device)
    if device.state == DeviceState.RESERVED:
        raise DomainError(
            _("La machine %(tag)s est réservée pour quelqu'un : choisissez-lui d'abord une autre machine.")
            % {"tag": device.tag}
        )
    taken = Claim.objects.filter(device=device, released_at__isnull=True).exists()
    if device.state not in SHELF_STATES or device.site_id != count.site_id or taken:
        raise DomainError(
            _("La machine %(tag)s a bougé depuis l'inventaire (elle est « %(state)s ») : elle n'est pas perdue.")
            % {"tag": device.tag, "state": DeviceState(device.state).label}
        )
    day = localtime(count.closed_at or count.started_at).date()
    device.state = DeviceState.LOST
    device.note = _("Introuvable à l'inventaire du %(day)s.") % {"day": format_day(day)}
    device.save()
    return device


def _require_named(count: StockCount, device: Device, lists: tuple[str, ...]) -> None:
    if count.state != CountState.CLOSED:
        raise DomainError(_("Terminez d'abord l'inventaire : les corrections viennent après."))
    named = {row["tag"] for name in lists for row in count.result.get(name, [])}
    if device.tag not in named or device.operator_id != count.operator_id:
        raise DomainError(_("Cet inventaire ne dit rien de la machine %(tag)s.") % {"tag": device.tag})


def _open(count: StockCount) -> StockCount:
    """The count, locked: two people scan at once, one of them may close it."""
    found = (
        StockCount.objects.select_for_update(no_key=True, of=("self",))
        .select_related("operator", "site")
        .get(pk=count.pk)
    )
    if found.state != CountState.OPEN:
        raise DomainError(_("Cet inventaire est terminé : ouvrez-en un autre pour continuer."))
    return found

"""Labels printed ahead of the machines, and the only counter of tags: no two machines, no two labels bear the same."""

import datetime
import uuid

from django.db import transaction
from django.db.models.deletion import ProtectedError, RestrictedError
from django.db.utils import IntegrityError
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import DeviceKind, DeviceState
from declic.equipment.models import Device, LabelRun, Lot
from declic.equipment.numbering import (
    checked_prefix,
    hold_tags,
    is_printed,
    next_number,
    require_own_site,
    typed_fields,
)
from declic.equipment.tags import parse_tag
from declic.organisations.models import Organisation, Site

MOST_LABELS = 1000
# A label put on the wrong machine is taken back while it is in one's hand, not a week later.
UNDO_HOURS = 24


@transaction.atomic
def print_labels(
    *,
    acting_user: User,
    operator: Organisation,
    tag_prefix: str,
    count: int,
    at: datetime.datetime,
    token: uuid.UUID,
) -> LabelRun:
    """Set aside the next `count` tags of a prefix, to be printed and stuck before the machines are known.

    The same token gives the same run back.
    """
    prefix = checked_prefix(tag_prefix)
    if not 1 <= count <= MOST_LABELS:
        raise DomainError(_("On imprime de 1 à %(most)s étiquettes à la fois.") % {"most": MOST_LABELS}, field="sheets")
    hold_tags(operator)
    already = LabelRun.objects.filter(operator=operator, token=token).first()
    if already is not None:
        return already
    return LabelRun.objects.create(
        operator=operator,
        prefix=prefix,
        first=next_number(operator, prefix, count),
        count=count,
        printed_at=at,
        printed_by=acting_user,
        token=token,
    )


@transaction.atomic
def enter_by_label(
    *,
    acting_user: User,
    lot: Lot,
    tag: str,
    kind: DeviceKind | str,
    at: datetime.datetime,
    brand: str = "",
    model: str = "",
    site: Site | None = None,
    refurbisher: Organisation | None = None,
) -> Device:
    """The machine on which a label printed ahead has just been stuck; refused, kindly, when the label is not free."""
    wanted = parse_tag(tag)
    if not wanted:
        raise DomainError(
            _("Ceci n'est pas une étiquette de machine : scannez le carré noir et blanc de l'étiquette."), field="tag"
        )
    require_own_site(lot.operator_id, site)
    hold_tags(lot.operator_id)
    worn_by = Device.objects.select_related("lot").filter(operator=lot.operator_id, tag=wanted).first()
    if worn_by is not None:
        if worn_by.lot_id == lot.pk:
            message = _("%(tag)s est déjà entrée dans ce lot : passez à la suivante.")
        else:
            message = _("%(tag)s est déjà sur une machine du lot « %(lot)s » : prenez une autre étiquette.")
        raise DomainError(message % {"tag": wanted, "lot": worn_by.lot or "–"}, field="tag")
    if not is_printed(lot.operator_id, wanted):
        raise DomainError(
            _(
                "%(tag)s ne vient pas de vos planches : imprimez d'abord des étiquettes, ou entrez la machine par le nombre."
            )
            % {"tag": wanted},
            field="tag",
        )
    return Device.objects.create(
        operator_id=lot.operator_id,
        tag=wanted,
        kind=kind,
        brand=brand,
        model=model,
        typed=typed_fields(brand=brand, model=model),
        lot=lot,
        site=site,
        refurbisher=refurbisher,
    )


@transaction.atomic
def undo_label(*, acting_user: User, device: Device, at: datetime.datetime) -> str:
    """Take back a machine entered by mistake, while nothing is known of it but its label, which is free again.

    Its history keeps that it was there. The database refuses this for any other machine.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    fresh = at - device.created_at < datetime.timedelta(hours=UNDO_HOURS)
    if device.state != DeviceState.RECEIVED or device.cycle != 1 or not fresh:
        raise DomainError(
            _("La machine %(tag)s est déjà entrée pour de bon : corrigez sa fiche, ou mettez-la de côté.")
            % {"tag": device.tag}
        )
    device.note = _("saisie annulée")
    device.save(update_fields=["note", "updated_at"])
    tag = device.tag
    try:
        with transaction.atomic():
            device.delete()
    except (ProtectedError, RestrictedError, IntegrityError):
        raise DomainError(
            _("On sait déjà des choses de la machine %(tag)s : corrigez sa fiche, ou mettez-la de côté.") % {"tag": tag}
        ) from None
    return tag

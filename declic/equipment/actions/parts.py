"""Parts and accessories: what comes in, what is used, what is moved; the stock of a place never goes below zero."""

import datetime
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.equipment.enums import DeviceState, PartKind, PartReason
from declic.equipment.models import Device, Part, PartMovement
from declic.equipment.shelves import part_stock
from declic.organisations.models import Organisation, Site

_MOST = 100_000
_SALVAGED_FROM = (DeviceState.PARTS, DeviceState.SCRAPPED)


@transaction.atomic
def create_part(
    *, acting_user: User, operator: Organisation, kind: PartKind | str, name: str, minimum: int = 0
) -> Part:
    """Begin to count a part; its name is its identity."""
    return _named_once(Part(operator=operator, kind=kind, name=name.strip(), minimum=minimum))


@transaction.atomic
def edit_part(*, acting_user: User, part: Part, kind: PartKind | str, name: str, minimum: int) -> Part:
    """Correct what a part is called, or the stock below which the team is warned."""
    part = _lock(part)
    part.kind, part.name, part.minimum = PartKind(kind), name.strip(), minimum
    return _named_once(part)


@transaction.atomic
def end_part(*, acting_user: User, part: Part, on: datetime.date) -> Part:
    """Stop counting a part: it leaves the lists and keeps its movements; refused while some are in stock."""
    part = _lock(part)
    _require_counted(part)
    if held := part.movements.aggregate(held=Sum("quantity"))["held"]:
        raise DomainError(
            _("Il en reste %(held)s en stock : notez d'abord ce qu'elles deviennent.") % {"held": held},
        )
    part.ended_on = on
    part.save(update_fields=["ended_on"])
    return part


@transaction.atomic
def resume_part(*, acting_user: User, part: Part) -> Part:
    """Count a part again: its name is taken, so that it cannot be added anew."""
    part = _lock(part)
    if part.ended_on is None:
        raise DomainError(_("Cette pièce est déjà parmi celles que l'on compte."))
    part.ended_on = None
    part.save(update_fields=["ended_on"])
    return part


def _require_counted(part: Part) -> None:
    if part.ended_on is not None:
        raise DomainError(_("Cette pièce n'est plus utilisée : reprenez-la d'abord sur sa page."))


def _named_once(part: Part) -> Part:
    if not part.name:
        raise DomainError(_("Écrivez le nom de la pièce."), field="name")
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError:
        raise DomainError(
            _("Une pièce porte déjà ce nom. Si elle n'est plus utilisée, reprenez-la sur sa page."), field="name"
        ) from None
    return part


@transaction.atomic
def move_part(
    *,
    acting_user: User,
    part: Part,
    site: Site | None,
    quantity: int,
    reason: PartReason | str,
    on: datetime.date,
    token: uuid.UUID,
    note: str = "",
    device: Device | None = None,
) -> PartMovement:
    """Write that `quantity` of a part came in (above zero) or went out (below) in a place; the same token counts once."""
    done = PartMovement.objects.filter(token=token, part=part).first()
    if done is not None:
        return done
    part = _lock(part)
    if (site is not None and site.operator_id != part.operator_id) or (
        device is not None and device.operator_id != part.operator_id
    ):
        raise DomainError(_("Ce lieu ou cette machine n'est pas à vous."), field="site")
    _require_counted(part)
    if quantity == 0 or abs(quantity) > _MOST:
        raise DomainError(_("Écrivez une quantité d'au moins 1."), field="quantity")
    held = part_stock(part, site)
    if held + quantity < 0:
        raise DomainError(
            _("Il n'y a que %(held)s « %(part)s » à cet endroit : vérifiez la quantité, ou comptez de nouveau.")
            % {"held": held, "part": part.name},
            field="quantity",
        )
    if held + quantity > _MOST:
        raise DomainError(_("C'est plus que ce qui se compte ici : vérifiez la quantité."), field="quantity")
    try:
        with transaction.atomic():
            return PartMovement.objects.create(
                operator=part.operator,
                part=part,
                site=site,
                quantity=quantity,
                reason=reason,
                device=device,
                note=note.strip()[:200],
                on=on,
                recorded_by=acting_user,
                token=token,
            )
    except IntegrityError:
        raise DomainError(_("Ce mouvement est déjà enregistré.")) from None


@transaction.atomic
def use_part(
    *,
    acting_user: User,
    part: Part,
    device: Device,
    site: Site | None,
    quantity: int,
    on: datetime.date,
    token: uuid.UUID,
) -> PartMovement:
    """Take parts out of the stock of `site` and mount them on a machine."""
    _at_least_one(quantity)
    return move_part(
        acting_user=acting_user,
        part=part,
        site=site,
        quantity=-quantity,
        reason=PartReason.USED,
        on=on,
        token=token,
        device=device,
    )


@transaction.atomic
def salvage_part(
    *,
    acting_user: User,
    part: Part,
    device: Device,
    site: Site | None,
    quantity: int,
    on: datetime.date,
    token: uuid.UUID,
) -> PartMovement:
    """Take parts into stock from a machine kept for its parts or sent to waste."""
    _at_least_one(quantity)
    if device.state not in _SALVAGED_FROM:
        raise DomainError(
            _("La machine %(tag)s n'est pas gardée pour ses pièces : mettez-la d'abord de côté.") % {"tag": device.tag},
            field="device",
        )
    return move_part(
        acting_user=acting_user,
        part=part,
        site=site,
        quantity=quantity,
        reason=PartReason.SALVAGED,
        on=on,
        token=token,
        device=device,
    )


@transaction.atomic
def carry_part(
    *,
    acting_user: User,
    part: Part,
    site: Site | None,
    destination: Site,
    quantity: int,
    on: datetime.date,
    token: uuid.UUID,
    note: str = "",
) -> PartMovement:
    """Carry parts from one place to another: out of one and into the other, both or neither."""
    _at_least_one(quantity)
    if site is not None and site.pk == destination.pk:
        raise DomainError(
            _("Le départ et l'arrivée sont le même lieu : choisissez un autre lieu."), field="destination"
        )
    out, _into = [
        move_part(
            acting_user=acting_user,
            part=part,
            site=place,
            quantity=change,
            reason=PartReason.MOVED,
            on=on,
            token=key,
            note=note,
        )
        for place, change, key in ((site, -quantity, token), (destination, quantity, uuid.uuid5(token, "arrivée")))
    ]
    return out


@transaction.atomic
def count_part(
    *,
    acting_user: User,
    part: Part,
    site: Site | None,
    counted: int,
    on: datetime.date,
    token: uuid.UUID,
    note: str = "",
) -> PartMovement | None:
    """Write what was counted: the difference with the stock is a movement of its own; None when there is none."""
    if counted < 0 or counted > _MOST:
        raise DomainError(_("Écrivez le nombre compté."), field="quantity")
    if (done := PartMovement.objects.filter(token=token, part=part).first()) is not None:
        return done
    part = _lock(part)
    difference = counted - part_stock(part, site)
    if difference == 0:
        return None
    return move_part(
        acting_user=acting_user,
        part=part,
        site=site,
        quantity=difference,
        reason=PartReason.COUNTED,
        on=on,
        token=token,
        note=note,
    )


def _at_least_one(quantity: int) -> None:
    if quantity < 1:
        raise DomainError(_("Écrivez une quantité d'au moins 1."), field="quantity")


def _lock(part: Part) -> Part:
    """The part's row is the lock of its stock."""
    return Part.objects.select_for_update(no_key=True, of=("self",)).select_related("operator").get(pk=part.pk)

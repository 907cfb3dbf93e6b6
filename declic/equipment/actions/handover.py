"""Towards a person's hands: prepare, reserve a machine, hand it over with its agreement and its money, all or nothing."""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile, store_checked
from declic.documents.models import DocumentKind
from declic.equipment.actions import claims, money
from declic.equipment.actions.locks import lock_allocation, lock_device, lock_devices, lock_person
from declic.equipment.agreement import agreement_text, sha256_of
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    HANDED_OVER_STATES,
    AllocationMode,
    AllocationState,
    ClaimKind,
    DeviceKind,
    DeviceState,
    SigningWay,
)
from declic.equipment.models import Agreement, Allocation, Device
from declic.equipment.priority import rank_for, ready_for
from declic.equipment.public_gifts import require_fair_price
from declic.equipment.terms import LOAN_MODES, due_date, equipment_terms, missing_condition
from declic.ledger.enums import Means
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms, cents

_OPEN = (AllocationState.DRAFT, AllocationState.RESERVED, AllocationState.ACTIVE, AllocationState.RETURN_DECLARED)


@transaction.atomic
def prepare_allocation(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    mode: AllocationMode | str,
    device_kind: DeviceKind | str,
    on: datetime.date,
    enrolment: Enrolment | None = None,
    exception_reason: str = "",
) -> Allocation:
    """Plan that `person` receives a machine of `device_kind` around `on`, under the terms of the enrolment.

    Without enrolment only a sale is possible (solidarity shop), under the edition's present terms. The terms are
    shown from now on, and copied for good at handover. `exception_reason` says why she goes before others, where the
    terms give an order: it is asked for when a machine is set aside.
    """
    person = lock_person(person)
    if person.operator_id != edition.operator_id:
        raise DomainError(_("Cette personne n'est pas suivie par votre structure."))
    if enrolment is None and mode != AllocationMode.SALE:
        raise DomainError(_("Inscrivez d'abord la personne dans le dispositif : un prêt ou un don suit un parcours."))
    if enrolment is not None:
        if enrolment.person_id != person.pk or enrolment.edition_id != edition.pk:
            raise DomainError(_("Ce parcours n'est pas celui de cette personne dans cette édition."))
        if enrolment.ended_on is not None and enrolment.ended_on < on:
            raise DomainError(
                _("Le parcours est terminé depuis le %(day)s : rouvrez un parcours avant de prévoir une machine.")
                % {"day": format_day(enrolment.ended_on)}
            )
    terms = _terms_or_refuse(edition, enrolment, mode=mode, device_kind=device_kind)
    already = Allocation.objects.filter(enrolment=enrolment, device_kind=device_kind, mode=mode, state__in=_OPEN)
    if enrolment is not None and already.exists():
        raise _already_prepared()
    allocation = Allocation(
        operator=edition.operator,
        person=person,
        enrolment=enrolment,
        edition=edition,
        mode=mode,
        device_kind=device_kind,
        planned_on=on,
        exception_reason=exception_reason.strip()[:300],
    )
    _copy_terms(allocation, terms, on)
    try:
        with transaction.atomic():
            allocation.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_allocation_per_enrolment_and_kind" in str(error):
            raise _already_prepared() from None
        raise
    return allocation


def _already_prepared() -> DomainError:
    return DomainError(
        _(
            "Cette personne a déjà une attribution en cours pour ce matériel : ouvrez-la plutôt que d'en préparer une autre."
        )
    )


def _terms_or_refuse(edition: Edition, enrolment: Enrolment | None, *, mode: str, device_kind: str) -> EquipmentTerms:
    terms = equipment_terms(edition, enrolment, mode=mode, device_kind=device_kind)
    if terms is None:
        raise DomainError(
            _("Ce dispositif ne prévoit pas « %(mode)s » pour ce matériel (%(kind)s) : voyez ses règles.")
            % {"mode": AllocationMode(mode).label, "kind": DeviceKind(device_kind).label}
        )
    return terms


def _copy_terms(allocation: Allocation, terms: EquipmentTerms, on: datetime.date) -> None:
    allocation.deposit = cents(terms.deposit_eur)
    allocation.price = cents(terms.price_eur)
    allocation.option_price = None if terms.option_price_eur is None else cents(terms.option_price_eur)
    allocation.options_at_term = list(terms.options_at_term)
    allocation.due_on = due_date(terms, on) if allocation.mode in LOAN_MODES else None


@transaction.atomic
def reserve_device(
    *,
    acting_user: User,
    allocation: Allocation,
    device: Device,
    at: datetime.datetime,
    exception_reason: str = "",
) -> Allocation:
    """Set `device` aside for the allocation from `at` on; another one reserved before goes back to the shelf.

    Where the terms give an order of priority, the person's rank is kept in words; when too few machines are ready for
    those before her, `exception_reason` is asked for.
    """
    allocation = lock_allocation(allocation)
    if allocation.state not in (AllocationState.DRAFT, AllocationState.RESERVED):
        raise _cannot_hand_over(allocation)
    if allocation.state == AllocationState.DRAFT:
        _keep_rank(allocation, timezone.localtime(at).date(), exception_reason)
    former_id = allocation.device_id if allocation.state == AllocationState.RESERVED else None
    if former_id == device.pk:
        return allocation
    device, *others = lock_devices(device, *([former_id] if former_id else []))
    require_free(device, allocation)
    for former in others:
        at = claims.release_allocation(allocation, at)
        former.state = DeviceState.READY
        former.save()
    claims.take(device=device, kind=ClaimKind.RESERVATION, at=at, allocation=allocation)
    device.state = DeviceState.RESERVED
    device.save()
    allocation.device = device
    allocation.state = AllocationState.RESERVED
    allocation.save()
    return allocation


def _keep_rank(allocation: Allocation, on: datetime.date, reason: str) -> None:
    """Freeze the person's rank on the allocation, or refuse to pass others without a reason."""
    terms = equipment_terms(
        allocation.edition, allocation.enrolment, mode=allocation.mode, device_kind=allocation.device_kind
    )
    rank = rank_for(allocation, terms, on=on) if terms is not None else None
    if rank is None:
        return
    allocation.priority_words = rank.words
    allocation.exception_reason = reason.strip()[:300] or allocation.exception_reason
    ready = ready_for(allocation.edition, allocation.device_kind)
    if rank.position > ready and not allocation.exception_reason:
        raise DomainError(
            _(
                "Dans l'ordre du dispositif, d'autres personnes passent avant (rang %(position)s, machines prêtes :"
                " %(ready)s). Dites pourquoi celle-ci est servie maintenant."
            )
            % {"position": rank.position, "ready": ready},
            field="exception_reason",
        )
    if rank.position <= ready:
        allocation.exception_reason = ""


@transaction.atomic
def allocate(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    mode: AllocationMode | str,
    device_kind: DeviceKind | str,
    on: datetime.date,
    at: datetime.datetime,
    enrolment: Enrolment | None = None,
    device: Device | None = None,
    exception_reason: str = "",
) -> Allocation:
    """Plan a handover on `on` and, when a machine is already chosen, set it aside from `at` on: both or neither."""
    allocation = prepare_allocation(
        acting_user=acting_user,
        person=person,
        edition=edition,
        mode=mode,
        device_kind=device_kind,
        on=on,
        enrolment=enrolment,
        exception_reason=exception_reason,
    )
    if device is None:
        return allocation
    return reserve_device(acting_user=acting_user, allocation=allocation, device=device, at=at)


def require_free(device: Device, allocation: Allocation) -> None:
    """Refuse a machine (locked) that this allocation may not take: another's, of another kind, taken or not ready."""
    if device.operator_id != allocation.operator_id:
        raise DomainError(_("Cette machine n'est pas dans votre stock : choisissez-en une autre."), field="device")
    if device.kind != allocation.device_kind:
        raise DomainError(
            _("La machine %(tag)s est de type « %(kind)s » ; il faut « %(wanted)s » : choisissez-en une autre.")
            % {
                "tag": device.tag,
                "kind": DeviceKind(device.kind).label,
                "wanted": DeviceKind(allocation.device_kind).label,
            },
            field="device",
        )
    if device.state in (DeviceState.RESERVED, DeviceState.ON_LOAN, DeviceState.TRANSFERRED):
        raise claims.taken_just_now(device)
    if device.state != DeviceState.READY:
        raise DomainError(
            _("La machine %(tag)s n'est pas prête (elle est « %(state)s ») : choisissez-en une autre.")
            % {"tag": device.tag, "state": DeviceState(device.state).label},
            field="device",
        )


@transaction.atomic
def cancel_allocation(*, acting_user: User, allocation: Allocation, at: datetime.datetime) -> Allocation:
    """Give up an allocation before its handover; the machine reserved is free again."""
    allocation = lock_allocation(allocation)
    ALLOCATION_TRANSITIONS.require(
        allocation.state,
        AllocationState.CANCELLED,
        _("Cette attribution ne s'annule plus : la machine est remise. Enregistrez plutôt son retour.")
        if allocation.state in HANDED_OVER_STATES
        else _("Cette attribution est déjà annulée."),
    )
    if allocation.state == AllocationState.RESERVED and allocation.device_id:
        device = lock_device(allocation.device_id)
        claims.release_allocation(allocation, at)
        device.state = DeviceState.READY
        device.save()
    allocation.state = AllocationState.CANCELLED
    allocation.save()
    return allocation


@transaction.atomic
def hand_over(
    *,
    acting_user: User,
    allocation: Allocation,
    at: datetime.datetime,
    means: Means | str,
    signed_by: str,
    paid: int | None = None,
    how: SigningWay | str = SigningWay.NAME,
    drawing: CheckedFile | None = None,
) -> Allocation:
    """Hand the reserved machine over, all or nothing: claim, agreement signed and hashed, money, frozen terms, state.

    `means` says how the deposit or the price is paid. `paid` is what is paid now, in cents: the whole by default; a
    sale may be paid in part, the rest stays owed; a deposit is paid whole. A loan becomes active, a gift is settled at
    once, a sale when it is paid. `how` the agreement is signed: by typing a name, by a `drawing` on the screen, or on
    paper, whose scan is then expected. Refused if the machine was handed over already (a double click), if nothing is
    reserved, or if the programme's condition to receive is not met.
    """
    allocation = lock_allocation(allocation)
    if allocation.state != AllocationState.RESERVED or allocation.device_id is None:
        raise _cannot_hand_over(allocation)
    device = allocation.device = lock_device(allocation.device_id)
    claim = claims.open_claim(allocation)
    if device.state != DeviceState.RESERVED or claim is None or claim.device_id != device.pk:
        raise claims.taken_just_now(device)
    on = timezone.localtime(at).date()
    means = Means(means)
    terms = _terms_or_refuse(
        allocation.edition, allocation.enrolment, mode=allocation.mode, device_kind=allocation.device_kind
    )
    _require_ready_to_receive(allocation, terms, on, signed_by)
    _copy_terms(allocation, terms, on)
    if allocation.due_on is not None and allocation.due_on <= on:
        raise DomainError(
            _("Le prêt prendrait fin le %(day)s, avant même de commencer : changez les règles de l'édition.")
            % {"day": format_day(allocation.due_on)}
        )
    amount = _amount_due_now(allocation, paid)
    require_fair_price(device, allocation.price or allocation.option_price, on)

    freed_at = claims.release(claim, at)
    lent = allocation.mode in LOAN_MODES
    claims.take(
        device=device,
        kind=ClaimKind.LOAN if lent else ClaimKind.TRANSFER,
        at=freed_at,
        allocation=allocation,
    )
    device.state = DeviceState.ON_LOAN if lent else DeviceState.TRANSFERRED
    device.save()
    if amount or allocation.deposit or allocation.price:
        money.account_of(allocation)
    allocation.handed_over_on = on
    allocation.condition_out = device.condition
    allocation.state = _state_once_handed_over(allocation.mode)
    allocation.ended_on = None if lent else on
    allocation.save()
    if lent:
        money.pay_deposit(acting_user, allocation, on, means)
    elif allocation.mode == AllocationMode.SALE:
        money.sell(acting_user, allocation, on, allocation.price)
        money.pay(acting_user, allocation, on, amount, means, key=f"sale-payment:{allocation.pk}")
    if not lent:
        money.settle_if_even(allocation)
    _keep_agreement(acting_user, allocation, device, on, signed_by, how=SigningWay(how), drawing=drawing)
    return allocation


def _keep_agreement(
    user: User,
    allocation: Allocation,
    device: Device,
    on: datetime.date,
    signed_by: str,
    *,
    how: SigningWay,
    drawing: CheckedFile | None,
) -> None:
    """Keep the text that was signed with its hash, and the drawing if there is one: last, since a file outlives a rollback."""
    if drawing is not None:
        how = SigningWay.SCREEN
    elif how == SigningWay.SCREEN:
        raise DomainError(_("Signez dans le cadre, ou choisissez de signer sur papier."), field="drawing")
    text = agreement_text(allocation, device, on=on)
    stored = None
    if drawing is not None:
        stored = store_checked(
            acting_user=user,
            operator=allocation.operator,
            kind=DocumentKind.AGREEMENT,
            title=_("Signature de la convention"),
            checked=drawing,
        )
    Agreement.objects.create(
        operator=allocation.operator,
        allocation=allocation,
        text=text,
        sha256=sha256_of(text),
        signed_on=on,
        signed_by=signed_by.strip()[:160],
        how=how,
        drawing=stored,
        witnessed_by=user,
    )


def _cannot_hand_over(allocation: Allocation) -> DomainError:
    if allocation.state == AllocationState.CANCELLED:
        return DomainError(_("Cette attribution est annulée : préparez-en une nouvelle."))
    if allocation.state == AllocationState.DRAFT:
        return DomainError(_("Choisissez d'abord la machine à remettre."))
    day = format_day(allocation.handed_over_on) if allocation.handed_over_on else ""
    return DomainError(_("La machine est déjà remise (le %(day)s) : rien n'a été fait deux fois.") % {"day": day})


def _require_ready_to_receive(allocation: Allocation, terms: EquipmentTerms, on: datetime.date, signed_by: str) -> None:
    if not signed_by.strip():
        raise DomainError(_("Écrivez le nom de la personne qui signe la convention."), field="signed_by")
    enrolment = allocation.enrolment
    if enrolment is not None and enrolment.starts_on > on:
        raise DomainError(
            _("La personne entre dans le dispositif le %(day)s : la remise ne peut pas avoir lieu avant.")
            % {"day": format_day(enrolment.starts_on)}
        )
    missing = missing_condition(allocation, terms, on)
    if missing:
        raise DomainError(missing)


def _amount_due_now(allocation: Allocation, paid: int | None) -> int:
    """What is paid at the handover, checked against what the terms ask for."""
    due = {AllocationMode.SALE: allocation.price, AllocationMode.GIFT: 0}.get(
        AllocationMode(allocation.mode), allocation.deposit
    )
    if paid is None:
        return due
    if allocation.mode == AllocationMode.SALE and 0 <= paid <= due:
        return paid
    if paid != due:
        raise DomainError(
            _("Le montant à encaisser est de %(due)s : corrigez-le, ou n'écrivez rien.") % {"due": format_euros(due)},
            field="paid",
        )
    return due


def _state_once_handed_over(mode: str) -> AllocationState:
    return {
        AllocationMode.GIFT: AllocationState.GIVEN,
        AllocationMode.SALE: AllocationState.PURCHASED,
    }.get(AllocationMode(mode), AllocationState.ACTIVE)

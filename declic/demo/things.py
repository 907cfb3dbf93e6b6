"""Machines, parts, codes and money of today beside each replayed programme: what every workshop and counter has in hand."""

import datetime

from declic.connectivity.actions import add_codes, add_product
from declic.connectivity.code_lists import Found
from declic.connectivity.enums import Stocked
from declic.demo.stage import Stage, at
from declic.equipment import actions as equipment
from declic.equipment.enums import DeviceState, Grade, PartKind, PartReason
from declic.equipment.models import Device
from declic.hotline.actions import add_answer
from declic.ledger.actions import add_till, enter_expense, enter_grant, receive_grant_payment, share_grant
from declic.ledger.enums import AccountRole, Means
from declic.organisations.actions import add_partner
from declic.organisations.enums import PartnershipKind
from declic.orientation.models import Enrolment
from declic.programmes.actions import BudgetRow, set_budget
from declic.programmes.models import BudgetLine, Edition
from declic.programmes.queries import current_terms

_PARTS = (
    (PartKind.CHARGER, "Chargeur USB-C 65 W", 4, 9),
    (PartKind.MEMORY, "Barrette 8 Go DDR4", 4, 3),
    (PartKind.STORAGE, "SSD 256 Go", 5, 12),
    (PartKind.BAG, "Sacoche 15 pouces", 0, 20),
)
_ANSWERS = (
    ("screen", "L'écran reste noir", "Débranchez le chargeur.\nAppuyez dix secondes sur le bouton.\nRebranchez et rallumez."),
    ("internet", "Pas d'internet", "Regardez si le Wi-Fi est allumé.\nÉteignez la box une minute.\nRallumez-la et attendez."),
    ("battery", "La batterie ne charge plus", "Essayez une autre prise.\nVérifiez que le câble est enfoncé.\nPassez nous voir avec le chargeur."),
)  # fmt: skip


def play_things(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    """A donor's promise and what came of it, parts, needs, a handover day to come, ready answers, codes and a till."""
    if current_terms(edition).terms.equipment:
        _collect(stage, on)
        _parts(stage, on)
        _needs(stage, edition, on)
        _ceremony(stage, edition, people, on)
        for symptom, title, body in _ANSWERS:
            add_answer(acting_user=stage.coordinator, operator=stage.operator, symptom=symptom, title=title, body=body)
    if current_terms(edition).terms.connectivity.recharges:
        _codes(stage, on)
    _budget(stage, edition, on)
    # Last: from its first till on, an operator's cash moves only through one that is open.
    add_till(acting_user=stage.coordinator, operator=stage.operator, site=stage.sites[0], name="Caisse de l'accueil")


def _collect(stage: Stage, on: datetime.date) -> None:
    """One promise collected into a lot under way, another one to fetch next week."""
    user, operator = stage.coordinator, stage.operator
    donor = add_partner(
        acting_user=user, operator=operator, name="Banque du Canal", kind=PartnershipKind.DONOR, since=on.replace(day=1)
    ).partner
    promise = equipment.record_promise(
        acting_user=user, operator=operator, donor=donor, public_body=False, on=on - datetime.timedelta(days=20),
        lines={"laptop": (6, None)}, token=stage.token(), note="Renouvellement du parc",
    )  # fmt: skip
    fetched = equipment.plan_collection(
        acting_user=user,
        promise=promise,
        planned_on=on - datetime.timedelta(days=6),
        token=stage.token(),
        place="Quai 3",
    )
    equipment.complete_collection(acting_user=user, collection=fetched, on=on - datetime.timedelta(days=6), count=6)
    lot = equipment.receive_lot(
        acting_user=user, operator=operator, label="Banque du Canal, premier voyage", on=on - datetime.timedelta(days=6),
        count=6, kind="laptop", donor=donor, brand="HP", model="ProBook 450 G5", site=stage.sites[0], collection=fetched,
    )  # fmt: skip
    locked, *others = lot.devices.order_by("tag")[:3]
    equipment.report_lock(
        acting_user=user, device=locked, kind="bios_password", note="Demandé au donateur", on=on - datetime.timedelta(days=3)
    )  # fmt: skip
    for device in others:
        equipment.triage(acting_user=user, device=device)
    coming = equipment.record_promise(
        acting_user=user, operator=operator, donor=donor, public_body=False, on=on - datetime.timedelta(days=2),
        lines={"laptop": (12, None), "desktop": (4, None)}, token=stage.token(),
    )  # fmt: skip
    equipment.plan_collection(
        acting_user=user, promise=coming, planned_on=on + datetime.timedelta(days=5), token=stage.token(), place="Siège"
    )


def _parts(stage: Stage, on: datetime.date) -> None:
    for kind, name, minimum, count in _PARTS:
        part = equipment.create_part(
            acting_user=stage.coordinator, operator=stage.operator, kind=kind, name=name, minimum=minimum
        )
        equipment.move_part(
            acting_user=stage.coordinator, part=part, site=stage.sites[0], quantity=count, reason=PartReason.BOUGHT, on=on,
            token=stage.token(),
        )  # fmt: skip


def _needs(stage: Stage, edition: Edition, on: datetime.date) -> None:
    """What the edition will need in a month, and the number of ready machines under which the team is warned."""
    kind = current_terms(edition).terms.equipment[0].kinds[0]
    equipment.reserve_category(
        acting_user=stage.coordinator, edition=edition, kind=kind, count=8, needed_on=on + datetime.timedelta(days=30),
        on=on, lowest_grade=Grade.C,
    )  # fmt: skip
    equipment.set_minimum(acting_user=stage.coordinator, operator=stage.operator, kind=kind, minimum=6)


def _ceremony(stage: Stage, edition: Edition, people: list[Enrolment], on: datetime.date) -> None:
    """A day next week on which the last who entered receive theirs, machines set aside."""
    offers = [offer for offer in current_terms(edition).terms.equipment if offer.mode != "sale"]
    if not offers:
        return
    shelf = Device.objects.filter(operator=stage.operator, state=DeviceState.READY, kind=offers[0].kinds[0])
    when = on + datetime.timedelta(days=6)
    places = [
        equipment.prepare_allocation(
            acting_user=stage.coordinator, person=enrolment.person, edition=edition, enrolment=enrolment,
            mode=offers[0].mode, device_kind=offers[0].kinds[0], on=when,
        )
        for enrolment in people[-3:]
    ]  # fmt: skip
    for allocation, device in zip(places, shelf.order_by("-tag")[:2], strict=False):
        equipment.reserve_device(acting_user=stage.coordinator, allocation=allocation, device=device, at=at(on, 9))
    equipment.prepare_ceremony(
        acting_user=stage.coordinator, edition=edition, name="Remise de la semaine prochaine", on=when,
        place=str(stage.sites[0]), allocations=places,
    )  # fmt: skip


def _budget(stage: Stage, edition: Edition, on: datetime.date) -> None:
    """What was planned, a grant that came in part, and two expenses, one of them paid by the grant."""
    user, operator = stage.coordinator, stage.operator
    day = max(edition.starts_on, on - datetime.timedelta(days=40))
    grantor, parts, printing = set_budget(
        acting_user=user,
        edition=edition,
        rows=[
            BudgetRow(BudgetLine.Side.INCOME, "Subvention d'équipement", 1_200_000, day.year, funder_name="Fondation du Fleuve"),
            BudgetRow(BudgetLine.Side.EXPENSE, "Pièces et accessoires", 400_000, day.year),
            BudgetRow(BudgetLine.Side.EXPENSE, "Impressions", 60_000, day.year),
        ],
    )  # fmt: skip
    grant = enter_grant(
        acting_user=user, operator=operator, funder_name="Fondation du Fleuve", amount=1_200_000, on=day,
        token=stage.token(), section=edition.section, head=grantor.head, funder=grantor.funder,
    )  # fmt: skip
    receive_grant_payment(acting_user=user, grant=grant, amount=600_000, on=day, token=stage.token())
    bought = enter_expense(
        acting_user=user, operator=operator, supplier="Pièces & Cie", label="SSD et mémoire", amount=184_000,
        role=AccountRole.PURCHASES, on=day, means=Means.BANK, token=stage.token(), section=edition.section, head=parts.head,
    )  # fmt: skip
    enter_expense(
        acting_user=user, operator=operator, supplier="Imprimerie du Port", label="Affiches et livrets", amount=31_200,
        role=AccountRole.COMMUNICATION, on=day, means=Means.BANK, token=stage.token(), section=edition.section,
        head=printing.head,
    )  # fmt: skip
    line = bought.entry.lines.get(debit__gt=0)
    share_grant(acting_user=user, grant=grant, line=line, amount=150_000, at=at(day, 10))


def _codes(stage: Stage, on: datetime.date) -> None:
    """A recharge sold by code: made-up codes, which no operator would accept."""
    product = add_product(
        acting_user=stage.coordinator, operator=stage.operator, name="Recharge 40 Go, par code", public_price=2000,
        solidarity_price=700, stocked=Stocked.CODES, minimum=10, monthly_limit=2,
    )  # fmt: skip
    add_codes(
        acting_user=stage.coordinator,
        product=product,
        codes=[Found(f"ESSAI-{stage.operator.pk:03d}-{number:04d}", number + 1) for number in range(25)],
        at=at(on, 9),
        expires_on=on + datetime.timedelta(days=300),
    )

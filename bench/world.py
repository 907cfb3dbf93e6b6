"""The ground on which the bench stands: operators, teams, partners and editions, all made by the product's own actions."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from bench.sizes import Size
from bench.words import CITIES
from declic.accounts.actions import invite
from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.connectivity.actions import add_product
from declic.connectivity.models import RechargeProduct
from declic.ledger.actions import open_books
from declic.ledger.models import Account
from declic.organisations.actions import create_organisation, create_site
from declic.organisations.models import Organisation, Partnership, Site
from declic.programmes.actions import ObjectiveRow, create_edition, import_programme, set_objectives
from declic.programmes.models import Edition, Programme, TermsVersion
from declic.programmes.queries import current_terms
from declic.programmes.schema import Terms, cents

EXAMPLES = Path(__file__).resolve().parent.parent / "declic" / "programmes" / "examples"
CASES = ("toulouse-2021", "grenoble-2022", "bagnolet-2014")
"""Loans with a deposit; courses by level, loans with an option and recharges; gifts and internet aid."""

YEARS = 5
"""How far back the operators' work goes."""

ENTRIES_PER_EDITION = 600
PEOPLE_PER_ADVISER = 700


@dataclass(frozen=True)
class Run:
    """An edition with what its rows need."""

    case: str
    edition: Edition
    version: TermsVersion
    terms: Terms


@dataclass
class Ground:
    """One operator, and how much it is given."""

    operator: Organisation
    people: int
    activities: int
    devices: int
    sites: list[Site]
    coordinator: User
    advisers: list[User]
    volunteer: User
    runs: list[Run]
    prescribers: dict[str, tuple[Organisation, User]]
    refurbisher: Organisation
    products: list[RechargeProduct]
    accounts: dict[str, int] = field(default_factory=dict)

    def user_ids(self) -> list[int]:
        return [user.pk for user in self.advisers]


def make_ground(size: Size, *, on: datetime.date) -> list[Ground]:
    """The operators of a set, the measured one first; the last editions are under way on the day `on`."""
    total = {"people": size.people, "activities": size.activities, "devices": size.devices}
    return [
        _operator(number, {name: max(round(count * share), 10) for name, count in total.items()}, on=on)
        for number, share in enumerate(size.shares, start=1)
    ]


def _operator(number: int, counts: dict[str, int], *, on: datetime.date) -> Ground:
    since = on.replace(year=on.year - YEARS - 1, day=1)
    domain = f"operateur{number}.exemple.fr"
    operator = create_organisation(acting_user=None, name=f"Opérateur {number}", kinds=["operator"])
    open_books(operator=operator)
    sites = [
        create_site(
            acting_user=None, operator=operator, name=f"Espace de {city}", city=city, postal_code=postal, commune_code=code
        )
        for city, postal, code in CITIES[: 3 if counts["people"] <= 20_000 else 6]
    ]  # fmt: skip

    def member(name: str, role: Role, organisation: Organisation = operator, site: Site | None = None) -> User:
        email = f"{role.value}.{name.split()[-1].lower()}@{domain}"
        # An account without password: hashing thirty of them would take longer than all the rows.
        User.objects.create_user(email, name=name)
        return invite(
            acting_user=None, email=email, name=name, organisation=organisation, role=role, starts_on=since, site=site
        ).user  # fmt: skip

    coordinator = member("Coordination 0", Role.COORDINATOR)
    advisers = [
        member(f"Médiation {rank}", Role.ADVISER, site=sites[rank % len(sites)])
        for rank in range(max(counts["people"] // PEOPLE_PER_ADVISER, 2))
    ]
    volunteer = member("Bénévolat 0", Role.VOLUNTEER)
    member("Caisse 0", Role.CASHIER)
    runs: list[Run] = []
    for case in CASES:
        text = (EXAMPLES / f"{case}.toml").read_text(encoding="utf-8")
        programme = import_programme(acting_user=coordinator, operator=operator, text=text)
        count = max(round(counts["people"] / ENTRIES_PER_EDITION / len(CASES)), YEARS)
        runs += _runs(case, programme, coordinator, count, on=on)
    prescribers = {}
    for case in CASES:
        partner = (
            Organisation.objects.filter(partnerships__operator=operator, partnerships__kind="prescriber")
            .filter(prescriber_kind={"toulouse-2021": "PLIE", "grenoble-2022": "FT", "bagnolet-2014": "CCAS"}[case])
            .order_by("pk")[0]
        )
        referent = member(f"Référent {case}", Role.PRESCRIBER, organisation=partner)
        prescribers[case] = (partner, referent)
    refurbisher = Partnership.objects.filter(operator=operator, kind="refurbisher").order_by("pk")[0].partner
    offers = {offer.name: offer for run in runs for offer in run.terms.connectivity.recharges}
    products = [
        add_product(
            acting_user=coordinator, operator=operator, name=offer.name, public_price=cents(offer.public_price_eur),
            solidarity_price=cents(offer.solidarity_price_eur), months=offer.months,
        )
        for offer in offers.values()
    ]  # fmt: skip
    accounts = dict(Account.objects.filter(operator=operator).values_list("role", "pk"))
    return Ground(
        operator=operator, sites=sites, coordinator=coordinator, advisers=advisers, volunteer=volunteer, runs=runs,
        prescribers=prescribers, refurbisher=refurbisher, products=products, accounts=accounts, **counts,
    )  # fmt: skip


def _runs(case: str, programme: Programme, user: User, count: int, *, on: datetime.date) -> list[Run]:
    """`count` editions of a programme over the last years under the terms of its example, the last ones still open."""
    example = programme.editions.order_by("starts_on", "pk")[0]
    objectives = [ObjectiveRow(row.indicator, row.label, row.target) for row in example.objectives.all()]
    body = current_terms(example).terms.model_dump(mode="json")
    first = on - datetime.timedelta(days=365 * YEARS)
    runs = []
    for number in range(count):
        starts_on = first + datetime.timedelta(days=(365 * YEARS - 200) * number // max(count - 1, 1))
        ends_on = starts_on + datetime.timedelta(days=364)
        for offer in body["equipment"]:
            if offer.get("due_on"):
                offer["due_on"] = ends_on.isoformat()
        edition = create_edition(
            acting_user=user,
            programme=programme,
            name=f"{starts_on:%Y}, groupe {number + 1}",
            starts_on=starts_on,
            ends_on=ends_on,
            places=ENTRIES_PER_EDITION,
            terms=Terms.model_validate(body),
        )
        set_objectives(acting_user=user, edition=edition, rows=objectives)
        version = current_terms(edition)
        runs.append(Run(case, edition, version, version.terms))
    return runs

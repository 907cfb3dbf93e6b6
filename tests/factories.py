"""Valid objects with one call, made through the same actions as the screens."""

import datetime
import itertools
from types import SimpleNamespace
from typing import Any

from django.test import Client

from declic.accounts.actions import invite
from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.organisations.actions import create_organisation, create_site, open_partnership
from declic.organisations.models import Organisation, Site
from declic.orientation.actions import enrol, send_referral
from declic.orientation.enums import Need, ReferralChannel
from declic.orientation.models import Enrolment, Referral
from declic.people.actions import register_person
from declic.people.models import Person
from declic.programmes.actions import create_edition, create_programme
from declic.programmes.models import Edition
from declic.programmes.schema import Terms

START = datetime.date(2024, 1, 1)
"""Memberships and partnerships begin here, before anything a test tells."""

DAY = datetime.date(2024, 3, 4)
"""An ordinary Monday on which the tests' stories begin."""

PASSWORD = "un mot de passe long"

_numbers = itertools.count(1)

LOAN_TERMS: dict[str, Any] = {
    "courses": [
        {"code": "debutant", "name": "Parcours débutant", "hours": 32, "level": "debutant"},
        {"code": "intermediaire", "name": "Parcours intermédiaire", "hours": 24, "level": "intermediaire"},
        {"code": "avance", "name": "Parcours avancé", "hours": 16, "level": "avance"},
    ],
    "drop_in": True,
    "equipment": [
        {
            "mode": "loan",
            "kinds": ["laptop"],
            "deposit_eur": "50",
            "months": 6,
            "options_at_term": ["return", "keep"],
        }
    ],
    "connectivity": {
        "aid_eur": "150",
        "aid_months": 12,
        "recharges": [{"name": "Internet 20 Go", "public_price_eur": "30", "solidarity_price_eur": "7", "months": 1}],
    },
    "barriers": [
        {"code": "absence_email", "label": "n'a pas d'adresse électronique"},
        {"code": "peur_de_l_erreur", "label": "a peur de se tromper"},
    ],
    "reviews": {
        "months": [3],
        "by": "adviser",
        "observed_uses": ["cherche davantage", "répond plus vite aux offres"],
        "satisfaction": True,
        "outcome_months": 6,
    },
}
"""Terms that use a little of everything; `terms(**changes)` replaces whole parts."""


def terms(**changes: Any) -> Terms:
    """`LOAN_TERMS` with some parts replaced."""
    return Terms.model_validate({**LOAN_TERMS, **changes})


def at(day: datetime.date, hour: int = 10, minute: int = 0) -> datetime.datetime:
    """An aware instant of `day`, Paris time."""
    from zoneinfo import ZoneInfo

    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=ZoneInfo("Europe/Paris"))


def an_operator(name: str | None = None) -> Organisation:
    return create_organisation(
        acting_user=None, name=name or f"Opérateur {next(_numbers)}", kinds=["operator"], prescriber_kind=""
    )


def a_site(operator: Organisation, name: str | None = None) -> Site:
    return create_site(acting_user=None, operator=operator, name=name or f"Lieu {next(_numbers)}")


def a_user(
    organisation: Organisation,
    role: str = Role.COORDINATOR,
    *,
    site: Site | None = None,
    name: str | None = None,
    caseload_only: bool = False,
) -> User:
    number = next(_numbers)
    return invite(
        acting_user=None,
        email=f"user{number}@exemple.fr",
        name=name or f"Personne {number}",
        organisation=organisation,
        role=role,
        starts_on=START,
        site=site,
        caseload_only=caseload_only,
        password=PASSWORD,
    ).user


def a_partner(operator: Organisation, kind: str = "prescriber", name: str | None = None) -> Organisation:
    partner = create_organisation(
        acting_user=None,
        name=name or f"Partenaire {next(_numbers)}",
        kinds=[kind if kind != "network" else "training_partner"],
        prescriber_kind="PLIE" if kind == "prescriber" else "",
        registered_by=operator,
    )
    open_partnership(acting_user=None, operator=operator, partner=partner, kind=kind, since=START)
    return partner


def a_person(operator: Organisation, *, by: User | None = None, **fields: Any) -> Person:
    number = next(_numbers)
    fields.setdefault("first_name", "Awa")
    fields.setdefault("last_name", f"Diarra{number}")
    return register_person(acting_user=by or a_user(operator), operator=operator, on=DAY, **fields)


def an_edition(operator: Organisation, *, by: User | None = None, terms: Terms | None = None, **fields: Any) -> Edition:
    user = by or a_user(operator)
    number = next(_numbers)
    programme = fields.pop("programme", None) or create_programme(
        acting_user=user, operator=operator, name=f"Dispositif {number}"
    )
    fields.setdefault("name", f"Édition {number}")
    fields.setdefault("starts_on", datetime.date(2024, 1, 1))
    fields.setdefault("ends_on", datetime.date(2024, 12, 31))
    return create_edition(
        acting_user=user, programme=programme, terms=terms or Terms.model_validate(LOAN_TERMS), **fields
    )


def a_referral(person: Person, edition: Edition, *, by: User, prescriber: Organisation, **fields: Any) -> Referral:
    fields.setdefault("on", DAY)
    fields.setdefault("channel", ReferralChannel.ACCOUNT)
    fields.setdefault("needs", [Need.EQUIPMENT])
    fields.setdefault("referent", by)
    return send_referral(acting_user=by, edition=edition, person=person, prescriber=prescriber, **fields)


def an_enrolment(
    *,
    person: Person | None = None,
    edition: Edition | None = None,
    operator: Organisation | None = None,
    by: User | None = None,
    on: datetime.date = DAY,
    facts: dict[str, Any] | None = None,
    site: Site | None = None,
) -> Enrolment:
    operator = operator or (edition.operator if edition else person.operator if person else an_operator())
    user = by or a_user(operator)
    return enrol(
        acting_user=user,
        person=person or a_person(operator, by=user),
        edition=edition or an_edition(operator, by=user),
        on=on,
        facts=facts or {},
        site=site,
        adviser=user,
    )


def a_world(**changes: Any) -> SimpleNamespace:
    """One operator with a site, one user per role, a prescriber, a refurbisher, a funder, a referral and an enrolment."""
    operator = an_operator()
    site = a_site(operator)
    coordinator = a_user(operator, Role.COORDINATOR)
    prescriber, refurbisher, funder = (a_partner(operator, kind) for kind in ("prescriber", "refurbisher", "funder"))
    users = {
        Role.COORDINATOR: coordinator,
        Role.ADVISER: a_user(operator, Role.ADVISER, site=site),
        Role.VOLUNTEER: a_user(operator, Role.VOLUNTEER, site=site),
        Role.AID_OFFICER: a_user(operator, Role.AID_OFFICER),
        Role.CASHIER: a_user(operator, Role.CASHIER),
        Role.PRESCRIBER: a_user(prescriber, Role.PRESCRIBER),
        Role.REFURBISHER: a_user(refurbisher, Role.REFURBISHER),
        Role.FUNDER: a_user(funder, Role.FUNDER),
    }
    edition = an_edition(operator, by=coordinator)
    person = a_person(operator, by=coordinator, site=site)
    enrolment = an_enrolment(person=person, edition=edition, by=coordinator, site=site)
    referred = a_person(operator, by=coordinator, site=site)
    referral = a_referral(referred, edition, by=users[Role.PRESCRIBER], prescriber=prescriber)
    world = SimpleNamespace(
        operator=operator,
        site=site,
        users=users,
        prescriber=prescriber,
        refurbisher=refurbisher,
        funder=funder,
        programme=edition.programme,
        edition=edition,
        person=person,
        enrolment=enrolment,
        referred=referred,
        referral=referral,
    )
    for name, value in changes.items():
        setattr(world, name, value)
    return world


def signed_in(user: User) -> Client:
    """A browserless client in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client

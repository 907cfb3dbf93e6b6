"""Bagnolet's day: three people receive the machine they have learned on, and one of them the aid that pays internet."""

import datetime
from types import SimpleNamespace

import pytest

from declic.accounts.enums import Role
from declic.accounts.models import User
from declic.connectivity.models import InternetAid
from declic.core.dates import format_short, today
from declic.diagnosis.actions import assess, confirm_level
from declic.diagnosis.enums import Skill
from declic.equipment.enums import AllocationState, CeremonyState
from declic.equipment.models import Allocation, Ceremony
from declic.orientation.actions import accept_referral
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.training.actions import AttendanceLine, open_group, schedule_class, sign_attendance, take_place
from tests.e2e.conftest import Visitor
from tests.equipment.stories import ready
from tests.factories import a_partner, a_person, a_referral, a_site, a_user, an_edition, an_operator, at, terms

pytestmark = pytest.mark.django_db(transaction=True)

EVALUATION = "Seule avec deux enfants, sans ordinateur ; vient à chaque séance. Avis favorable."
NAMES = (("Nadia", "Benali"), ("Odette", "Lambert"), ("Samuel", "Traoré"))
FACTS = {
    "benefits": ["RSA"],
    "household": "seul_avec_enfants",
    "income": 63_500,
    "equipment": [],
    "commune_code": "93006",
}


def _ccas() -> SimpleNamespace:
    """A CCAS whose three people were referred with a social evaluation, entered, and were evaluated after their course."""
    start = today() - datetime.timedelta(days=60)
    operator = an_operator("CCAS de Bagnolet")
    coordinator = a_user(operator, name="Claire Vidal")
    site = a_site(operator, "Centre Anne-Frank")
    insertion = a_partner(operator, name="Service insertion RSA")
    prescriber = a_user(insertion, Role.PRESCRIBER, name="Odile Garnier")
    edition = an_edition(
        operator,
        by=coordinator,
        name="Cette année",
        starts_on=start,
        ends_on=today() + datetime.timedelta(days=120),
        terms=terms(
            entry={
                "prescriber_required": True,
                "social_evaluation_required": True,
                "rules": [{"fact": "benefits", "any_of": ["RSA", "ASPA"]}],
            },
            courses=[{"code": "redynamisation", "name": "Redynamisation", "hours": 72}],
            equipment=[{"mode": "gift", "kinds": ["laptop"], "condition": "course_evaluated"}],
            connectivity={"aid_eur": "150", "aid_months": 12},
            reviews={"months": [], "by": "adviser"},
        ),
    )
    enrolments: list[Enrolment] = []
    for first_name, last_name in NAMES:
        person = a_person(operator, by=coordinator, first_name=first_name, last_name=last_name, site=site)
        referral = a_referral(
            person, edition, by=prescriber, prescriber=insertion, on=start, social_evaluation=EVALUATION
        )
        enrolment = accept_referral(
            acting_user=coordinator, referral=referral, on=start, facts=FACTS, site=site, adviser=coordinator
        )
        enrolments.append(enrolment)
        for kind, score, after in (("entry", 1, 1), ("exit", 4, 50)):
            day = start + datetime.timedelta(days=after)
            seen = assess(
                acting_user=coordinator, enrolment=enrolment, kind=kind, on=day, scores=dict.fromkeys(Skill, score)
            )
            confirm_level(acting_user=coordinator, assessment=seen, level=seen.proposed_level, on=day)
    _course(edition, enrolments, by=coordinator, start=start)
    ready(operator, by=coordinator, count=3)
    officer = a_user(operator, Role.AID_OFFICER, name="Marc Lefèvre")
    return SimpleNamespace(coordinator=coordinator, officer=officer, edition=edition)


def _course(edition: Edition, enrolments: list[Enrolment], *, by: User, start: datetime.date) -> None:
    """Everyone came to the last class of a course that is over."""
    group = open_group(
        acting_user=by, edition=edition, kind="course", name="Redynamisation", planned_minutes=72 * 60, capacity=15,
        starts_on=start, ends_on=start + datetime.timedelta(days=40), course_code="redynamisation", trainer=by,
    )  # fmt: skip
    for enrolment in enrolments:
        take_place(acting_user=by, group=group, enrolment=enrolment, on=start)
    day = start + datetime.timedelta(days=30)
    lesson = schedule_class(acting_user=by, group=group, on=day, half_day="morning", minutes=180, trainer=by)
    lines = [AttendanceLine(enrolment, "present", 180) for enrolment in enrolments]
    sign_attendance(acting_user=by, class_session=lesson, lines=lines, at=at(day, 12))


def test_a_day_of_handovers_then_the_aid_that_pays_internet(visitor: Visitor) -> None:
    ccas = _ccas()
    page = visitor.page
    visitor.sign_in(ccas.coordinator.email)

    # --- the day is planned: a wrong date keeps what was typed and says how to write it
    visitor.go("/materiel/remises/").click("Préparer une remise")
    visitor.fill(edition=str(ccas.edition.pk), name="Remise de novembre", on="31/02/2026", place="Salle des fêtes")
    visitor.press("Continuer : les personnes")
    assert page.locator("[name=name]").input_value() == "Remise de novembre"
    assert page.locator("[name=on]").input_value() == "31/02/2026"
    assert page.locator("[name=on][aria-invalid=true]").count() == 1
    visitor.fill(on=format_short(today())).press("Continuer : les personnes")

    # --- three people are expected, each with a machine set aside
    visitor.sees("Personnes attendues").press("Inscrire ces personnes").sees("Cochez au moins une personne")
    for box in page.locator("main [name=people]").all():
        box.check(force=True)
    visitor.press("Inscrire ces personnes").sees("Les machines prêtes leur sont réservées").sees("0 sur 3")
    ceremony = Ceremony.objects.get()
    there = page.url.removeprefix(visitor.base)

    # --- the list is on paper for the signatures
    visitor.click("Liste à imprimer").sees("Signature").sees("3 personnes")
    for _first_name, last_name in NAMES:
        visitor.sees(last_name)

    # --- the day: a double click hands over once, a page left open cannot hand over again
    visitor.go(there)
    old = page.context.new_page()
    old.goto(visitor.base + there)
    _hand_over(visitor, clicks=2)
    visitor.sees("1 sur 3")
    assert Allocation.objects.filter(state=AllocationState.SETTLED).count() == 1
    old.get_by_role("button", name="Remettre").first.click()
    old.get_by_role("status").get_by_text("déjà").wait_for()
    old.close()
    assert Allocation.objects.filter(state=AllocationState.SETTLED).count() == 1
    visitor.go(there)
    _hand_over(visitor)
    visitor.sees("2 sur 3")
    _hand_over(visitor)
    visitor.sees("3 sur 3").press("Clore la remise").sees("La remise est close")
    ceremony.refresh_from_db()
    assert ceremony.state == CeremonyState.HELD
    assert page.get_by_role("button", name="Remettre").count() == 0

    # --- an aid is asked for from the file
    visitor.go("/personnes/").click("Benali").sees("remis (don)")
    visitor.click("Demander l'aide").sees("150,00 €").press("Demander l’aide")
    visitor.sees("Elle attend maintenant une décision")

    # --- the aid officer decides with the social evaluation in sight
    aid = InternetAid.objects.get()
    visitor.sign_in(ccas.officer.email).go("/").click("Benali").sees("Avis favorable").sees("635")
    visitor.press("Accorder 150 €").sees("accordée à")

    # --- paid on proof, never without
    visitor.click("Verser l’aide").press("Verser")
    assert visitor.page.locator("[name=proof][aria-invalid=true]").count() == 1
    visitor.fill(proof="facture de l'opérateur").press("Verser").sees("150,00 € versés à")
    aid.refresh_from_db()
    assert (aid.state, aid.amount, aid.proof) == ("paid", 15_000, "facture de l'opérateur")

    # --- the report says it all
    visitor.sign_in(ccas.coordinator.email).go(f"/bilans/edition/{ccas.edition.pk}/")
    visitor.tells("Personnes servies à chaque remise", "3")
    visitor.tells("Machines données", "3")
    visitor.tells("Aides internet accordées", "1")
    visitor.tells("Argent Ce que les comptes ont enregistré Aides internet", "150 €")


def _hand_over(visitor: Visitor, *, clicks: int = 1) -> None:
    """Serve the next person who waits."""
    visitor.page.get_by_role("button", name="Remettre").first.click(click_count=clicks, no_wait_after=False)
    visitor.page.wait_for_load_state()
    visitor.check()

"""A report sets targets beside results, splits people with the unknown apart, and published figures beside recorded ones."""

from decimal import Decimal

import pytest

from declic.ledger.actions import notify_grant
from declic.orientation.actions import refuse_referral
from declic.programmes.models import BudgetLine, MeansLine, Objective, PublishedFigure
from declic.reporting.access import Audience, access_edition
from declic.reporting.reports import Report, build_report, published_comparison
from declic.reporting.small_cells import hidden_cells, hidden_parts
from tests import factories
from tests.reporting.stories import DAY, END, D, Story

pytestmark = pytest.mark.django_db
FUNDER_LIMIT = 11


@pytest.fixture
def story() -> Story:
    return Story.open()


def report(story: Story, *, limit: int | None = None, at: object = END) -> Report:
    edition = access_edition(story.edition.pk, story.user)
    return build_report([edition], at, Audience(limit=limit, opens_records=limit is None))  # type: ignore[arg-type]


def objective(story: Story, name: str, target: int) -> None:
    Objective.objects.create(operator=story.operator, edition=story.edition, indicator=name, label=name, target=target)


def test_an_objective_says_target_result_gap_and_state(story: Story) -> None:
    for name, target in (("participants", 2), ("people_supported", 5), ("hours_attended", 10), ("fill_rate_pct", 80)):
        objective(story, name, target)
    objective(story, "moral_des_troupes", 1)
    story.entered()
    story.entered()
    lines = {line.name: line for line in report(story).objectives}
    assert (lines["participants"].gap, lines["participants"].state) == (0, "reached")
    assert (lines["people_supported"].gap_text, lines["people_supported"].state) == ("−3", "partly")
    assert lines["hours_attended"].state == "not_yet"
    # Without places nobody knows how full they are, and no record measures an indicator of one's own.
    assert lines["fill_rate_pct"].state == lines["moral_des_troupes"].state == "unknown"


def test_the_profile_keeps_the_unknown_apart(story: Story) -> None:
    story.entered(household="seul", person=story.person(gender="feminin", birth_date=D(1990, 3, 5)))
    story.entered(household="seul", person=story.person(gender="non_communique"))
    story.entered()
    spreads = {spread.code: spread for spread in report(story).profile}
    numbers = {code: [(cell.name, cell.number) for cell in spread.cells] for code, spread in spreads.items()}
    assert numbers["foyer"] == [("foyer.seul", 2), ("foyer.inconnu", 1)]
    assert numbers["genre"] == [("genre.feminin", 1), ("genre.inconnu", 2)]
    assert numbers["age"] == [("age.25-39", 1), ("age.inconnu", 2)]
    assert (spreads["foyer"].known, spreads["foyer"].total) == (2, 3)


def test_the_journey_and_the_reasons_of_refusal(story: Story) -> None:
    story.referred()
    refused = story.referred()
    refuse_referral(acting_user=story.user, referral=refused, on=D(2024, 3, 8), reason="non_joignable")
    story.entered()
    found = report(story)
    assert {line.name: line.figure.value for line in found.journey} == {"referrals": 2, "participants": 1}
    assert [(cell.name, cell.number) for cell in found.answers.cells] == [("reponse.sent", 1), ("reponse.refused", 1)]
    assert [(cell.name, cell.number) for cell in found.refusals.cells] == [("refus.non_joignable", 1)]
    before = report(story, at=D(2024, 3, 7))
    assert [(cell.name, cell.number) for cell in before.answers.cells] == [("reponse.sent", 2)]
    assert before.refusals.cells == ()


def test_a_grant_fills_the_lines_of_its_funder(story: Story) -> None:
    funder = factories.a_partner(story.operator, "funder", "Fondation A")
    other = factories.a_partner(story.operator, "funder", "Grande Fondation A")
    for label, who, planned in (("Machines", funder, 10_000), ("Salaires", funder, 20_000), ("Autre", other, 5_000)):
        BudgetLine.objects.create(
            operator=story.operator, edition=story.edition, side="income", label=label, planned=planned, funder=who
        )
    BudgetLine.objects.create(
        operator=story.operator, edition=story.edition, side="expense", label="Tout", planned=30_000
    )
    notify_grant(
        acting_user=story.user, operator=story.operator, section=story.edition.section, funder_name="Fondation A",
        amount=12_000, on=DAY, key="a",
    )  # fmt: skip
    money = report(story).money
    assert [(row.label, row.actual, row.gap) for row in money.incomes] == [
        ("Machines", 10_000, 0), ("Salaires", 2_000, -18_000), ("Autre", 0, -5_000),
    ]  # fmt: skip
    assert money.incomes[1].gap_pct == -90
    assert money.unbalanced_by == 5_000


def test_means_are_told_over_the_whole_edition(story: Story) -> None:
    for per, hours in (("week", 3), ("month", 2), ("year", 151), ("edition", 10)):
        MeansLine.objects.create(operator=story.operator, edition=story.edition, role=per, hours=hours, per=per)
    assert [row.over_all for row in report(story).means] == [Decimal("156.9"), 24, 151, 10]


def test_a_funder_reads_no_small_cell_and_cannot_work_one_out(story: Story) -> None:
    objective(story, "participants", 30)
    objective(story, "has_email_address_pct", 50)
    for number in range(30):
        story.entered(
            household="seul" if number < 4 else "couple" if number < 18 else "autre", has_email_address=number > 2
        )
    seen = report(story, limit=FUNDER_LIMIT)
    household = {cell.name: cell.number for cell in next(s for s in seen.profile if s.code == "foyer").cells}
    assert household == {"foyer.seul": None, "foyer.couple": 14, "foyer.autre": None}
    lines = {line.name: line for line in seen.objectives}
    assert lines["participants"].figure.value == 30
    # 27 of 30 have an address: the three who have none could be counted.
    assert lines["has_email_address_pct"].state == "hidden"
    assert lines["has_email_address_pct"].text == "masqué"
    assert report(story).objectives[1].figure.value == 90


def test_a_handful_of_people_is_not_told_to_a_funder(story: Story) -> None:
    for _number in range(3):
        story.entered()
    seen = report(story, limit=FUNDER_LIMIT)
    assert seen.people.text == "moins de 11"
    assert all(spread.total is None for spread in seen.profile)
    assert all(cell.number is None for spread in seen.profile for cell in spread.cells)


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ({"a": 20, "b": 30}, set()),
        ({"a": 20, "b": 0}, set()),
        ({"a": 3, "b": 12, "c": 40}, {"a", "b"}),
        ({"a": 3, "b": 5, "c": 12, "d": 40}, {"a", "b", "c"}),
        ({"a": 6, "b": 7, "c": 12}, {"a", "b"}),
        ({"a": 3, "b": 4}, {"a", "b"}),
    ],
)
def test_hidden_cells_are_two_and_count_enough_people(cells: dict[str, int], hidden: set[str]) -> None:
    assert hidden_cells(cells, 11) == hidden
    assert hidden_cells(cells, None) == set()


def test_parts_that_overlap_hide_the_few_and_the_nearly_all() -> None:
    assert hidden_parts({"RSA": 48, "ASS": 20, "AAH": 3, "ATA": 0}, 50, 11) == {"RSA", "AAH"}


def test_published_figures_stand_beside_the_records_with_their_arithmetic(story: Story) -> None:
    programme = story.edition.programme
    other = factories.an_edition(
        story.operator, by=story.user, programme=programme, starts_on=D(2025, 1, 1), ends_on=D(2025, 12, 31)
    )
    story.entered(on=DAY)
    story.entered(on=D(2024, 6, 3))
    factories.an_enrolment(person=story.person(), edition=other, by=story.user, on=D(2025, 2, 3))

    def publish(name: str, value: object, **fields: object) -> None:
        PublishedFigure.objects.create(
            operator=story.operator, programme=programme, name=name, label=name, value=value, **fields
        )

    publish("participants", 3)
    publish("un", 2, indicator="participants", edition=story.edition)
    publish("tot", 1, indicator="participants", edition=story.edition, at=D(2024, 5, 1))
    publish("people_supported", 51, arithmetic={"sum": [32, 15], "equals": 47}, unit="personnes")
    publish("contexte", 12, unit="%", reproduce=False)
    found = {one.name: one for one in published_comparison(programme)}
    assert [found[name].recorded for name in ("participants", "un", "tot")] == [3, 2, 1]
    assert all(found[name].agrees for name in ("participants", "un", "tot"))
    assert found["participants"].contradiction is None
    assert "47" in str(found["people_supported"].contradiction)
    assert found["people_supported"].agrees is False
    assert (found["contexte"].recorded, found["contexte"].agrees) == (None, None)
    assert found["participants"].at == D(2025, 12, 31)
    assert found["tot"].published == 1
    assert found["un"].figure is not None
    assert found["un"].figure.value == Decimal(2)

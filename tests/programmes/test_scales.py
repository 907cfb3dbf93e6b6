"""Dated scales: the amount of a day, whatever was written since, and terms that name a scale instead of an amount."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from declic.core.errors import DomainError
from declic.programmes import actions
from declic.programmes.documents import read_document, render
from declic.programmes.models import Scale, ScaleAmount
from declic.programmes.queries import current_terms
from declic.programmes.scales import ScaleOn, scales_on
from declic.programmes.schema import EntryTerms, Terms
from declic.programmes.sentences import entry_sentences
from tests.factories import a_user, a_world, an_edition, an_operator, signed_in, terms

pytestmark = pytest.mark.django_db
D = datetime.date
ENTRY = {"prescriber_required": "non", "social_evaluation_required": "non", "answer_days": "10", "close_days": "30"}


class Story:
    def __init__(self) -> None:
        self.operator = an_operator()
        self.user = a_user(self.operator)
        self.scale: Scale = actions.create_scale(
            acting_user=self.user, operator=self.operator, label="Plafond de ressources", source="Décret"
        )

    def worth(self, cents: int, since: datetime.date, **more: Any) -> ScaleAmount:
        return actions.set_amount(acting_user=self.user, scale=self.scale, cents=cents, since=since, **more)

    def on(self, day: datetime.date) -> ScaleOn:
        return scales_on(self.operator.pk, [self.scale.code], day)[self.scale.code]


def test_a_new_amount_ends_the_former_the_day_before() -> None:
    story = Story()
    story.worth(80_000, D(2024, 1, 1))
    story.worth(82_000, D(2024, 4, 1))
    assert story.on(D(2024, 3, 31)).amounts == {None: 80_000}
    assert story.on(D(2024, 4, 1)).amounts == {None: 82_000}
    assert story.on(D(2023, 12, 31)).amounts == {}


def test_an_amount_of_before_leaves_what_came_later() -> None:
    story = Story()
    story.worth(82_000, D(2024, 4, 1))
    story.worth(80_000, D(2024, 1, 1))
    assert [story.on(day).amounts[None] for day in (D(2024, 3, 31), D(2024, 4, 1))] == [80_000, 82_000]


def test_the_same_day_again_corrects_the_amount() -> None:
    story = Story()
    story.worth(8_000, D(2024, 1, 1))
    story.worth(80_000, D(2024, 1, 1))
    assert ScaleAmount.objects.get().cents == 80_000


def test_an_amount_may_end_and_then_nothing_is_known() -> None:
    story = Story()
    story.worth(80_000, D(2024, 1, 1), until=D(2024, 3, 31))
    assert story.on(D(2024, 3, 31)).amounts == {None: 80_000}
    assert story.on(D(2024, 4, 1)).amounts == {}
    with pytest.raises(DomainError, match="La fin vient avant"):
        story.worth(80_000, D(2024, 1, 1), until=D(2023, 12, 31))


def test_each_size_of_household_has_its_own_dates() -> None:
    story = Story()
    story.worth(80_000, D(2024, 1, 1), persons=1)
    story.worth(120_000, D(2024, 1, 1), persons=2)
    story.worth(82_000, D(2024, 4, 1), persons=1)
    scale = story.on(D(2024, 5, 1))
    assert scale.amounts == {1: 82_000, 2: 120_000}
    assert (scale.amount_for(2), scale.amount_for(3), scale.amount_for(None)) == (120_000, None, None)
    with pytest.raises(DomainError, match="Un foyer compte"):
        story.worth(1, D(2024, 1, 1), persons=0)


DAYS = st.integers(0, 30).map(lambda n: D(2024, 1, 1) + datetime.timedelta(days=n))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(DAYS, st.none() | st.integers(0, 12), st.integers(0, 999)), min_size=1, max_size=6))
def test_on_any_day_the_amount_is_the_one_last_written_for_it(
    written: list[tuple[datetime.date, int | None, int]],
) -> None:
    """A plain table of days, filled in the same order, says the same."""
    outer = transaction.atomic()
    outer.__enter__()
    try:
        story = Story()
        table: dict[datetime.date, int] = {}
        begins: set[datetime.date] = set()
        last = D(2024, 3, 31)
        for since, length, cents in written:
            until = None if length is None else since + datetime.timedelta(days=length)
            story.worth(cents, since, until=until)
            next_one = min((day for day in begins if day > since), default=last + datetime.timedelta(days=1))
            # What held that day stops, even where the new amount ends before it.
            running = since
            while running < next_one and (running in table or running == since):
                table.pop(running, None)
                running += datetime.timedelta(days=1)
            day = since
            while day < next_one and (until is None or day <= until):
                table[day] = cents
                day += datetime.timedelta(days=1)
            begins.add(since)
        day = D(2023, 12, 31)
        while day <= last:
            assert story.on(day).amounts.get(None) == table.get(day), day
            day += datetime.timedelta(days=1)
    finally:
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


def test_the_database_refuses_two_amounts_for_one_day() -> None:
    story = Story()
    amount = story.worth(80_000, D(2024, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ScaleAmount.objects.create(
            operator=story.operator, scale=story.scale, cents=1, valid=DateRange(D(2024, 6, 1), None)
        )
    assert ScaleAmount.objects.get() == amount


def test_two_scales_never_share_a_code_but_two_operators_may() -> None:
    story = Story()
    with pytest.raises(DomainError, match="déjà l'identifiant"):
        actions.create_scale(acting_user=story.user, operator=story.operator, label="PLAFOND de ressources")
    assert Story().scale.code == story.scale.code == "plafond-de-ressources"
    long = actions.create_scale(
        acting_user=story.user, operator=story.operator, label="Plafond de la complémentaire santé solidaire"
    )
    assert long.code == "plafond-de-la-complementaire-sante"
    with pytest.raises(DomainError, match="lettres"):
        actions.create_scale(acting_user=story.user, operator=story.operator, label="!!")


def test_another_operators_scale_is_never_read() -> None:
    story, other = Story(), Story()
    other.worth(1, D(2024, 1, 1))
    assert story.on(D(2024, 2, 1)).amounts == {}
    assert scales_on(story.operator.pk, ["inconnu"], D(2024, 2, 1)) == {}


# ------------------------------------------------------------------------------------------------------------- terms


def test_a_ceiling_is_an_amount_or_a_scale() -> None:
    for rule in ({}, {"max_eur": "900", "scale": "plafond"}, {"scale": "Pas un code"}):
        with pytest.raises(ValidationError):
            EntryTerms.model_validate({"rules": [{"fact": "income", **rule}]})
    entry = EntryTerms.model_validate(
        {"rules": [{"fact": "income", "scale": "plafond"}, [{"fact": "income_after_charges", "scale": "reste"}]]}
    )
    assert entry.scale_codes() == {"plafond", "reste"}


def test_closing_is_never_proposed_before_the_reminder() -> None:
    with pytest.raises(ValidationError, match="délai de réponse"):
        EntryTerms.model_validate({"answer_days": 20, "close_days": 10})


def test_terms_written_before_delays_existed_have_the_usual_ones() -> None:
    entry = Terms.model_validate({"entry": {"prescriber_required": True, "rules": []}}).entry
    assert (entry.answer_days, entry.close_days) == (10, 30)


def test_a_file_carries_scales_and_delays_both_ways() -> None:
    text = """
format = 1
[programme]
name = "Dispositif"
[terms.entry]
answer_days = 5
close_days = 20
rules = [{ fact = "income", scale = "plafond-css" }]
"""
    document = read_document(text)
    assert document.terms.entry.answer_days == 5
    assert read_document(render(document)) == document
    said = " ".join(entry_sentences(document.terms))
    assert "plafond-css" in said
    assert "sous 5 jours" in said


def test_a_file_with_two_ceilings_or_delays_out_of_order_says_so() -> None:
    text = """
format = 1
[programme]
name = "Dispositif"
[terms.entry]
answer_days = 30
close_days = 5
rules = [{ fact = "income", scale = "plafond", max_eur = 900 }]
"""
    with pytest.raises(DomainError) as error:
        read_document(text)
    assert "terms.entry.rules[0].scale" in str(error.value)
    assert "terms.entry.close_days" in str(error.value)


# ------------------------------------------------------------------------------------------------------------- pages


def test_a_coordinator_keeps_a_scale_and_terms_name_it() -> None:
    world = a_world()
    client = signed_in(world.users["coordinator"])
    made = client.post(reverse("programmes:scale_create"), {"label": "Plafond santé", "source": "Arrêté du 27 mars"})
    scale = Scale.objects.get()
    page = reverse("programmes:scale", args=[scale.pk])
    assert made.url == page
    assert "n’écarte personne" in client.get(page).text
    assert client.post(page, {"cents": "809,90", "since": "01/04/2024"}).status_code == 303
    assert client.post(page, {"cents": "847", "since": "01/04/2025", "persons": "1"}).status_code == 303
    assert "809,90" in client.get(page).text
    assert "Plafond santé" in client.get(reverse("programmes:scales")).text
    assert client.post(reverse("programmes:scale_edit", args=[scale.pk]), {"label": "Plafond"}).status_code == 303
    edition = an_edition(world.operator, terms=terms())
    address = reverse("programmes:terms", args=[edition.pk, "entree"])
    version = client.get(address).context["form"]["version"].value()
    sent = client.post(address, {**ENTRY, "version": version, "income_scale": scale.code, "answer_days": "5"})
    assert sent.status_code == 303, sent.context["form"].errors
    entry = current_terms(edition).terms.entry
    assert entry.scale_codes() == {scale.code}
    assert entry.answer_days == 5
    shown = client.get(address).context["form"]
    assert shown["income_scale"].value() == scale.code
    assert shown["answer_days"].value() == 5


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"income": "900", "income_scale": "plafond"}, "gardez l&#x27;un des deux"),
        ({"answer_days": "40", "close_days": "30"}, "plus court"),
        ({"answer_days": "0"}, "supérieure ou égale à 1"),
    ],
)
def test_the_form_of_entry_says_what_does_not_go_together(typed: dict[str, str], said: str) -> None:
    world = a_world()
    actions.create_scale(acting_user=world.users["coordinator"], operator=world.operator, label="Plafond")
    edition = an_edition(world.operator)
    client = signed_in(world.users["coordinator"])
    address = reverse("programmes:terms", args=[edition.pk, "entree"])
    version = client.get(address).context["form"]["version"].value()
    page = client.post(address, {**ENTRY, "version": version, **typed})
    assert page.status_code == 422
    assert said in page.text


def test_the_list_of_scales_asks_as_many_queries_for_one_as_for_thirty(django_assert_max_num_queries) -> None:
    world = a_world()
    client = signed_in(world.users["coordinator"])
    counts = []
    for more in (1, 29):
        for number in range(more):
            actions.create_scale(
                acting_user=world.users["coordinator"], operator=world.operator, label=f"Barème {more} {number}"
            )
        with django_assert_max_num_queries(12) as asked:
            client.get(reverse("programmes:scales"))
        counts.append(len(asked))
    assert counts[0] == counts[1]

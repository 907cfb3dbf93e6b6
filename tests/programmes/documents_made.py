"""Programme documents made up by hypothesis, right in every rule."""

import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from declic.programmes.indicators import aims

words = st.text(alphabet="abcdeéÉç'\"\\=[]{}#.,;:-_€ ", min_size=1, max_size=24).map(
    lambda text: " ".join(text.split()) or "x"
)
codes = st.text(alphabet="abc_", min_size=1, max_size=6)
euros = st.integers(0, 10_000_00).map(lambda cents: Decimal(cents) / 100)
days = st.dates(datetime.date(2015, 1, 1), datetime.date(2030, 1, 1))


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


rule = st.one_of(
    st.builds(lambda low, more: {"fact": "age", "min": low, "max": low + more}, st.integers(0, 60), st.integers(0, 60)),
    some("RSA", "ASS", "ASPA").map(lambda codes: {"fact": "benefits", "any_of": codes}),
    some("chomeur", "inactif").map(lambda codes: {"fact": "labour_status", "any_of": codes}),
    some("93006", "2A004").map(lambda codes: {"fact": "commune", "any_of": codes}),
    st.just({"fact": "priority_zone"}),
    euros.map(lambda amount: {"fact": "income_after_charges", "max_eur": amount}),
    some("ordinateur", "tablette").map(lambda codes: {"fact": "equipment_at_home", "none_of": codes}),
    some("PLIE", "FT", "CCAS").map(lambda codes: {"fact": "prescriber_kind", "any_of": codes}),
)
loan = st.fixed_dictionaries(
    {"mode": st.just("loan"), "kinds": st.just(["laptop"]), "deposit_eur": euros, "months": st.integers(1, 24)},
    optional={"options_at_term": some("return", "keep"), "refurbisher": words},
)
sale = st.fixed_dictionaries(
    {"mode": st.just("sale"), "kinds": some("tablet", "desktop"), "price_eur": euros.filter(bool)},
    optional={"condition": st.just("course_finished")},
)
recharge = st.builds(
    lambda name, price, saved: {"name": name, "public_price_eur": price + saved, "solidarity_price_eur": price},
    words,
    euros,
    euros,
)
terms = st.fixed_dictionaries(
    {},
    optional={
        "drop_in": st.booleans(),
        "entry": st.fixed_dictionaries(
            {"prescriber_required": st.booleans()},
            optional={"rules": st.lists(st.one_of(rule, st.lists(rule, min_size=1, max_size=3)), max_size=3)},
        ),
        "courses": st.lists(
            st.fixed_dictionaries({"code": codes, "name": words, "hours": st.integers(1, 100)}),
            max_size=3,
            unique_by=lambda course: course["code"],
        ),
        "workshops": st.lists(st.fixed_dictionaries({"theme": words}, optional={"audience": words}), max_size=3),
        "equipment": st.tuples(loan, sale).map(list),
        "connectivity": st.fixed_dictionaries({"aid_eur": euros, "recharges": st.lists(recharge, max_size=2)}),
        "barriers": st.lists(
            st.fixed_dictionaries({"code": codes, "label": words}),
            max_size=3,
            unique_by=lambda barrier: barrier["code"],
        ),
        "reviews": st.fixed_dictionaries(
            {"months": st.lists(st.integers(1, 24), max_size=3), "by": st.sampled_from(["prescriber", "adviser"])},
            optional={"observed_uses": st.lists(words, max_size=3)},
        ),
    },
)
objective = st.fixed_dictionaries(
    {"indicator": st.sampled_from([code for code, _words in aims()]), "label": words, "target": euros}
)
budget = st.one_of(
    st.fixed_dictionaries({"side": st.just("expense"), "label": words, "planned_eur": euros}),
    st.fixed_dictionaries(
        {"side": st.just("income"), "label": words, "planned_eur": euros, "year": st.integers(2015, 2030)},
        optional={"funder": st.just("Fondation A")},
    ),
)
figure = st.fixed_dictionaries(
    {"label": words, "value": st.one_of(st.integers(0, 10**6), st.just(Decimal("62.5")))},
    optional={
        "note": words,
        "at": days,
        "printed": st.integers(0, 100),
        "arithmetic": st.one_of(
            st.just({"ratio": [32, 40], "equals_pct": 80}), st.just({"sum": [32, 15], "gap": "personnes"})
        ),
        "reproduce": st.booleans(),
    },
)


@st.composite
def edition(draw: st.DrawFn, number: int) -> dict[str, Any]:
    starts = draw(days)
    made = {
        "name": f"{draw(words)} {number}",
        "starts_on": starts,
        "ends_on": starts + datetime.timedelta(days=draw(st.integers(0, 900))),
        "objective": draw(st.lists(objective, max_size=3, unique_by=lambda row: row["indicator"])),
        "means": [
            {"role": "Équipe", "hours": draw(euros), "per": draw(st.sampled_from(["week", "month", "year", "edition"]))}
        ],
        "budget": draw(st.lists(budget, max_size=3)),
    }
    if draw(st.booleans()):
        made["places"] = draw(st.integers(0, 500))
    if draw(st.booleans()):
        made["terms"] = draw(terms)
    return made


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A right document, as the plain data of a TOML file."""
    return {
        "format": 1,
        "programme": {"name": draw(words), "slug": "essai", "summary": draw(words)},
        "partner": [
            {"name": "Fondation A", "kind": "funder", "since": draw(days)},
            {"name": "Plateforme B", "kind": "prescriber", "prescriber_kind": "PLIE", "since": draw(days)},
            {"name": "Réseau C", "kind": "network", "since": draw(days)},
        ],
        "terms": draw(terms),
        "edition": [draw(edition(number)) for number in range(draw(st.integers(0, 2)))],
        "published": draw(
            st.dictionaries(st.sampled_from(["places", "identified", "autre_chiffre"]), figure, max_size=3)
        ),
    }

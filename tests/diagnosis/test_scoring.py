"""From scores to a proposed level: what is unknown counts for nothing, and doubt is said."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from declic.diagnosis.enums import CUT_POINTS, Level, Skill, Theme
from declic.diagnosis.scoring import ENOUGH_KNOWN, propose, theme_means

SCORES = st.dictionaries(st.sampled_from(list(Skill)), st.one_of(st.none(), st.integers(0, 4)))


def all_scored(score: int, **others: int | None) -> dict[Skill, int | None]:
    return {skill: others.get(skill.value, score) for skill in Skill}


def test_someone_who_does_nothing_alone_yet_is_a_beginner() -> None:
    proposal = propose(all_scored(0))
    assert proposal is not None
    assert (proposal.level, proposal.other) == (Level.DEBUTANT, None)


def test_someone_at_ease_everywhere_is_autonomous() -> None:
    proposal = propose(all_scored(4))
    assert proposal is not None
    assert (proposal.level, proposal.other) == (Level.AUTONOME, None)


def test_a_mean_near_a_cut_point_stands_between_two_levels() -> None:
    # 8 skills at 1 and 8 at 2 make 1.5, a tenth above the start of "intermédiaire".
    scores: dict[Skill, int | None] = {skill: 1 + index % 2 for index, skill in enumerate(Skill)}
    proposal = propose(scores)
    assert proposal is not None
    assert (proposal.level, proposal.other) == (Level.INTERMEDIAIRE, Level.DEBUTANT)


def test_a_mean_exactly_at_the_edge_of_doubt_is_no_doubt() -> None:
    # 20 skills would not fit: 1.25 is 0.15 under the cut-point of 1.4, and 20 / 16 = 1.25.
    scores: dict[Skill, int | None] = {skill: 2 if index < 4 else 1 for index, skill in enumerate(Skill)}
    proposal = propose(scores)
    assert proposal is not None
    assert proposal.mean == Fraction(5, 4)
    assert (proposal.level, proposal.other) == (Level.DEBUTANT, None)


def test_few_known_skills_leave_a_doubt_even_far_from_a_cut_point() -> None:
    scores: dict[Skill, int | None] = {
        skill: 0 if index < ENOUGH_KNOWN - 1 else None for index, skill in enumerate(Skill)
    }
    proposal = propose(scores)
    assert proposal is not None
    assert (proposal.level, proposal.other, proposal.known) == (Level.DEBUTANT, Level.INTERMEDIAIRE, 7)


def test_nothing_known_proposes_nothing() -> None:
    assert propose(dict.fromkeys(Skill)) is None


def test_a_theme_of_which_nothing_is_known_has_no_mean() -> None:
    means = theme_means({Skill.CONNECT: 4, Skill.BROWSE: 1, Skill.FRAUD: None})
    assert means[Theme.INTERNET] == Fraction(5, 2)
    assert means[Theme.SECURITY] is None


@given(SCORES)
def test_what_is_unknown_changes_no_mean(scores: dict[Skill, int | None]) -> None:
    proposal = propose(scores)
    only_known = propose({skill: score for skill, score in scores.items() if score is not None})
    assert proposal == only_known


@given(SCORES)
def test_the_two_levels_of_a_doubt_are_neighbours(scores: dict[Skill, int | None]) -> None:
    proposal = propose(scores)
    order = [level for level, _start in CUT_POINTS.starts]
    if proposal is not None and proposal.other is not None:
        assert abs(order.index(proposal.level) - order.index(proposal.other)) == 1

"""How scores become a proposed level: plain arithmetic over the skills that are known, with versioned cut-points."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from declic.diagnosis.enums import CUT_POINTS, THEMES, CutPoints, Level, Skill, Theme

ENOUGH_KNOWN = 8
"""Under this number of known skills, out of sixteen, one level alone would say more than was seen."""


@dataclass(frozen=True)
class Proposal:
    """A level, and the neighbour it could be as well when what was seen does not settle it."""

    level: Level
    other: Level | None
    mean: Fraction
    known: int


def mean_of(scores: Mapping[Skill, int | None], skills: tuple[Skill, ...] = tuple(Skill)) -> Fraction | None:
    """Mean (0 to 4) of the known scores among `skills`; None when none is known, which is not zero."""
    known = [score for skill in skills if (score := scores.get(skill)) is not None]
    return Fraction(sum(known), len(known)) if known else None


def theme_means(scores: Mapping[Skill, int | None]) -> dict[Theme, Fraction | None]:
    """Mean (0 to 4) per theme, None where nothing is known."""
    return {theme: mean_of(scores, skills) for theme, skills in THEMES.items()}


def propose(scores: Mapping[Skill, int | None], cut_points: CutPoints = CUT_POINTS) -> Proposal | None:
    """The level of the mean of known scores; None when nothing is known.

    `other` names the neighbouring level when the mean is within `doubt` of a cut-point, or when fewer than
    `ENOUGH_KNOWN` skills are known: the adviser then chooses between the two.
    """
    mean = mean_of(scores)
    if mean is None:
        return None
    # Read from their decimal writing: 1.4 - 1.25 must be 0.15 exactly.
    starts = [(level, Fraction(str(start))) for level, start in cut_points.starts]
    position = max(index for index, (_level, start) in enumerate(starts) if mean >= start)
    neighbours = [(mean - starts[position][1], position - 1)] if position else []
    if position + 1 < len(starts):
        neighbours.append((starts[position + 1][1] - mean, position + 1))
    distance, neighbour = min(neighbours)
    known = sum(score is not None for score in scores.values())
    in_doubt = distance < Fraction(str(cut_points.doubt)) or known < ENOUGH_KNOWN
    return Proposal(starts[position][0], starts[neighbour][0] if in_doubt else None, mean, known)

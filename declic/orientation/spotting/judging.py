"""What would be done with each line: a new file, a file already known, refused, left aside, or a question to someone."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.orientation.enums import RowVerdict
from declic.orientation.models import SpottingImport, SpottingRow
from declic.orientation.spotting.matching import Match, already_there, find_matches
from declic.orientation.spotting.reading import Said, understand, values_of
from declic.people.access import visible_people

ASIDE, SAME, OTHERS, DISTINCT = "aside", "same", "others", "distinct"
"""Decisions kept among the fixes of a line: left aside, the file meant, those not meant, not the twin of another line."""

_DECISIONS = frozenset({ASIDE, SAME, OTHERS, DISTINCT})


@dataclass
class Line:
    """One line of the list on its way to a verdict; `typed` are its cells or kept values, `fixes` what someone changed."""

    number: int
    typed: Mapping[str, Any]
    fixes: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    said: Said = field(default_factory=Said)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    verdict: str = RowVerdict.PENDING
    person: int | None = None
    key: str = ""

    def read(self, *, on: datetime.date, name_first: bool) -> None:
        """Understand the line, what was corrected by hand first."""
        typed = {**self.typed, **corrections(self.fixes)}
        # Whoever corrects a line has looked at it: what was odd about it as a whole is settled.
        problem = "" if corrections(self.fixes) else self.problem
        self.said = understand(typed, on=on, name_first=name_first, problem=problem)
        self.values = values_of(self.said, typed)
        self.problems = list(self.said.problems)
        self.key = "" if self.said.refused or self.fixes.get(ASIDE) else self.said.key()

    def decide(self, verdict: str, why: str = "", person: int | None = None) -> None:
        """Give the verdict and its reason."""
        self.verdict, self.person = verdict, person
        if why:
            self.problems = [*self.problems, {"field": "", "text": why, "stop": False}]


def corrections(fixes: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed anew among the fixes of a line."""
    return {name: text for name, text in fixes.items() if name not in _DECISIONS}


def judge(batch: SpottingImport, lines: Sequence[Line], *, user: User) -> None:
    """Give each line its verdict, with what `user` may see of the files. Ten queries at most, however many lines."""
    open_lines = []
    for line in lines:
        if line.fixes.get(ASIDE):
            line.decide(RowVerdict.SKIP, _("Laissée de côté."))
        elif line.said.refused:
            line.decide(RowVerdict.REFUSE)
        else:
            open_lines.append(line)
    twins = _twins(batch, open_lines)
    alone = []
    for line in open_lines:
        if (first := twins.get(line.number)) is not None and not line.fixes.get(DISTINCT):
            line.decide(RowVerdict.SKIP, _("Même personne que la ligne %(n)d.") % {"n": first})
        else:
            alone.append(line)
    _match(batch, alone, user)


def _match(batch: SpottingImport, lines: Sequence[Line], user: User) -> None:
    people = visible_people(user).filter(operator=batch.operator_id)
    found = find_matches(people, batch.operator_id, {line.number: line.said for line in lines})
    own = _opened_by(batch, {match.person for matches in found.values() for match in matches})
    for line in lines:
        others = {*line.fixes.get(OTHERS, ()), *own}
        matches = [match for match in found.get(line.number, ()) if match.person not in others]
        chosen = next((match for match in matches if match.person == line.fixes.get(SAME)), None)
        if chosen is not None:
            line.decide(RowVerdict.MATCH, person=chosen.person)
        elif not matches:
            line.decide(RowVerdict.CREATE)
        else:
            best = matches[0]
            verdict = RowVerdict.MATCH if best.sure else RowVerdict.PENDING
            line.decide(verdict, "" if best.sure else reason(best), best.person)
    _tied(batch, [line for line in lines if line.person is not None])


def reason(match: Match) -> str:
    """Why a file may be the one meant, as a question to whoever reads the list."""
    return {
        "near": _("Même date de naissance, nom très proche : est-ce la même personne ?"),
        "name": _("Même nom, mais une date de naissance manque : est-ce la même personne ?"),
        "phone": _("Même téléphone, nom très proche : est-ce la même personne ?"),
    }.get(match.why, "")


def _tied(batch: SpottingImport, lines: Sequence[Line]) -> None:
    """Those already on their way to the edition, or meant by an earlier line, are left aside."""
    tied = already_there(batch.edition_id, {line.person for line in lines if line.person})
    words = {
        "spotted": _("Déjà repérée pour cette édition."),
        "referred": _("Déjà orientée vers cette édition."),
        "enrolled": _("Déjà entrée dans cette édition."),
    }
    taken = dict(
        SpottingRow.objects.filter(
            batch=batch, verdict=RowVerdict.MATCH, person__in={line.person for line in lines if line.person}
        )
        .exclude(number__in=[line.number for line in lines])
        .values_list("person_id", "number")
    )
    for line in sorted(lines, key=lambda line: line.number):
        if line.verdict != RowVerdict.MATCH or line.person is None:
            continue
        if line.person in tied:
            line.decide(RowVerdict.SKIP, words[tied[line.person]], line.person)
        elif taken.get(line.person, line.number) < line.number:
            line.decide(RowVerdict.SKIP, _("Même personne que la ligne %(n)d.") % {"n": taken[line.person]})
        else:
            taken[line.person] = line.number


def _twins(batch: SpottingImport, lines: Iterable[Line]) -> dict[int, int]:
    """For each line that tells of the same person as an earlier one, the number of that one."""
    first: dict[str, int] = {}
    ordered = sorted(lines, key=lambda line: line.number)
    keys = {line.key for line in ordered if line.key}
    for number, key in (
        SpottingRow.objects.filter(batch=batch, key__in=list(keys))
        .exclude(key="")
        .exclude(number__in=[line.number for line in ordered])
        .order_by("-number")
        .values_list("number", "key")
    ):
        first[key] = number
    twins: dict[int, int] = {}
    for line in ordered:
        if not line.key:
            continue
        earlier = first.setdefault(line.key, line.number)
        if earlier < line.number:
            twins[line.number] = earlier
        else:
            first[line.key] = line.number
    return twins


def _opened_by(batch: SpottingImport, people: Iterable[int]) -> set[int]:
    """Those of `people` (ids) whose files this very import opened: two lines apart stay two people."""
    wanted = list(people)
    if not wanted:
        return set()
    return set(
        SpottingRow.objects.filter(batch=batch, created=True, person__in=wanted).values_list("person_id", flat=True)
    )

"""What surrounds a person, read at once for her file: who follows her, who is close, which team reads, what was reunited."""

import datetime
from dataclasses import dataclass, field

from django.db.models import CharField, DateField, F, IntegerField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.people.access import open_shares, visible_links
from declic.people.enums import LinkKind
from declic.people.models import CaseWorker, FileShare, Merge, Person


@dataclass(frozen=True)
class Around:
    """One line: a name, what it is to the person, since or until when; `pk` of the row, `other` the other person's."""

    pk: int
    name: str
    detail: str
    day: datetime.date
    other: int | None = None


@dataclass(frozen=True)
class Surroundings:
    followers: list[Around] = field(default_factory=list)
    links: list[Around] = field(default_factory=list)
    shares: list[Around] = field(default_factory=list)
    reunions: list[Around] = field(default_factory=list)


def surroundings(user: User, person: Person, *, on: datetime.date) -> Surroundings:
    """All of it in one query; of links, only those to people whom `user` may see (rule 19)."""

    def part(rows: object, kind: str, name: object, detail: object, day: str, other: object) -> object:
        return rows.order_by().values_list(  # type: ignore[attr-defined]
            Value(kind, output_field=CharField()), "pk", name, detail, Cast(day, DateField()), other
        )

    nothing = Value("", output_field=CharField())
    nobody = Value(None, output_field=IntegerField())

    def called(path: str) -> Concat:
        return Concat(F(f"{path}__first_name"), Value(" "), F(f"{path}__last_name"), output_field=CharField())

    links = visible_links(user, person).filter(until__isnull=True)
    rows = part(
        CaseWorker.objects.filter(person=person, until__isnull=True),
        "follower", F("user__name"), nothing, "since", F("user_id"),
    ).union(  # type: ignore[attr-defined]
        part(links.filter(person=person), "to", called("other"), F("kind"), "since", F("other_id")),
        part(links.filter(other=person), "from", called("person"), F("kind"), "since", F("person_id")),
        part(
            FileShare.objects.filter(open_shares(on), person=person),
            "share", F("site__name"), F("reason"), "until", nobody,
        ),
        part(
            Merge.objects.filter(Q(kept=person) | Q(kept__merged_into=person), undone_at__isnull=True),
            "reunion", F("absorbed__case_number"), called("absorbed"), "at", F("absorbed_id"),
        ),
        all=True,
    ).order_by()  # fmt: skip
    found = Surroundings()
    for kind, pk, name, detail, day, other in sorted(rows, key=lambda row: (row[4], row[1])):
        match kind:
            case "follower":
                found.followers.append(Around(pk, name, detail, day, other))
            case "share":
                found.shares.append(Around(pk, name, detail, day))
            case "reunion":
                found.reunions.append(Around(pk, name, detail, day, other))
            case _other:
                found.links.append(Around(pk, name, _link_words(detail, from_other=kind == "from"), day, other))
    return found


def _link_words(kind: str, *, from_other: bool) -> str:
    """What the other one is to the person of the file."""
    if kind == LinkKind.PARENT:
        return _("son parent") if from_other else _("son enfant")
    return str(LinkKind(kind).label)

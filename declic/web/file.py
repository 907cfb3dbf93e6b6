"""The summary beside a person's story: hours, machine, deposit, internet, plan, and the doors to add something."""

import datetime
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.scope import Scope
from declic.core.dates import age_on
from declic.diagnosis.enums import Level
from declic.equipment.enums import HELD_STATES, AllocationState
from declic.equipment.models import Allocation
from declic.people.models import Person, PersonPhone
from declic.web.journey import Stand


@dataclass(frozen=True)
class Door:
    """One thing that can be added to the file, one click away."""

    label: str
    href: str
    icon: str


@dataclass(frozen=True)
class Summary:
    age: int | None
    phones: list[PersonPhone]
    stands: list[Stand]
    level: str
    machines: list[Allocation]
    barrier_count: int
    chip: str
    chip_kind: str
    programme: str
    doors: list[Door] = field(default_factory=list)


def _doors(person: Person, open_stand: Stand | None, scope: Scope) -> list[Door]:
    doors = [
        (Permission.WELCOME, _("une visite à la permanence"), f"{reverse('training:visit_create')}?person={person.pk}", "hand"),
        (Permission.OPEN_TICKETS, _("une demande d'assistance"), reverse("hotline:create", args=[person.pk]), "tool"),
        (Permission.TAKE_MONEY, _("une recharge"), reverse("connectivity:sell", args=[person.pk]), "phone"),
        (Permission.TAKE_MONEY, _("une vente de matériel"), reverse("equipment:sell", args=[person.pk]), "laptop"),
        (Permission.EDIT_PEOPLE, _("un changement de situation"), reverse("people:snapshot", args=[person.pk]), "pencil"),
        (Permission.SEND_MESSAGES, _("un message à lui envoyer"), reverse("orientation:write", args=[person.pk]), "mail"),
        (Permission.REFER, _("une orientation"), f"{reverse('orientation:create')}?person={person.pk}", "send"),
        (Permission.ANSWER_REFERRALS, _("une entrée sans prescripteur"), reverse("orientation:enrol", args=[person.pk]), "flag"),
    ]  # fmt: skip
    if open_stand is not None:
        pk = open_stand.enrolment.pk
        doors += [
            (Permission.ASSESS, _("un frein"), reverse("diagnosis:barrier", args=[pk]), "flag"),
            (Permission.ASSESS, _("un diagnostic"), reverse("diagnosis:assess", args=[pk]), "clipboard"),
            (Permission.ASSESS, _("un exercice"), reverse("practice:list", args=[person.pk]), "compass"),
            (Permission.RUN_COURSES, _("une place dans un groupe"), reverse("training:place", args=[pk]), "calendar"),
            (Permission.HAND_OVER, _("une machine"), reverse("equipment:allocate", args=[pk]), "laptop"),
            (Permission.CLOSE_ENROLMENTS, _("son avis"), reverse("followup:satisfaction", args=[pk]), "heart"),
            (Permission.CLOSE_ENROLMENTS, _("sa sortie"), reverse("followup:exit", args=[pk]), "flag"),
        ]
    return [
        Door(label, href, icon) for permission, label, href, icon in doors if scope.can(permission, person.operator_id)
    ]


def summary_of(person: Person, all_stands: list[Stand], scope: Scope, *, on: datetime.date) -> Summary:
    """What stands beside the story, from what was read already (one query, for the phones)."""
    open_stand = next((stand for stand in all_stands if stand.open), None)
    latest = open_stand or (all_stands[0] if all_stands else None)
    machines = [
        allocation
        for stand in all_stands
        for allocation in stand.allocations
        if allocation.state in (*HELD_STATES, AllocationState.RESERVED)
    ]
    if open_stand:
        chip, kind = _("suivie"), "note"
    elif all_stands:
        chip, kind = _("sortie"), "done"
    else:
        chip, kind = _("pas encore entrée"), "wait"
    # The entry level decides the hours; what the person reaches since is what her file says of her.
    level = getattr(latest.enrolment, "level_now", "") if latest else ""
    return Summary(
        age=age_on(person.birth_date, on) if person.birth_date else None,
        phones=list(person.phones.all()),
        stands=all_stands,
        level=str(Level(level).label) if level else "",
        machines=machines,
        barrier_count=sum(getattr(stand.enrolment, "barrier_count", 0) for stand in all_stands),
        chip=chip,
        chip_kind=kind,
        programme=str(latest.enrolment.edition) if latest else "",
        doors=_doors(person, open_stand, scope),
    )

"""Two files side by side: what each says and holds, which words to keep, and one button that makes them one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import format_short, now, today
from declic.core.forms import Form, RadioField, posted
from declic.core.french import of
from declic.core.money import format_euros
from declic.core.views import SeeOther, submit
from declic.people.access import access_person, kept_instead_of
from declic.people.actions import merge_people
from declic.people.actions.merging import CHOSEN
from declic.people.bearing import tallies
from declic.people.models import Merge, Person
from declic.web.journey import stands

KEPT, OTHER = "kept", "other"
SHOWN = ("people.PersonPhone.person", "orientation.Enrolment.person", "equipment.Allocation.person")
"""What the page shows one by one rather than counted."""


def said(person: Person, name: str) -> str:
    """A field of the file, in words; empty where the file says nothing."""
    value = getattr(person, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    if hasattr(value, "isoformat"):
        return format_short(value)
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else value)


def label_of(name: str) -> str:
    """The name of a field, as a label."""
    return capfirst(str(getattr(Person._meta.get_field(name), "verbose_name", name)))


class ReuniteForm(Form):
    """For each thing that the two files say differently, which of them is right."""

    def __init__(self, *args: Any, kept: Person, other: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.both: list[str] = []
        self.one: list[str] = []
        for name in CHOSEN:
            mine, theirs = said(kept, name), said(other, name)
            if mine != theirs:
                self.fields[name] = RadioField(
                    label=label_of(name),
                    choices=[
                        (KEPT, f"{mine or _('rien')} ({kept.case_number})"),
                        (OTHER, f"{theirs or _('rien')} ({other.case_number})"),
                    ],
                    initial=KEPT if mine else OTHER,
                )
                # Too long for two tiles side by side on a telephone.
                self.fields[name].long = max(len(mine), len(theirs)) > 14  # type: ignore[attr-defined]
                (self.both if mine and theirs else self.one).append(name)

    @property
    def contradictions(self) -> list[BoundField]:
        """What the two files say differently."""
        return [self[name] for name in self.both]

    @property
    def completions(self) -> list[BoundField]:
        """What only one of the two says: taken from there unless someone decides otherwise."""
        return [self[name] for name in self.one]

    @property
    def taken(self) -> list[str]:
        return [name for name in self.fields if self.cleaned_data[name] == OTHER]


@dataclass(frozen=True)
class Side:
    """One of the two files, as the page shows it."""

    person: Person
    phones: list[str]
    enrolments: list[str]
    machines: list[str]
    held: int


def _side(person: Person) -> Side:
    all_stands = stands(person, on=today())
    allocations = [allocation for stand in all_stands for allocation in stand.allocations]
    return Side(
        person=person,
        phones=list(person.phones.values_list("number", flat=True)),
        enrolments=[
            f"{stand.enrolment.edition} ({_('en cours') if stand.open else _('terminé')})" for stand in all_stands
        ],
        machines=[f"{one.device or one.get_device_kind_display()} · {one.get_state_display()}" for one in allocations],
        held=sum(getattr(one, "held", 0) or 0 for one in allocations),
    )


def reunite(request: HttpRequest, person_id: int, other_id: int) -> HttpResponseBase:
    """Compare two files and make them one: the first is kept, the second leads to it."""
    user = user_of(request)
    if kept_instead_of(other_id, user) == person_id:
        messages.info(request, _("Ces deux dossiers sont déjà réunis : voici celui qui reste."))
        return SeeOther(reverse("web:file", args=[person_id]))
    kept = access_person(person_id, user, Permission.MERGE_PEOPLE)
    other = access_person(other_id, user, Permission.MERGE_PEOPLE)
    form = ReuniteForm(**posted(request), kept=kept, other=other)

    def merge(**_choices: str) -> Merge:
        return merge_people(acting_user=user, kept=kept, absorbed=other, at=now(), take=form.taken)

    sides = [_side(kept), _side(other)]
    return submit(
        request,
        form,
        merge,
        success=lambda done: (
            _("Les deux dossiers n’en font plus qu’un, le n° %(number)s. En cas d’erreur, on peut les séparer depuis le dossier %(of_person)s.")
            % {"number": done.kept.case_number, "of_person": of(done.kept)}
        ),
        to=reverse("web:file", args=[kept.pk]),
        template="web/reunite.html",
        context={
            "kept": kept,
            "other": other,
            "sides": sides,
            "same": [
                (label_of(name), said(kept, name))
                for name in CHOSEN
                if said(kept, name) and said(kept, name) == said(other, name)
            ],
            "tallies": tallies(kept, other, without=SHOWN),
            "deposits": [format_euros(side.held) for side in sides] if any(side.held for side in sides) else [],
        },
    )  # fmt: skip

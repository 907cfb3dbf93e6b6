"""Reads on people that more than one place needs: finding someone, likely same persons, the latest situation."""

import datetime
from collections.abc import Collection

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from declic.accounts.models import Membership, User
from declic.people.duplicates import find_duplicates, likely_same
from declic.people.enums import RightsKind
from declic.people.finding import search_people
from declic.people.models import (
    AccessLog,
    CaseWorker,
    FileShare,
    Merge,
    Person,
    PersonLink,
    RightsEvent,
    Snapshot,
)
from declic.people.names import fold
from declic.people.words import forget_words, tend_words

__all__ = [
    "accesses_of",
    "caseloads",
    "find_duplicates",
    "fold",
    "followers_of",
    "forget_words",
    "latest_snapshot",
    "likely_same",
    "objects_to",
    "reunions_of",
    "same_identity",
    "search_people",
    "shares_of",
    "standings_of",
    "tend_words",
]


def same_identity(
    people: QuerySet[Person], *, first_name: str, last_name: str, birth_date: datetime.date | None
) -> list[Person]:
    """Those of `people` of the same birth date (or none) and the same names but for case, accents and hyphens."""
    wanted = fold(first_name), fold(last_name)
    if birth_date is None:
        people = search_people(people.filter(birth_date__isnull=True), f"{first_name} {last_name}")
    return [
        person
        for person in (people if birth_date is None else people.filter(birth_date=birth_date).order_by("pk"))
        if (fold(person.first_name), fold(person.last_name)) == wanted
    ]


def latest_snapshot(person: Person) -> Snapshot | None:
    """The newest situation of `person`, those that a later one corrects left out."""
    return Snapshot.objects.filter(person=person, corrected_by__isnull=True).order_by("-on", "-pk").first()


def objects_to(person: Person, purpose: str) -> bool:
    """Whether the person objects to that use of her data: the last word said of it, and not yet taken back."""
    said = RightsEvent.objects.filter(
        person=person, purpose=purpose, kind__in=(RightsKind.OBJECTION, RightsKind.OBJECTION_LIFTED)
    )
    last = said.order_by("-on", "-recorded_at", "-pk").first()
    return last is not None and last.kind == RightsKind.OBJECTION


def accesses_of(person: Person) -> QuerySet[AccessLog]:
    """Who opened the person's file, or one that was reunited with it."""
    files = Person.objects.filter(Q(pk=person.pk) | Q(merged_into=person.pk)).order_by()
    return AccessLog.objects.filter(person__in=files.values("pk")).select_related("user", "person")


def standings_of(users: Collection[int], operator_id: int) -> dict[int, str]:
    """In which role and structure each of `users` (ids) works or worked for the operator, the latest: one query."""
    roles = (
        Membership.objects.filter(user__in=users)
        .filter(Q(organisation=operator_id) | Q(organisation__registered_by=operator_id))
        .select_related("organisation", "site")
        .order_by("starts_on", "pk")
    )
    return {
        one.user_id: " · ".join(
            [str(one.get_role_display()), one.organisation.name, *([one.site.name] if one.site else [])]
        )
        for one in roles
    }


def followers_of(person: Person) -> QuerySet[CaseWorker]:
    """Who follows the person now, the first one first."""
    return CaseWorker.objects.filter(person=person, until__isnull=True).select_related("user").order_by("since", "pk")


def shares_of(person: Person) -> QuerySet[FileShare]:
    """To which teams the file was opened, the latest first."""
    return FileShare.objects.filter(person=person).select_related("site", "shared_by")


def caseloads(operator_id: int) -> dict[User, int]:
    """Who follows people at an operator, and how many, by name: one query."""
    running = CaseWorker.objects.filter(user=OuterRef("pk"), operator=operator_id, until__isnull=True)
    numbers = running.order_by().values("user").annotate(n=Count("pk")).values("n")
    users = User.objects.annotate(people=Subquery(numbers)).filter(people__isnull=False).order_by("name", "pk")
    return {user: user.people for user in users}


def reunions_of(person: Person) -> QuerySet[Merge]:
    """Reunions under way that brought other files into this one, the latest first."""
    return (
        Merge.objects.filter(absorbed__merged_into=person.pk, undone_at__isnull=True)
        .select_related("absorbed", "by", "kept")
        .order_by("-at", "-pk")
    )


def linked(one: int, other: int) -> QuerySet[PersonLink]:
    """Links under way between two persons (ids), whichever was written first."""
    pair = Q(person=one, other=other) | Q(person=other, other=one)
    return PersonLink.objects.filter(pair, until__isnull=True)

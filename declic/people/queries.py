"""Reads on people that more than one place needs: finding someone, likely same persons, the latest situation."""

import datetime
import re
import unicodedata
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from declic.accounts.models import Membership, User
from declic.core.dates import parse_french_date
from declic.core.forms import PhoneField
from declic.organisations.enums import OrganisationKind
from declic.organisations.models import Organisation
from declic.people.enums import RightsKind
from declic.people.models import (
    AccessLog,
    CaseWorker,
    FileShare,
    Merge,
    Person,
    PersonPhone,
    RightsEvent,
    Snapshot,
)

# Below this, two words share too little to be one word and a slip of the keyboard; above, short names are missed.
_NEAR_ENOUGH = 0.4
_SAME_NAME = 0.9
_CLOSE_NAME = 0.72
_MAX_WORDS = 6
_MOST_CANDIDATES = 60
_PLENTY = 60
"""People whose names hold the letters as typed: with so many, a list needs no look-alikes."""

_DATE = re.compile(r"(?<!\d)(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}|\d{4}-\d{2}-\d{2})(?!\d)")
_CASE_NUMBER = re.compile(r"(?<![\w])[dD][- ]?(\d{1,9})(?!\w)")
_PHONE = re.compile(r"(?<!\w)(\+?\d(?:[ .\-/()]*\d){7,14})(?!\w)")
_SHORT_NUMBER = re.compile(r"(?<!\w)(\d{1,7})(?!\w)")


def fold(text: str) -> str:
    """Lower case, without accents nor punctuation, single spaces: how two spellings of a name are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ø", "o"))
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.split())


def search_people(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those of `people` whom `text` may mean, the likeliest first: slice the result.

    Understands a name (any order, accents and slips forgiven, birth name too), a phone in any form, a birth date and
    a case number, alone or together. Empty text leaves `people` as they are; text without a letter or a digit finds
    nobody. Costs one or two short queries at once: whether the letters as typed find plenty and, if not, so that the
    index reads names with our tolerance.
    """
    if not text.strip():
        return people
    rest, where = _identifiers(text[:200])
    words = list(dict.fromkeys(fold(rest).split()))[:_MAX_WORDS]
    if not words:
        return people.filter(where).order_by("sort_key", "pk") if where else people.none()
    as_typed = where
    for word in words:
        as_typed &= Q(search_key__contains=word)
    rank: Any = Value(0.0)
    # Where the letters typed find plenty already, forgiving slips would only read thousands of rows to add noise.
    if people.filter(as_typed).order_by().values("pk")[:_PLENTY].count() == _PLENTY:
        for word in words:
            rank = rank + _exactness(word)
        return people.filter(as_typed).annotate(closeness=rank).order_by("-closeness", "sort_key", "pk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(_NEAR_ENOUGH)])
    for word in words:
        spelled = Q(search_key__trigram_word_similar=word)
        if len(word) > 2:
            spelled |= Q(search_key__regex="|".join((word, *_swapped(word))))
        where &= spelled
        rank = rank + _closeness(word)
    return people.filter(where).annotate(closeness=rank).order_by("-closeness", "sort_key", "pk")


def _exactness(word: str) -> Case:
    """A whole word before the beginning of one, before letters within one."""
    return Case(
        When(search_key__regex=rf"\m{word}\M", then=Value(3.0)),
        When(search_key__regex=rf"\m{word}", then=Value(2.0)),
        default=Value(1.0),
    )


def _swapped(word: str) -> list[str]:
    """The word with two neighbouring letters exchanged, the slip that trigrams forgive least."""
    swaps = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    return [swap for swap in dict.fromkeys(swaps) if swap != word]


def _closeness(word: str) -> Case:
    cases = [When(search_key__regex=rf"\m{word}\M", then=Value(3.0)), When(search_key__regex=rf"\m{word}", then=2.0)]
    if len(word) > 2:
        cases.append(When(search_key__regex=rf"\m({'|'.join(_swapped(word))})", then=Value(1.5)))
    return Case(*cases, default=TrigramStrictWordSimilarity(word, F("search_key")))


def _identifiers(text: str) -> tuple[str, Q]:
    """The dates, phones and case numbers of `text` as one condition, and the text that is left."""
    where = Q()
    for match in _DATE.finditer(text):
        try:
            where &= Q(birth_date=parse_french_date(match[0]))
        except ValueError:
            where &= Q(pk__in=[])
    text = _DATE.sub(" ", text)
    for match in _CASE_NUMBER.finditer(text):
        where &= _numbered(match[1])
    text = _CASE_NUMBER.sub(" ", text)
    for match in _PHONE.finditer(text):
        where &= _reached_at(match[0])
    text = _PHONE.sub(" ", text)
    for match in _SHORT_NUMBER.finditer(text):
        where &= _numbered(match[1])
    return _SHORT_NUMBER.sub(" ", text), where


def _numbered(digits: str) -> Q:
    """The file of this number, or the one that it was reunited with: papers go on bearing the old number."""
    number = f"D-{int(digits):05d}"
    absorbed = Person.objects.filter(case_number=number, merged_into__isnull=False).order_by()
    return Q(case_number=number) | Q(pk__in=absorbed.values("merged_into"))


def _reached_at(typed: str) -> Q:
    try:
        number = PhoneField().clean(typed)
    except ValidationError:
        return Q(pk__in=[])
    return Q(pk__in=_holders([number]))


def _holders(numbers: Sequence[str]) -> QuerySet[PersonPhone, Any]:
    # The index begins with the operator: naming the few operators lets it serve.
    operators = Organisation.objects.filter(kinds__contains=[OrganisationKind.OPERATOR]).order_by()
    return (
        PersonPhone.objects.filter(operator__in=operators.values("pk"), number__in=list(numbers))
        .order_by()
        .values("person")
    )


def likely_same(
    people: QuerySet[Person],
    *,
    first_name: str,
    last_name: str,
    birth_date: datetime.date | None,
    phones: Sequence[str] = (),
) -> list[Person]:
    """Those of `people` who may be the person described, at most six, each with `.likeness` = name, birth or phone.

    A shared phone alone is a hint and no proof: couples share one. `people` must already be what the user may see.
    """
    found: dict[int, Person] = {}
    typed = fold(f"{first_name} {last_name}")

    def keep(person: Person, likeness: str) -> None:
        if person.pk not in found:
            person.likeness = likeness  # type: ignore[attr-defined]
            found[person.pk] = person

    for person in search_people(people, typed)[:_MOST_CANDIDATES] if typed else ():
        score = _likeness(typed, person)
        same_day = birth_date is not None and person.birth_date == birth_date
        other_day = birth_date is not None and person.birth_date is not None and not same_day
        if same_day and score >= _CLOSE_NAME:
            keep(person, "birth")
        elif score >= _SAME_NAME and not other_day:
            keep(person, "name")
    if birth_date is not None:
        for person in people.filter(birth_date=birth_date).order_by("pk")[:_MOST_CANDIDATES]:
            if _likeness(typed, person) >= _CLOSE_NAME:
                keep(person, "birth")
    if phones:
        for person in people.filter(pk__in=_holders(phones)).order_by("sort_key", "pk")[:6]:
            keep(person, "phone")
    strength = {"birth": 0, "name": 1, "phone": 2}
    return sorted(found.values(), key=lambda person: strength[person.likeness])[:6]  # type: ignore[attr-defined]


def _likeness(typed: str, person: Person) -> float:
    """Between 0 and 1, how near a folded name is to the person's, whatever the order of its words."""
    names = [f"{person.first_name} {person.last_name}"]
    if person.birth_name:
        names.append(f"{person.first_name} {person.birth_name}")
    mine = " ".join(sorted(typed.split()))
    return max(SequenceMatcher(None, mine, " ".join(sorted(fold(name).split()))).ratio() for name in names)


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

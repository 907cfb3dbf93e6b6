"""The only ways to a person's file, and to the rows that hang on it: by operator, place, share and caseload."""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import Reach, scope_of
from declic.core.dates import today
from declic.people.models import CaseWorker, DuplicatePair, FileShare, Merge, Person, PersonLink
from declic.people.openings import note_opening

OWN_FILES = (Permission.SHARE_FILES, Permission.MERGE_PEOPLE, Permission.MANAGE_RIGHTS)
"""What a team may do only with the files of its own place: one shared with it is neither passed on, absorbed nor copied."""


def open_shares(on: datetime.date) -> Q:
    """Shares under way on a day, as a condition on `FileShare`."""
    return Q(since__lte=on, until__gte=on, ended_on__isnull=True)


def within(
    reach: Reach,
    path: str = "person",
    *,
    sites: Iterable[str] = (),
    on: datetime.date | None = None,
    shared_too: bool = True,
) -> Q:
    """What `reach` opens among rows that lead to a person by `path` ("" for the persons themselves).

    The rows of its operator; on its place if it names one (or tied to none, or shared with its team today, or, for each
    of `sites`, that own place of the row); of the people followed if it is limited to a caseload. Archived files are
    closed: only `visible_people` opens them, to those who keep the rights of persons.
    """
    prefix = f"{path}__" if path else ""
    key = path or "pk"
    here = Q(operator=reach.operator_id)
    if path:
        here &= Q(**{f"{prefix}archived_on__isnull": True})
    if reach.site_id is not None:
        on_site = Q(**{f"{prefix}site": reach.site_id}) | Q(**{f"{prefix}site__isnull": True})
        if shared_too:
            shared = FileShare.objects.filter(
                open_shares(on or today()), operator=reach.operator_id, site=reach.site_id
            )
            on_site |= Q(**{f"{key}__in": shared.order_by().values("person")})
        for site in sites:
            on_site |= Q(**{site: reach.site_id})
        here &= on_site
    if reach.caseload_of is not None:
        followed = CaseWorker.objects.filter(operator=reach.operator_id, user__in=reach.caseload_of, until__isnull=True)
        here &= Q(**{f"{key}__in": followed.order_by().values("person")})
    return here


def joined(reaches: Iterable[Reach]) -> Iterator[Reach]:
    """The same reaches, those that differ by their caseload alone made one, so that the database asks once."""
    groups: dict[Reach, set[int] | None] = {}
    for reach in reaches:
        alike = dataclasses.replace(reach, caseload_of=None, stands_in_for=None)
        followed = groups.get(alike, set())
        both = followed is not None and reach.caseload_of is not None
        groups[alike] = {*(followed or ()), *(reach.caseload_of or ())} if both else None
    for reach, users in groups.items():
        yield reach if users is None else dataclasses.replace(reach, caseload_of=tuple(sorted(users)))


def visible_people(user: User, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Person]:
    """People whom `user` reaches with `permission`; someone tied to no site yet is seen by every site of the operator.

    Without the files that were reunited with another or anonymised; archived ones only for who keeps persons' rights.
    Files shared with the user's team count but for `OWN_FILES`.
    """
    where = Q(pk__in=[])
    for reach in joined(scope_of(user).having(permission)):
        if not reach.is_partner:
            where |= within(reach, "", shared_too=permission not in OWN_FILES)
    people = Person.objects.filter(where, merged_into__isnull=True, anonymised_on__isnull=True)
    return people if permission == Permission.MANAGE_RIGHTS else people.filter(archived_on__isnull=True)


def access_person(
    pk: int, user: User, permission: Permission = Permission.SEE_PEOPLE, *, for_update: bool = False
) -> Person:
    """The person `pk` if `user` reaches her with `permission`, locked if asked; 404 otherwise, whether she exists or not."""
    people = visible_people(user, permission).select_related("site")
    if for_update:
        people = people.select_for_update(of=("self",))
    try:
        person = people.get(pk=pk)
    except Person.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=person.pk, operator_id=person.operator_id)
    return person


def kept_instead_of(pk: int, user: User) -> int | None:
    """The file with which the file `pk` was reunited, when `user` may see it; None otherwise."""
    kept = visible_people(user).filter(absorbed=pk).values_list("pk", flat=True)
    return next(iter(kept), None)


def visible_links(user: User, person: Person) -> QuerySet[PersonLink]:
    """The links of a person to others whom `user` may see too: a lookup never tells that someone else exists (rule 19)."""
    seen = visible_people(user).values("pk")
    return PersonLink.objects.filter(Q(person=person, other__in=seen) | Q(other=person, person__in=seen))


def own_site(user: User, operator_id: int) -> int | None:
    """The place where `user` works for the operator, when the role names exactly one: what forms begin with."""
    reaches = [reach for reach in scope_of(user).having(Permission.EDIT_PEOPLE) if reach.operator_id == operator_id]
    sites = {reach.site_id for reach in reaches}
    return sites.pop() if len(sites) == 1 else None


def is_guest(user: User, person: Person) -> bool:
    """Whether `user`, who reaches the file, works in other places only: it is shared with them, and not theirs to give."""
    if person.site_id is None:
        return False
    reaches = [one for one in scope_of(user).having(Permission.EDIT_PEOPLE) if one.operator_id == person.operator_id]
    return all(one.site_id not in (None, person.site_id) for one in reaches)


def sees_caseload_only(user: User, operator_id: int) -> bool:
    """Whether `user` sees at this operator the people followed and nobody else: who opens a file then follows it."""
    reaches = [reach for reach in scope_of(user).having(Permission.EDIT_PEOPLE) if reach.operator_id == operator_id]
    return bool(reaches) and all(reach.caseload_of is not None for reach in reaches)


def visible_pairs(user: User) -> QuerySet[DuplicatePair]:
    """Pairs of files of which `user` sees both, and may reunite both."""
    seen = visible_people(user, Permission.MERGE_PEOPLE).order_by().values("pk")
    operators = scope_of(user).own_operators(Permission.MERGE_PEOPLE)
    return DuplicatePair.objects.filter(operator__in=operators, first__in=seen, second__in=seen)


def access_pair(pk: int, user: User) -> DuplicatePair:
    """The pair `pk` if `user` sees both files; 404 otherwise."""
    try:
        pair = visible_pairs(user).select_related("first__site", "second__site").get(pk=pk)
    except DuplicatePair.DoesNotExist:
        raise Http404 from None
    for person in (pair.first, pair.second):
        note_opening(user, person_id=person.pk, operator_id=person.operator_id)
    return pair


def access_merge(pk: int, user: User) -> Merge:
    """The reunion `pk` if `user` may reunite the file that was kept; 404 otherwise."""
    # Reunited with a third file since, the kept one is out of sight: the third stands for it.
    seen = visible_people(user, Permission.MERGE_PEOPLE).order_by().values("pk")
    merges = Merge.objects.filter(Q(kept__in=seen) | Q(kept__merged_into__in=seen)).select_related("kept", "absorbed")
    return _one(merges, pk)


def access_link(pk: int, user: User, person: Person) -> PersonLink:
    """The link `pk` of a person already reached, when the other one may be seen too; 404 otherwise."""
    return _one(visible_links(user, person), pk)


def access_follower(pk: int, person: Person) -> CaseWorker:
    """Someone who follows a person already reached; 404 otherwise."""
    return _one(CaseWorker.objects.filter(person=person).select_related("user"), pk)


def access_share(pk: int, person: Person) -> FileShare:
    """A share of the file of a person already reached; 404 otherwise."""
    return _one(FileShare.objects.filter(person=person), pk)


def _one[M: Model](rows: QuerySet[M], pk: int) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found

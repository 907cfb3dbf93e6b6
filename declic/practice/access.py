"""The only way to an attempt: through the person whom one may assess."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.people.access import visible_people
from declic.people.openings import note_opening
from declic.practice.models import Attempt


def visible_attempts(user: User, permission: Permission = Permission.ASSESS) -> QuerySet[Attempt]:
    """Attempts of the people whom `user` reaches with `permission`."""
    return Attempt.objects.filter(person__in=visible_people(user, permission))


def access_attempt(pk: int, user: User, permission: Permission = Permission.ASSESS) -> Attempt:
    """The attempt with its person; 404 when out of reach."""
    found = visible_attempts(user, permission).select_related("person").filter(pk=pk).first()
    if found is None:
        raise Http404
    note_opening(user, person_id=found.person_id, operator_id=found.operator_id)
    return found

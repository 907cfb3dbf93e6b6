"""The only ways to what follows an enrolment: through the enrolments that the user reaches."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.followup.models import Outcome
from declic.orientation.access import visible_enrolments
from declic.people.openings import note_opening


def visible_outcomes(user: User, permission: Permission = Permission.CLOSE_ENROLMENTS) -> QuerySet[Outcome]:
    """Outcomes, asked for or not, of the enrolments that `user` reaches with `permission`."""
    return Outcome.objects.filter(exit__enrolment__in=visible_enrolments(user, permission))


def access_outcome(
    pk: int, user: User, permission: Permission = Permission.CLOSE_ENROLMENTS, *, for_update: bool = False
) -> Outcome:
    """The outcome `pk` if `user` reaches it, locked if asked; 404 otherwise, whether it exists or not."""
    outcomes = visible_outcomes(user, permission).select_related("exit__enrolment__person", "exit__enrolment__edition")
    if for_update:
        outcomes = outcomes.select_for_update(of=("self",))
    try:
        outcome = outcomes.get(pk=pk)
    except Outcome.DoesNotExist:
        raise Http404 from None
    note_opening(user, person_id=outcome.exit.enrolment.person_id, operator_id=outcome.operator_id)
    return outcome

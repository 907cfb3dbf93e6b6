"""Calling those spotted: each attempt is written down, with what it leaves to do."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.orientation.enums import REACHED, ContactResult
from declic.orientation.models import ContactAttempt, Spotted
from declic.people.actions import mark_phone
from declic.people.enums import RightsHow, RightsKind
from declic.people.models import Person, RightsEvent

WAITS = (1, 2, 4, 7, 14)
"""Days before the next call, after each one without an answer; after as many calls plus one, nobody insists."""

MESSAGE_WAIT = 3
"""Days left to someone to call back after a message."""

_LATEST = datetime.timedelta(days=366)


@transaction.atomic
def record_attempt(
    *,
    acting_user: User,
    spotted: Spotted,
    result: str,
    at: datetime.datetime,
    seen: int,
    note: str = "",
    call_back_on: datetime.date | None = None,
    number: str = "",
    informed: bool = False,
) -> ContactAttempt:
    """Write down a call and what came of it; `seen` is how many were known when the page was shown.

    A wrong `number` (E.164) is marked on the file; `informed` says that the person was told what becomes of her data.
    Raises `DomainError` when someone called meanwhile, or the day to call back is missing or past.
    """
    spotted = Spotted.objects.select_for_update(of=("self",)).select_related("person").get(pk=spotted.pk)
    if spotted.attempts != seen:
        raise DomainError(
            _("Un appel vient d’être noté pour cette personne : relisez ce qui s’est passé avant d’en noter un autre.")
        )
    result = ContactResult(result)
    on = timezone.localdate(at)
    if result == ContactResult.CALL_BACK:
        if call_back_on is None:
            raise DomainError(_("Quand la rappeler ? Choisissez un jour."), field="call_back_on")
        if not on <= call_back_on <= on + _LATEST:
            raise DomainError(
                _("Choisissez un jour à partir d’aujourd’hui, dans l’année qui vient."), field="call_back_on"
            )
    else:
        call_back_on = None
    if result == ContactResult.WRONG_NUMBER:
        mark_phone(
            acting_user=acting_user,
            person=spotted.person,
            number=number or _only_number(spotted.person),
            wrong_since=on,
        )
    spotted.attempts += 1
    spotted.call_on = _next_call(spotted, result, on, call_back_on)
    if result in REACHED and spotted.reached_on is None:
        spotted.reached_on = on
    if result in REACHED:
        # She may have changed her mind either way: the last word counts.
        spotted.declined_on = on if result == ContactResult.DECLINED else None
    spotted.save()
    if informed and result in REACHED:
        _inform(acting_user, spotted.person, at)
    return ContactAttempt.objects.create(
        operator_id=spotted.operator_id,
        spotted=spotted,
        at=at,
        by=acting_user,
        result=result,
        note=note,
        call_back_on=call_back_on,
    )


def _next_call(
    spotted: Spotted, result: str, on: datetime.date, call_back_on: datetime.date | None
) -> datetime.date | None:
    match result:
        case ContactResult.CALL_BACK:
            return call_back_on
        case ContactResult.WRONG_NUMBER:
            # Another number may be good: the list of calls leaves out those who have none.
            return on
        case ContactResult.MESSAGE_LEFT | ContactResult.NO_ANSWER if spotted.attempts <= len(WAITS):
            wait = MESSAGE_WAIT if result == ContactResult.MESSAGE_LEFT else WAITS[spotted.attempts - 1]
            return on + datetime.timedelta(days=wait)
    return None


def _only_number(person: Person) -> str:
    numbers = list(person.phones.filter(wrong_since__isnull=True).values_list("number", flat=True)[:2])
    if len(numbers) != 1:
        raise DomainError(_("Quel numéro n’est pas le bon ? Choisissez-le."), field="number")
    return numbers[0]


def _inform(user: User, person: Person, at: datetime.datetime) -> None:
    on = timezone.localdate(at)
    if Person.objects.filter(pk=person.pk, informed_on__isnull=True).update(informed_on=on):
        RightsEvent.objects.create(
            operator_id=person.operator_id,
            person=person,
            kind=RightsKind.INFORMED,
            on=on,
            how=RightsHow.PHONE,
            recorded_by=user,
            recorded_at=at,
        )

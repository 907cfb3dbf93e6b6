"""Writing to people about the end of their loan, or a payment that is late: once a day at most, and it stays written."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.core.forms import format_phone
from declic.core.money import format_euros
from declic.equipment.actions import money
from declic.equipment.actions.loans import note
from declic.equipment.actions.locks import lock_allocation
from declic.equipment.agreement import choices_at_term
from declic.equipment.enums import HELD_STATES, LoanEventKind
from declic.equipment.instalments import plans_of
from declic.equipment.models import Allocation, LoanEvent
from declic.messaging.actions import notify, queue_message
from declic.messaging.enums import Channel
from declic.messaging.models import Message
from declic.messaging.wording import FRENCH, fill
from declic.people.enums import Purpose
from declic.people.models import Person
from declic.people.queries import objects_to

FIRST_DAYS, SECOND_DAYS = 30, 7
"""By itself, Déclic writes so many days before the end of a loan…"""

AGAIN_DAYS, LAST_DAYS = 14, 90
"""…then so often while it is overdue, and no more after so long: someone has to call."""


class AlreadyRemindedError(DomainError):
    """The person was written to about this loan on the same day."""


@dataclass
class Sent:
    """What became of a selection: messages by channel, those left alone and why (allocation, sentence)."""

    by_channel: dict[str, int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    left: list[tuple[Allocation, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.messages)


def remind(
    *, acting_user: User, allocations: Sequence[Allocation], at: datetime.datetime, by_letter: bool = False
) -> Sent:
    """Write to each person about her loan or her late payment: by what reaches her, or `by_letter`.

    Each one in its own transaction, so that a selection sent twice, or by two colleagues, writes to each person once a
    day. Who objects to messages is left alone, and told.
    """
    sent = Sent()
    for allocation in allocations:
        try:
            message = _remind_one(acting_user, allocation, at, by_letter=by_letter)
        except DomainError as refusal:
            sent.left.append((allocation, str(refusal)))
        else:
            sent.messages.append(message)
            sent.by_channel[message.channel] = sent.by_channel.get(message.channel, 0) + 1
    return sent


def remind_due_loans(*, on: datetime.date, at: datetime.datetime) -> int:
    """Every night: write about loans that end in 30 and in 7 days, and about overdue ones every two weeks for 90 days.

    Returns how many messages. Whoever was written to since the step began (by hand too) is left alone, so a second run,
    or a night that was missed, doubles nothing.
    """
    count = 0
    for allocation in _to_remind(on).iterator(chunk_size=500):
        if _step_of(allocation, on) is None:
            continue
        try:
            _remind_one(None, allocation, at, by_letter=False)
        except DomainError:
            continue
        count += 1
    return count


def _to_remind(on: datetime.date) -> QuerySet[Allocation]:
    window = Q(
        due_on__gte=on - datetime.timedelta(days=LAST_DAYS), due_on__lte=on + datetime.timedelta(days=FIRST_DAYS)
    )
    # A person whose file is closed receives nothing.
    reachable = Q(
        person__archived_on__isnull=True, person__anonymised_on__isnull=True, person__merged_into__isnull=True
    )
    return Allocation.objects.filter(window, reachable, state__in=HELD_STATES).order_by("due_on", "pk")


def _step_of(allocation: Allocation, on: datetime.date) -> datetime.date | None:
    """The first day of the step in which the loan is, if nobody has been written to since; None when nothing is due."""
    start = step_began(allocation.due_on, on) if allocation.due_on is not None else None
    if start is None:
        return None
    since = LoanEvent.objects.filter(allocation=allocation, kind=LoanEventKind.REMINDED, on__gte=start)
    return None if since.exists() else start


def step_began(due_on: datetime.date, on: datetime.date) -> datetime.date | None:
    """When the step of reminders that covers `on` began for a loan that ends on `due_on`; None outside all of them."""
    days = (due_on - on).days
    if days > FIRST_DAYS:
        return None
    if days > SECOND_DAYS:
        return due_on - datetime.timedelta(days=FIRST_DAYS)
    if days >= 0:
        return due_on - datetime.timedelta(days=SECOND_DAYS)
    if -days > LAST_DAYS:
        return None
    return due_on + datetime.timedelta(days=1 + (-days - 1) // AGAIN_DAYS * AGAIN_DAYS)


@transaction.atomic
def _remind_one(user: User | None, allocation: Allocation, at: datetime.datetime, *, by_letter: bool) -> Message:
    allocation = lock_allocation(allocation)
    on = timezone.localtime(at).date()
    if LoanEvent.objects.filter(allocation=allocation, kind=LoanEventKind.REMINDED, on=on).exists():
        raise AlreadyRemindedError(_("un rappel est déjà parti aujourd'hui"))
    person = allocation.person
    if objects_to(person, Purpose.MESSAGES):
        raise DomainError(_("ne veut pas recevoir de messages : appelez"))
    template, context = _words(allocation, on)
    message = _write(allocation, person, template, context, at, by_letter=by_letter)
    note(user, allocation, LoanEventKind.REMINDED, on, str(Channel(message.channel).label))
    return message


def _words(allocation: Allocation, on: datetime.date) -> tuple[str, dict[str, object]]:
    """What to write: the end of the loan, its lateness, or a payment that is late."""
    person, operator = allocation.person, allocation.operator
    common: dict[str, object] = {
        "name": person.called or person.first_name,
        "operator": operator.name,
        "phone": format_phone(operator.phone) if operator.phone else _("numéro habituel"),
    }
    device = allocation.device
    machine = str(device.get_kind_display()) if device is not None else str(allocation.get_device_kind_display())
    if allocation.state in HELD_STATES and allocation.due_on is not None:
        common |= {"machine": machine, "day": format_day(allocation.due_on)}
        if allocation.due_on < on:
            return "loan_overdue", common
        return "loan_due_soon", {**common, "choices": "\n".join(f"– {words}" for words in choices_at_term(allocation))}
    owed = money.owed(allocation)
    plan = plans_of({allocation.pk: owed}).get(allocation.pk)
    late = plan.late(on) if plan is not None else owed
    if not late:
        raise DomainError(_("rien à rappeler : ni fin de prêt proche, ni paiement en retard"))
    since = (plan.late_since(on) if plan is not None else None) or allocation.ended_on or on
    return "payment_late", {
        **common,
        "machine": machine,
        "day": format_day(since),
        "amount": format_euros(late),
        "left": format_euros(owed),
    }


def _write(
    allocation: Allocation, person: Person, template: str, context: dict[str, object], at: datetime.datetime, *,
    by_letter: bool,
) -> Message:  # fmt: skip
    place = " ".join(part for part in (person.postal_code, person.city) if part)
    postal = "\n".join(line for line in (person.address, place) if line) if person.address else ""
    language = person.preferred_language or FRENCH
    recipient, reference = f"{person.first_name} {person.last_name}", f"allocation:{allocation.pk}"
    budget = allocation.edition.message_budget
    if by_letter:
        words = fill(template, language, context)
        return queue_message(
            operator=allocation.operator, channel=Channel.LETTER, template=template, recipient=recipient, address=postal,
            subject=words.subject, body=words.body, reference=reference, at=at, language=words.language,
            about_person=person.pk, budget=budget,
        )  # fmt: skip
    return notify(
        operator=allocation.operator,
        recipient=recipient,
        template=template,
        context=context,
        reference=reference,
        at=at,
        email=person.email,
        phones=list(person.phones.filter(wrong_since__isnull=True).values_list("number", flat=True)),
        postal_address=postal,
        preference=person.contact_preference,
        language=language,
        about_person=person.pk,
        budget=budget,
    )

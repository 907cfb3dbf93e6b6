"""Messages are written down in the same transaction as the fact they speak of, and leave once it is kept."""

import datetime
from collections.abc import Collection, Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.messaging.delivery import fail, note
from declic.messaging.emails import new_message_id
from declic.messaging.enums import Channel, Failure, MessageState, StepKind
from declic.messaging.gateways import current_gateway
from declic.messaging.models import Message, MessageBudget
from declic.messaging.sms import count_parts, first_mobile, mobile_number, sms_text
from declic.messaging.tasks import send_message
from declic.messaging.wording import FRENCH, fill
from declic.organisations.models import Organisation

MOST_ADDRESS_LINES = 5
"""Under the name, on the window of an envelope (six lines in all)."""


@transaction.atomic
def queue_message(
    *,
    operator: Organisation,
    channel: str,
    template: str,
    recipient: str,
    address: str,
    subject: str,
    body: str,
    reference: str,
    at: datetime.datetime,
    language: str = FRENCH,
    about_person: int | None = None,
    budget: MessageBudget | None = None,
) -> Message:
    """Keep a message to send and hand it to the worker once the transaction is kept; a rollback sends nothing.

    `reference` names what it speaks of (`ticket:12`), `about_person` the person whose file it belongs to (its words are
    erased with the file). A letter waits for someone to print and post it; its address may be empty: it is then handed
    over. Raises `DomainError` when the address is not one of its channel, or the text too long for an SMS.
    """
    address = checked_address(channel, address)
    text = sms_text(body) if channel == Channel.SMS else body
    message = Message.objects.create(
        operator=operator,
        channel=channel,
        template=template,
        language=language,
        recipient=" ".join(recipient.split())[:160],
        address=address,
        # One line: a line break in a subject would write a header of its own.
        subject=" ".join(subject.split())[:200],
        body=text,
        reference=reference,
        about_person=about_person,
        budget=budget,
        parts=count_parts(text) if channel == Channel.SMS else 0,
        provider_id=new_message_id() if channel == Channel.EMAIL else "",
        created_at=at,
    )
    _enqueue(message)
    return message


def _enqueue(message: Message) -> None:
    if message.channel != Channel.LETTER:
        transaction.on_commit(lambda: send_message.enqueue(message.pk))


def checked_address(channel: str, address: str) -> str:
    """The address as it is kept. Raises `DomainError` when no message of this channel could reach it."""
    match channel:
        case Channel.EMAIL:
            if not is_email(address):
                raise DomainError(
                    _("L'adresse « %(address)s » n'est pas un courriel : corrigez-la, puis envoyez de nouveau.")
                    % {"address": address},
                    field="address",
                )
            return address
        case Channel.SMS:
            if current_gateway() is None:
                raise DomainError(
                    _("Ce serveur n'envoie pas de SMS : choisissez le courriel ou la lettre, ou appelez.")
                )
            return mobile_number(address)
        case Channel.LETTER:
            lines = [" ".join(line.split()) for line in address.splitlines()]
            lines = [line for line in lines if line]
            if len(lines) > MOST_ADDRESS_LINES or len("\n".join(lines)) > 254:
                raise DomainError(
                    _("Une enveloppe montre %(most)s lignes sous le nom : raccourcissez l'adresse.")
                    % {"most": MOST_ADDRESS_LINES},
                    field="address",
                )
            return "\n".join(lines)
        case _:
            raise DomainError(_("Un message part par courriel, par SMS ou par lettre : choisissez l'un des trois."))


def is_email(address: str) -> bool:
    """Whether a mail server would read this as an address."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= 254


def choose_channel(
    *, email: str, phones: Iterable[str], preference: str, has_sms: bool, has_address: bool
) -> tuple[Channel, str]:
    """By which channel to write, and to what address: the preferred one when it can be, else email, SMS, letter.

    Never an SMS to a landline. A letter is what remains, even without an address: it is then handed over.
    """
    mobile = first_mobile(phones) if has_sms and current_gateway() is not None else ""
    email = email.strip()
    open_ones = {
        Channel.EMAIL: email if is_email(email) else "",
        Channel.SMS: mobile,
        Channel.LETTER: "letter" if has_address else "",
    }
    wanted = [channel for channel in open_ones if channel == preference]
    for channel in (*wanted, Channel.EMAIL, Channel.SMS):
        if open_ones[channel]:
            return channel, "" if channel == Channel.LETTER else open_ones[channel]
    return Channel.LETTER, ""


@transaction.atomic
def notify(
    *,
    operator: Organisation,
    recipient: str,
    template: str,
    context: Mapping[str, object],
    reference: str,
    at: datetime.datetime,
    email: str = "",
    phones: Iterable[str] = (),
    postal_address: str = "",
    preference: str = "",
    language: str = FRENCH,
    about_person: int | None = None,
    budget: MessageBudget | None = None,
) -> Message:
    """Write to someone by the channel that reaches them, in their language where `template` has it.

    `context` gives exactly the fields that the template declares (`WordingError` otherwise); `preference` is a channel,
    anything else counts as none; `postal_address` is the lines under the name. A text too long for an SMS becomes a
    letter.
    """
    words = fill(template, language, context)
    channel, address = choose_channel(
        email=email,
        phones=phones,
        preference=preference,
        has_sms=bool(words.sms) and _fits(words.sms),
        has_address=bool(postal_address.strip()),
    )
    return queue_message(
        operator=operator,
        channel=channel,
        template=template,
        recipient=recipient,
        address=postal_address if channel == Channel.LETTER else address,
        subject=words.subject,
        body=words.sms if channel == Channel.SMS else words.body,
        reference=reference,
        at=at,
        language=words.language,
        about_person=about_person,
        budget=budget,
    )


def _fits(text: str) -> bool:
    try:
        sms_text(text)
    except DomainError:
        return False
    return True


def _held(message: Message) -> Message:
    return Message.objects.select_for_update().get(pk=message.pk)


@transaction.atomic
def send_again(*, acting_user: User, message: Message, at: datetime.datetime, address: str | None = None) -> Message:
    """Put a message that was not received back in the queue, to a corrected `address` if given.

    Raises `DomainError` unless it failed, or when the address is not one.
    """
    message = _held(message)
    if message.state != MessageState.FAILED:
        raise DomainError(_("Ce message est déjà parti ou en attente : il n'est pas envoyé deux fois."))
    if message.failure == Failure.ERASED:
        raise DomainError(_("Le texte de ce message a été effacé avec le dossier : il ne peut plus partir."))
    if address is not None:
        message.address = checked_address(message.channel, address)
    message.state, message.failure, message.error = MessageState.QUEUED, "", ""
    message.attempts, message.next_attempt_at, message.claimed_at = 0, None, None
    message.handled_at = message.handled_by = message.sent_at = None
    if message.channel == Channel.EMAIL:
        # Sent on purpose: it must not pass for the one that the mail box already has.
        message.provider_id = new_message_id()
    message.save()
    note(message, StepKind.AGAIN, at, by_id=acting_user.pk)
    _enqueue(message)
    return message


@transaction.atomic
def correct_letter(*, acting_user: User, message: Message, at: datetime.datetime, address: str) -> Message:
    """Write another address on a letter that nobody has posted yet. Raises `DomainError` once it left."""
    message = _held(message)
    if message.channel != Channel.LETTER or message.state != MessageState.QUEUED:
        raise DomainError(_("Cette lettre est déjà partie : si elle revient, dites-le, puis renvoyez-la."))
    corrected = checked_address(Channel.LETTER, address)
    if corrected != message.address:
        message.address = corrected
        message.save(update_fields=["address"])
        note(message, StepKind.CORRECTED, at, by_id=acting_user.pk)
    return message


@transaction.atomic
def mark_handled(*, acting_user: User, message: Message, at: datetime.datetime) -> Message:
    """Say that someone dealt with a message that was not received: called, corrected the file, gave up knowingly."""
    message = _held(message)
    if message.state != MessageState.FAILED:
        raise DomainError(_("Ce message n'attend rien de vous : il est parti ou va partir."))
    if message.handled_at is not None:
        raise DomainError(_("Ce message est déjà traité."))
    message.handled_at, message.handled_by = at, acting_user
    message.save(update_fields=["handled_at", "handled_by"])
    note(message, StepKind.HANDLED, at, by_id=acting_user.pk)
    return message


@transaction.atomic
def mark_returned(*, acting_user: User, message: Message, at: datetime.datetime) -> Message:
    """Say that an email or a letter came back to us: its address is wrong, and someone has to find the right one."""
    message = _held(message)
    if message.channel == Channel.SMS:
        raise DomainError(_("Un SMS ne revient pas : son accusé de réception arrive de lui-même."))
    if message.state != MessageState.SENT:
        raise DomainError(_("Seul un message parti peut revenir."))
    message.handled_at = message.handled_by = None
    fail(
        message,
        at,
        Failure.RETURNED,
        _("Ce message est revenu : demandez la bonne adresse, corrigez-la et renvoyez, ou appelez."),
    )
    message.steps.filter(kind=StepKind.RETURNED, by=None).update(by=acting_user)
    return message


@transaction.atomic
def mark_posted(*, acting_user: User, messages: Collection[Message], at: datetime.datetime) -> int:
    """Say that these letters are in the post (or handed over); each costs what its budget says a letter costs.

    Returns how many. Raises `DomainError` when none of them waits any more; nobody takes this back.
    """
    waiting = (
        Message.objects.select_for_update(of=("self",))
        .select_related("budget")
        .filter(pk__in=[message.pk for message in messages], channel=Channel.LETTER, state=MessageState.QUEUED)
        .order_by("pk")
    )
    posted = list(waiting)
    if not posted:
        raise DomainError(_("Ces lettres sont déjà notées comme postées."))
    for message in posted:
        message.state, message.sent_at = MessageState.SENT, at
        message.attempts += 1
        message.cost_mills += message.budget.letter_cents * 10 if message.budget is not None else 0
        message.save(update_fields=["state", "sent_at", "attempts", "cost_mills"])
        note(message, StepKind.POSTED, at, by_id=acting_user.pk)
    return len(posted)


@transaction.atomic
def create_budget(
    *,
    acting_user: User,
    operator: Organisation,
    name: str,
    amount_cents: int,
    warn_at_percent: int = 80,
    letter_cents: int = 0,
) -> MessageBudget:
    """Set money aside for messages, in cents. Raises `DomainError` when another budget bears the name."""
    budget = MessageBudget(operator=operator)
    return _written(budget, name, amount_cents, warn_at_percent, letter_cents)


@transaction.atomic
def change_budget(
    *,
    acting_user: User,
    budget: MessageBudget,
    name: str,
    amount_cents: int,
    warn_at_percent: int,
    letter_cents: int,
) -> MessageBudget:
    """Change a budget; what was spent stays. Raises `DomainError` when another budget bears the name."""
    return _written(
        MessageBudget.objects.select_for_update().get(pk=budget.pk), name, amount_cents, warn_at_percent, letter_cents
    )


def _written(
    budget: MessageBudget, name: str, amount_cents: int, warn_at_percent: int, letter_cents: int
) -> MessageBudget:
    if not 1 <= warn_at_percent <= 100:
        raise DomainError(_("Choisissez une part entre 1 et 100 %."), field="warn_at_percent")
    budget.name, budget.amount_cents = name, amount_cents
    budget.warn_at_percent, budget.letter_cents = warn_at_percent, letter_cents
    try:
        with transaction.atomic():
            budget.save()
    except IntegrityError:
        raise DomainError(
            _("Un budget de messages porte déjà ce nom : choisissez-en un autre."), field="name"
        ) from None
    return budget

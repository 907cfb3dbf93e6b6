"""The only ways to a message or a budget: members of the operator, and for a message about a person, whoever reads the file."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.messaging.models import Message, MessageBudget

READ = Permission.ANSWER_REFERRALS
BUDGETS = Permission.MANAGE_PROGRAMMES

_readable_people: dict[Callable[[User], QuerySet[Any]], tuple[str, ...]] = {}
_readings: list[Callable[[User, Message], None]] = []


def narrow_by_people(visible: Callable[[User], QuerySet[Any]], *keys: str) -> None:
    """Let the app that keeps the files say which people a user reads: messages about others are then not shown.

    `visible(user)` is a queryset of people; one of its `keys` (the primary key if none is named) is
    `Message.about_person`.
    """
    _readable_people[visible] = keys or ("pk",)


def note_readings(note: Callable[[User, Message], None]) -> None:
    """Let the app that keeps the trace of who looked know each message that is shown or printed."""
    if note not in _readings:
        _readings.append(note)


def has_read(user: User, message: Message) -> None:
    """Tell whoever keeps the trace that `user` is shown the words of `message`."""
    for note in _readings:
        note(user, message)


def visible_messages(user: User) -> QuerySet[Message]:
    """Messages of the operators of which `user` is a member, those about a person only if `user` reads the file."""
    found = Message.objects.filter(operator__in=scope_of(user).own_operators(READ))
    for visible, keys in _readable_people.items():
        readable = Q(about_person__isnull=True)
        for key in keys:
            # Looked up row by row: a page of messages asks for fifty people, never for all those whom the user may see.
            readable |= Q(Exists(visible(user).order_by().filter(**{key: OuterRef("about_person")})))
        found = found.filter(readable)
    return found


def access_message(pk: int, user: User, *, for_update: bool = False) -> Message:
    """The message `pk` if `user` reads it, locked if asked; 404 otherwise, whether it exists or not."""
    messages = visible_messages(user).select_related("operator", "budget", "handled_by")
    if for_update:
        messages = messages.select_for_update(of=("self",))
    try:
        message = messages.get(pk=pk)
    except Message.DoesNotExist:
        raise Http404 from None
    has_read(user, message)
    return message


def visible_budgets(user: User) -> QuerySet[MessageBudget]:
    """Budgets of the operators whose programmes `user` manages."""
    return MessageBudget.objects.filter(operator__in=scope_of(user).own_operators(BUDGETS))


def access_budget(pk: int, user: User, *, for_update: bool = False) -> MessageBudget:
    """The budget `pk` if `user` keeps it, locked if asked; 404 otherwise."""
    budgets = visible_budgets(user)
    if for_update:
        budgets = budgets.select_for_update()
    try:
        return budgets.get(pk=pk)
    except MessageBudget.DoesNotExist:
        raise Http404 from None

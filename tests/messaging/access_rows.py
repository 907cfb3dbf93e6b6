"""Who opens the pages of messages: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.messaging.models import Message, MessageBudget
from tests.messaging.factories import a_budget, a_letter


def _message(world: Any) -> dict[str, int]:
    found = Message.objects.filter(operator=world.operator, about_person=world.person.pk).first()
    return {"message_id": (found or a_letter(world.operator, about_person=world.person.pk)).pk}


def _budget(world: Any) -> dict[str, int]:
    found = MessageBudget.objects.filter(operator=world.operator).first()
    return {"budget_id": (found or a_budget(world.operator)).pk}


READ, BUDGETS = Permission.ANSWER_REFERRALS, Permission.MANAGE_PROGRAMMES
ROWS = {
    "messaging:list": (lambda world: {}, READ),
    "messaging:message": (_message, READ),
    "messaging:again": (_message, READ),
    "messaging:handled": (_message, READ),
    "messaging:returned": (_message, READ),
    "messaging:letter_pdf": (_message, READ),
    "messaging:letters": (lambda world: {}, READ),
    "messaging:letters_pdf": (lambda world: {}, READ),
    "messaging:posted": (lambda world: {}, READ),
    "messaging:budgets": (lambda world: {}, BUDGETS),
    "messaging:budget_create": (lambda world: {}, BUDGETS),
    "messaging:budget_edit": (_budget, BUDGETS),
}

"""Writing to a person: an email, an SMS or a letter, whichever reaches her, in her language where we have the words."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.messaging.actions import notify
from declic.messaging.models import Message, MessageBudget
from declic.messaging.wording import FRENCH, fill
from declic.orientation.models import Enrolment, Referral, Spotted
from declic.people.enums import Purpose
from declic.people.models import Person
from declic.people.queries import objects_to
from declic.programmes.models import Edition

TEMPLATES = ("call_us", "appointment")
"""What a team may write to a person: never a motive, since a phone is sometimes shared."""
AGAIN_AFTER = datetime.timedelta(minutes=10)
"""The same words within this delay are one message sent twice by a slip."""


@transaction.atomic
def write_to_person(
    *, acting_user: User, person: Person, template: str, context: Mapping[str, object], at: datetime.datetime
) -> Message:
    """Send `template` to the person by the channel she prefers among those that reach her, else a letter to hand over.

    The same words sent again within ten minutes are the first message, returned. Numbers noted as wrong are left out; the
    cost goes to the budget of her edition. Raises `DomainError` when she
    objects to messages.
    """
    if template not in TEMPLATES:
        raise DomainError(_("Choisissez le message à envoyer."), field="template")
    name = person.called or person.first_name
    if objects_to(person, Purpose.MESSAGES):
        raise DomainError(
            _("%(person)s ne veut pas recevoir de messages : appelez, ou parlez-en lors d'une rencontre.")
            % {"person": person}
        )
    # Sent twice, it is one message: the second waits here and finds the first.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    words = fill(template, person.preferred_language or FRENCH, {"name": name, **context})
    just_before = Message.objects.filter(
        operator=person.operator_id, about_person=person.pk, template=template, created_at__gte=at - AGAIN_AFTER
    )
    for message in just_before.order_by("-pk")[:5]:
        if message.body in (words.body, words.sms):
            return message
    place = " ".join(part for part in (person.postal_code, person.city) if part)
    return notify(
        operator=person.operator,
        recipient=f"{person.first_name} {person.last_name}",
        template=template,
        context={"name": name, **context},
        reference=f"person:{person.pk}",
        at=at,
        email=person.email,
        phones=list(person.phones.filter(wrong_since__isnull=True).values_list("number", flat=True)),
        postal_address="\n".join(line for line in (person.address, place) if line) if person.address else "",
        preference=person.contact_preference,
        language=person.preferred_language or FRENCH,
        about_person=person.pk,
        budget=_budget_of(person),
    )


def _budget_of(person: Person) -> MessageBudget | None:
    """The budget of the edition that the person is in, is referred to or was spotted for, the latest; None without one."""
    for rows in (
        Enrolment.objects.filter(person=person).order_by("-starts_on", "-pk"),
        Referral.objects.filter(person=person).order_by("-sent_on", "-pk"),
        Spotted.objects.filter(person=person).order_by("-spotted_on", "-pk"),
    ):
        edition_id = rows.values_list("edition", flat=True).first()
        if edition_id is not None:
            return Edition.objects.select_related("message_budget").get(pk=edition_id).message_budget
    return None

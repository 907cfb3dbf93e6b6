"""Writing to a person from her file."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import format_day, now
from declic.core.forms import posted
from declic.core.views import submit
from declic.messaging.enums import Channel
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.forms_writing import APPOINTMENT, WriteForm
from declic.people.access import access_person
from declic.people.enums import Purpose
from declic.people.queries import objects_to


def write(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Ask the person to call back, or confirm an appointment; how it will leave is said before and after."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.SEND_MESSAGES)
    site = person.site

    def send(*, template: str, phone: str, place: str, on: object, hour: str) -> Message:
        context = {"operator": person.operator.name, "phone": phone}
        if template == APPOINTMENT:
            context |= {"when": _("%(day)s à %(hour)s") % {"day": format_day(on), "hour": hour}, "place": place}  # type: ignore[arg-type]
        return actions.write_to_person(acting_user=user, person=person, template=template, context=context, at=now())

    def said(message: Message) -> str:
        return {
            Channel.EMAIL: _("Le courriel part à %(address)s.") % {"address": message.address},
            Channel.SMS: _("Le SMS part au %(address)s.") % {"address": message.address},
            Channel.LETTER: _(
                "La lettre attend d’être imprimée, dans « Messages ». Ensuite : la poster ou la remettre."
            ),
        }[Channel(message.channel)]

    return submit(
        request,
        WriteForm(
            **posted(request),
            initial={
                "phone": (site and site.phone) or person.operator.phone,
                "place": ", ".join(part for part in (site.name, site.address) if part) if site else "",
            },
        ),
        send,
        success=said,
        to=reverse("web:file", args=[person.pk]),
        template="orientation/write.html",
        context={
            "person": person,
            "objects": objects_to(person, Purpose.MESSAGES),
            "phones": list(person.phones.filter(wrong_since__isnull=True)),
        },
    )

"""A story on today's dates, as the screens read the clock: an operator, a partner that refers, an edition under way."""

import datetime
import re
from typing import Any

from django.test import Client

from declic.accounts.enums import Role
from declic.core.dates import add_months, now, today
from declic.messaging.models import Message
from declic.orientation import actions
from declic.orientation.doors import address_of
from declic.orientation.models import PrescriberLink, Referral
from tests.factories import a_partner, a_person, a_referral, a_user, an_edition, an_operator


class Doors:
    """Who asks through links, and what they type."""

    def __init__(self, **edition: Any) -> None:
        self.day = today()
        self.operator = an_operator()
        self.team = a_user(self.operator)
        self.prescriber = a_partner(self.operator, "prescriber")
        self.referent = a_user(self.prescriber, Role.PRESCRIBER)
        self.edition = self.an_edition(**edition)

    def an_edition(self, **fields: Any) -> Any:
        return an_edition(
            self.operator,
            by=self.team,
            starts_on=self.day - datetime.timedelta(days=60),
            ends_on=self.day + datetime.timedelta(days=60),
            **fields,
        )

    def link(self, **fields: Any) -> PrescriberLink:
        fields.setdefault("prescriber", self.prescriber)
        fields.setdefault("expires_on", add_months(self.day, 12))
        fields.setdefault("referent_email", "ines.morel@exemple.fr")
        return actions.open_prescriber_link(
            acting_user=self.team, operator=self.operator, on=self.day, at=now(), **fields
        )

    def typed(self, **typed: Any) -> dict[str, Any]:
        """A request as it is sent through a link."""
        return {
            "referent_name": "Inès Morel",
            "referent_email": "ines.morel@exemple.fr",
            "referent_phone": "",
            "edition": self.edition.pk,
            "first_name": "Awa",
            "last_name": "Diarra",
            "birth_date": "12/03/1980",
            "phone": "06 12 34 56 78",
            "needs": ["numerique--acquerir-un-equipement"],
            "informed": "on",
            "form_token": "0f0e0d0c-0b0a-4908-8706-050403020100",
            **typed,
        }

    def referral(self, **who: Any) -> Referral:
        return a_referral(
            a_person(self.operator, by=self.team, **who),
            self.edition,
            by=self.referent,
            prescriber=self.prescriber,
            on=self.day,
        )


def path_of(link: PrescriberLink) -> str:
    return local(address_of(link))


def local(address: str) -> str:
    """The path of an absolute address."""
    return "/" + address.split("/", 3)[3]


def written() -> list[Message]:
    """The messages written so far, the oldest first."""
    return list(Message.objects.order_by("pk"))


def link_in(message: Message) -> str:
    """The path of the last link that a message carries."""
    return local(re.findall(r"https?://\S+", message.body)[-1])


def anyone() -> Client:
    """Somebody without an account."""
    return Client()

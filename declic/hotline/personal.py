"""What requests for help hold of a person."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare, declare_impersonal
from declic.hotline.models import Ticket, TicketMessage, TicketRepair, TicketState
from declic.messaging.models import Message
from declic.messaging.personal import messages_of


def _told(people: list[int]) -> QuerySet[Any]:
    tickets = list(Ticket.objects.filter(person__in=people).order_by().values_list("operator", "pk"))
    return Message.objects.filter(
        operator__in={operator for operator, _pk in tickets},
        reference__in=[f"ticket:{pk}" for _operator, pk in tickets],
    )


declare(
    *messages_of(_("messages sur ses demandes d'assistance"), rows=_told),
    Personal(
        TicketMessage,
        _("échanges d'assistance"),
        person="ticket__person",
        texts=("body",),
        contacts=("at",),
        unshown=("answer",),
    ),
    Personal(TicketRepair, _("machines à l'atelier"), person="ticket__person"),
    Personal(
        Ticket,
        _("demandes d'assistance"),
        person="person",
        texts=("description",),
        contacts=("opened_at",),
        open=((~Q(state=TicketState.SOLVED), _("une demande d'assistance est ouverte")),),
    ),
)
declare_impersonal({"hotline.Answer": "une réponse toute prête, qui ne parle de personne"})

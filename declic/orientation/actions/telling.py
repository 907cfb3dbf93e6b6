"""Telling the prescriber: one email for each change, with a link that opens the answer without an account."""

import datetime

from django.utils.translation import gettext as _

from declic.core.dates import format_day
from declic.messaging.actions import queue_message
from declic.messaging.models import Channel, Message
from declic.orientation.answer_link import VALID_FOR, make_link
from declic.orientation.following import answer_days, waiting_rank
from declic.orientation.models import Referral

EVENTS = ("receipt", "received", "accepted", "waiting", "refused", "withdrawn", "expired", "started", "link")
"""What a prescriber is told; `link` is the answer as it stands, sent again on demand."""


def tell_prescriber(referral: Referral, *, event: str, at: datetime.datetime) -> Message | None:
    """Write to the professional who sent `referral` what has just become of it; None when no email is known.

    The message names the request by its number and the person not at all: whoever may read it opens the link, good
    for eight days from `at`.
    """
    if event not in EVENTS:
        raise ValueError(f"unknown event: {event}")
    if not referral.referent_email:
        return None
    programme = referral.edition.programme.name
    return queue_message(
        operator=referral.operator,
        channel=Channel.EMAIL,
        template=f"referral_{event}",
        recipient=referral.referent_name,
        address=referral.referent_email,
        subject=_subject(referral, event) % {"number": referral.number, "programme": programme},
        body="\n\n".join(
            [
                _("Bonjour,"),
                *_paragraphs(referral, event),
                _(
                    "Pour suivre cette demande, sans compte ni mot de passe, pendant %(days)d jours :\n%(link)s\n"
                    "Passé ce délai, la même adresse vous proposera d'en recevoir une nouvelle."
                )
                % {"days": VALID_FOR.days, "link": make_link(referral, at)},
                _("%(operator)s, avec Déclic") % {"operator": referral.operator.name},
            ]
        ),
        reference=f"referral:{referral.pk}",
        # Its link opens the answer: a colleague who may not read the file reads no such message.
        about_person=referral.person_id,
        at=at,
    )


def was_told(referral: Referral, event: str) -> bool:
    """Whether the prescriber was already written to about `event`."""
    return Message.objects.filter(
        operator=referral.operator_id, reference=f"referral:{referral.pk}", template=f"referral_{event}"
    ).exists()


def _subject(referral: Referral, event: str) -> str:
    return {
        "receipt": _("Demande %(number)s bien arrivée : « %(programme)s »"),
        "received": _("Demande %(number)s : quelqu'un s'en occupe"),
        "accepted": _("Demande %(number)s acceptée : « %(programme)s »"),
        "waiting": _("Demande %(number)s en liste d'attente : « %(programme)s »"),
        "refused": _("Demande %(number)s : la réponse et sa raison"),
        "withdrawn": _("Demande %(number)s retirée"),
        "expired": _("Demande %(number)s close"),
        "started": _("Demande %(number)s : la personne a commencé"),
        "link": _("Demande %(number)s : votre nouveau lien"),
    }[event]


def _what_happened(event: str) -> str:
    return {
        "receipt": _(
            "Votre demande %(number)s vers « %(programme)s » est bien arrivée le %(day)s. %(operator)s vous répond sous"
            " %(days)d jours. En attendant, vous n'avez rien à faire."
        ),
        "received": _(
            "Quelqu'un de l'équipe s'occupe de votre demande %(number)s vers « %(programme)s » et va joindre la personne."
        ),
        "accepted": _("Votre demande %(number)s du %(day)s vers « %(programme)s » est acceptée."),
        "waiting": _("Votre demande %(number)s du %(day)s vers « %(programme)s » est en liste d'attente."),
        "refused": _("Votre demande %(number)s du %(day)s vers « %(programme)s » n'a pas pu être acceptée."),
        "withdrawn": _(
            "Votre demande %(number)s vers « %(programme)s » est retirée : l'équipe n'y répondra pas. Vous pourrez en"
            " refaire une si la situation change."
        ),
        "expired": _(
            "Votre demande %(number)s du %(day)s vers « %(programme)s » est close sans suite. Vous pouvez en refaire une"
            " si elle est encore utile."
        ),
        "started": _("La personne de votre demande %(number)s a commencé « %(programme)s »."),
        "link": _("Voici le nouveau lien que vous avez demandé pour suivre votre demande %(number)s."),
    }[event]


def _paragraphs(referral: Referral, event: str) -> list[str]:
    said = [
        _what_happened(event)
        % {
            "number": referral.number,
            "programme": referral.edition.programme.name,
            "operator": referral.operator.name,
            "day": format_day(referral.sent_on) if referral.sent_on else "",
            "days": answer_days(referral) if event == "receipt" else 0,
        }
    ]
    if event == "waiting":
        if referral.waiting_reason:
            said.append(_("La raison : %(reason)s.") % {"reason": referral.get_waiting_reason_display()})
        rank = waiting_rank(referral)
        if rank is not None:
            said.append(_("Rang dans la liste aujourd'hui : %(rank)d.") % {"rank": rank})
    if event == "refused":
        said.append(_("La raison : %(reason)s.") % {"reason": referral.get_refusal_reason_display()})
    if event in ("accepted", "waiting", "refused", "expired") and referral.answer.strip():
        said.append(_("Le mot de l'équipe :\n%(answer)s") % {"answer": referral.answer.strip()})
    return said

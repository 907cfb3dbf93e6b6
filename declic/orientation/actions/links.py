"""Links by which a partner's professional refers people without an account."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import add_months, format_day
from declic.core.errors import DomainError
from declic.messaging.actions import queue_message
from declic.messaging.models import Channel, Message
from declic.organisations.models import Organisation
from declic.orientation.doors import address_of
from declic.orientation.models import AnswerLinkView, PrescriberLink, Referral
from declic.orientation.queries import prescribers_for
from declic.programmes.models import Edition

LONGEST_MONTHS = 24


@transaction.atomic
def open_prescriber_link(
    *,
    acting_user: User,
    operator: Organisation,
    prescriber: Organisation,
    expires_on: datetime.date,
    on: datetime.date,
    at: datetime.datetime,
    edition: Edition | None = None,
    referent_name: str = "",
    referent_email: str = "",
) -> PrescriberLink:
    """Open a door for `prescriber`, to one edition or to all; the same door still open is given back, not doubled."""
    if not prescribers_for(operator, on).filter(pk=prescriber.pk).exists():
        raise DomainError(
            _("Cette structure n'est plus votre partenaire : rouvrez d'abord le partenariat."), field="prescriber"
        )
    if edition is not None and edition.operator_id != operator.pk:
        raise DomainError(_("Cette édition n'est pas celle de votre structure."), field="edition")
    if expires_on < on:
        raise DomainError(_("Cette date est passée : choisissez jusqu'à quand le lien servira."), field="expires_on")
    if expires_on > add_months(on, LONGEST_MONTHS):
        raise DomainError(
            _("Un lien sert %(months)d mois au plus : vous le renouvellerez.") % {"months": LONGEST_MONTHS},
            field="expires_on",
        )
    Organisation.objects.select_for_update(no_key=True).get(pk=operator.pk)
    same = PrescriberLink.objects.filter(
        operator=operator,
        prescriber=prescriber,
        edition=edition,
        referent_name=referent_name,
        referent_email__iexact=referent_email,
        expires_on=expires_on,
        revoked_on__isnull=True,
    ).first()
    if same is not None:
        return same
    return PrescriberLink.objects.create(
        operator=operator,
        prescriber=prescriber,
        edition=edition,
        referent_name=referent_name,
        referent_email=referent_email,
        expires_on=expires_on,
        created_by=acting_user,
        created_at=at,
    )


@transaction.atomic
def send_prescriber_link(*, acting_user: User, link: PrescriberLink, at: datetime.datetime) -> Message:
    """Send the link to its professional by email. Raises `DomainError` when it is closed, or no email is known."""
    # Locked: sent twice at once, one message leaves.
    link = PrescriberLink.objects.select_for_update(of=("self",)).select_related("operator").get(pk=link.pk)
    if link.revoked_on is not None:
        raise DomainError(_("Ce lien est fermé : ouvrez-en un autre."))
    if not link.referent_email:
        raise DomainError(_("Aucun courriel n'est noté pour ce lien : copiez-le, ou ouvrez-en un avec un courriel."))
    reference = f"prescriber_link:{link.pk}"
    just_sent = Message.objects.filter(
        operator=link.operator_id, reference=reference, created_at__gt=at - datetime.timedelta(minutes=5)
    ).first()
    if just_sent is not None:
        return just_sent
    return queue_message(
        operator=link.operator,
        channel=Channel.EMAIL,
        template="prescriber_link",
        recipient=link.referent_name,
        address=link.referent_email,
        subject=_("Votre lien pour orienter vers %(operator)s") % {"operator": link.operator.name},
        body=_(
            "Bonjour,\n\nVoici votre lien pour orienter une personne vers %(operator)s, sans compte ni mot de passe :\n"
            "%(address)s\n\nGardez-le dans vos favoris : il sert autant de fois que nécessaire, jusqu'au %(day)s. Il est"
            " à vous : ne le publiez pas.\n\n%(operator)s, avec Déclic"
        )
        % {"operator": link.operator.name, "address": address_of(link), "day": format_day(link.expires_on)},
        reference=reference,
        at=at,
    )


@transaction.atomic
def close_prescriber_link(*, acting_user: User, link: PrescriberLink, on: datetime.date) -> PrescriberLink:
    """Close the door: nobody refers through it any more; what it brought is answered as before."""
    link = PrescriberLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_on is None:
        link.revoked_on = on
        link.save(update_fields=["revoked_on"])
    return link


def log_link_view(*, referral: Referral, at: datetime.datetime) -> AnswerLinkView:
    """Record that the answer to `referral` was read through its link (rule 17): one INSERT, so no transaction of its own."""
    return AnswerLinkView.objects.create(operator_id=referral.operator_id, referral=referral, at=at)

"""Channels, states and ends of a message."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class Channel(TextChoices):
    EMAIL = "email", _("courriel")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("lettre")


class MessageState(TextChoices):
    QUEUED = "queued", _("à envoyer")
    SENT = "sent", _("envoyé")
    DELIVERED = "delivered", _("reçu")
    FAILED = "failed", _("non reçu")


_S = MessageState
MESSAGE_TRANSITIONS = transitions(
    {
        _S.QUEUED: {_S.SENT, _S.FAILED},
        # What left may still come back: a receipt that says no, an envelope returned.
        _S.SENT: {_S.DELIVERED, _S.FAILED},
        _S.FAILED: {_S.QUEUED},
    }
)


class Failure(TextChoices):
    """Why a message did not reach anybody: what someone has to do next depends on it."""

    WRONG_ADDRESS = "wrong_address", _("adresse ou numéro faux")
    REFUSED = "refused", _("refusé")
    NO_ANSWER = "no_answer", _("le service d'envoi ne répond pas")
    UNCERTAIN = "uncertain", _("peut-être parti")
    BUDGET = "budget", _("budget dépassé")
    NOT_RECEIVED = "not_received", _("non reçu par le téléphone")
    RETURNED = "returned", _("revenu à l'expéditeur")
    ERASED = "erased", _("effacé")


class StepKind(TextChoices):
    """What happened to a message, one line of its story each."""

    LEFT = "left", _("Parti")
    LATER = "later", _("Nouvel essai prévu")
    FAILED = "failed", _("N'a pas pu partir")
    DELIVERED = "delivered", _("Reçu")
    NOT_RECEIVED = "not_received", _("Parti, mais pas reçu")
    POSTED = "posted", _("Postée")
    RETURNED = "returned", _("Revenu à l'expéditeur")
    AGAIN = "again", _("Remis dans la file d'envoi")
    CORRECTED = "corrected", _("Adresse corrigée")
    HANDLED = "handled", _("Traité")

"""States of a referral and why one may be refused."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class ReferralState(TextChoices):
    DRAFT = "draft", _("brouillon")
    SENT = "sent", _("à traiter")
    WAITING = "waiting", _("en liste d'attente")
    ACCEPTED = "accepted", _("acceptée")
    REFUSED = "refused", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")
    EXPIRED = "expired", _("expirée")


_S = ReferralState
REFERRAL_TRANSITIONS = transitions(
    {
        _S.DRAFT: {_S.SENT, _S.WITHDRAWN},
        _S.SENT: {_S.ACCEPTED, _S.REFUSED, _S.WAITING, _S.WITHDRAWN, _S.EXPIRED},
        _S.WAITING: {_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN, _S.EXPIRED},
    }
)
OPEN_STATES = (ReferralState.SENT, ReferralState.WAITING)
ANSWERED_STATES = (ReferralState.ACCEPTED, ReferralState.REFUSED, ReferralState.WAITING)


class RefusalReason(TextChoices):
    """Codes shared with the tools of the field."""

    NON_JOIGNABLE = "non_joignable", _("la personne n'a pas pu être jointe")
    ABSENT = "absent", _("la personne n'est pas venue")
    EN_EMPLOI = "en_emploi", _("la personne a retrouvé un emploi")
    EN_FORMATION = "en_formation", _("la personne est en formation")
    NON_ELIGIBLE = "non_eligible", _("la personne ne remplit pas les conditions")
    NON_MOBILE = "non_mobile", _("la personne ne peut pas se déplacer")
    NON_INTERESSE = "non_interesse", _("la personne n'est pas intéressée")
    FREINS_PERIPHERIQUES = "freins_peripheriques", _("d'autres difficultés passent d'abord")
    SESSION_COMPLETE = "session_complete", _("il n'y a plus de place")
    DOUBLON = "doublon", _("la personne est déjà dans le dispositif")
    AUTRE = "autre", _("autre raison")


class ReferralChannel(TextChoices):
    ACCOUNT = "account", _("par le prescripteur, en ligne")
    PAPER = "paper", _("sur papier")
    PHONE = "phone", _("par téléphone")
    SELF = "self", _("la personne est venue d'elle-même")


class Need(TextChoices):
    """What the referral asks for: the field's four digital objectives, one to one."""

    SKILLS = "numerique--maitriser-les-fondamentaux-du-numerique", _("apprendre les bases du numérique")
    ONLINE = "numerique--acceder-a-des-services-en-ligne", _("faire ses démarches en ligne")
    EQUIPMENT = "numerique--acquerir-un-equipement", _("avoir un ordinateur")
    CONNECTION = "numerique--acceder-a-une-connexion-internet", _("avoir internet")

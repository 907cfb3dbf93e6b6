"""States of a referral and why one may be refused."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class ReferralState(TextChoices):
    DRAFT = "draft", _("brouillon")
    SENT = "sent", _("à traiter")
    RECEIVED = "received", _("prise en charge")
    WAITING = "waiting", _("en liste d'attente")
    ACCEPTED = "accepted", _("acceptée")
    REFUSED = "refused", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")
    EXPIRED = "expired", _("expirée")


_S = ReferralState
REFERRAL_TRANSITIONS = transitions(
    {
        _S.DRAFT: {_S.SENT, _S.WITHDRAWN},
        _S.SENT: {_S.RECEIVED, _S.ACCEPTED, _S.REFUSED, _S.WAITING, _S.WITHDRAWN, _S.EXPIRED},
        _S.RECEIVED: {_S.ACCEPTED, _S.REFUSED, _S.WAITING, _S.WITHDRAWN, _S.EXPIRED},
        _S.WAITING: {_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN, _S.EXPIRED},
    }
)
OPEN_STATES = (ReferralState.SENT, ReferralState.RECEIVED, ReferralState.WAITING)
UNANSWERED_STATES = (ReferralState.SENT, ReferralState.RECEIVED)
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
    LINK = "link", _("par le prescripteur, avec un lien")
    SPOTTING = "spotting", _("après un repérage")
    PAPER = "paper", _("sur papier")
    PHONE = "phone", _("par téléphone")
    SELF = "self", _("la personne est venue d'elle-même")


class Need(TextChoices):
    """What the referral asks for: the field's four digital objectives, one to one."""

    SKILLS = "numerique--maitriser-les-fondamentaux-du-numerique", _("apprendre les bases du numérique")
    ONLINE = "numerique--acceder-a-des-services-en-ligne", _("faire ses démarches en ligne")
    EQUIPMENT = "numerique--acquerir-un-equipement", _("avoir un ordinateur")
    CONNECTION = "numerique--acceder-a-une-connexion-internet", _("avoir internet")


class Motive(TextChoices):
    """Why the person is referred: what professionals tick, beside their own words."""

    JOB_SEARCH = "recherche_emploi", _("chercher un emploi")
    BENEFITS = "droits", _("ouvrir ou garder ses droits")
    AUTONOMY = "autonomie", _("faire seule ses démarches")
    TRAINING = "formation", _("suivre une formation")
    SCHOOLING = "scolarite", _("suivre la scolarité des enfants")
    ISOLATION = "isolement", _("rompre l'isolement")
    HEALTH = "sante", _("prendre soin de sa santé en ligne")
    OTHER = "autre", _("autre motif")


class WaitingReason(TextChoices):
    NO_PLACE = "no_place", _("toutes les places sont prises")
    NO_DEVICE = "no_device", _("pas de matériel disponible pour l'instant")
    NEXT_EDITION = "next_edition", _("la prochaine session n'a pas commencé")
    MISSING_FACTS = "missing_facts", _("il manque des informations ou un justificatif")
    PERSON_ASKS = "person_asks", _("la personne demande à attendre")
    OTHER = "other", _("autre raison")


class ImportState(TextChoices):
    UPLOADED = "uploaded", _("à lire")
    CHECKING = "checking", _("vérification en cours")
    CHECKED = "checked", _("à relire")
    IMPORTING = "importing", _("import en cours")
    IMPORTED = "imported", _("importé")
    UNDOING = "undoing", _("annulation en cours")
    UNDONE = "undone", _("annulé")
    FAILED = "failed", _("illisible")


_I = ImportState
IMPORT_TRANSITIONS = transitions(
    {
        _I.UPLOADED: {_I.CHECKING, _I.FAILED, _I.UNDONE},
        _I.CHECKING: {_I.CHECKED, _I.FAILED, _I.UPLOADED, _I.UNDONE},
        _I.CHECKED: {_I.CHECKING, _I.IMPORTING, _I.UNDONE},
        _I.IMPORTING: {_I.IMPORTED, _I.CHECKED},
        _I.IMPORTED: {_I.UNDOING, _I.UNDONE},
        _I.UNDOING: {_I.UNDONE, _I.IMPORTED},
        _I.FAILED: {_I.UPLOADED, _I.UNDONE},
    }
)


class RowVerdict(TextChoices):
    PENDING = "pending", _("à vérifier")
    CREATE = "create", _("nouveau dossier")
    MATCH = "match", _("dossier déjà connu")
    REFUSE = "refuse", _("refusée")
    SKIP = "skip", _("laissée de côté")


class ContactResult(TextChoices):
    INTERESTED = "interested", _("jointe, intéressée")
    DECLINED = "declined", _("jointe, ne souhaite pas")
    CALL_BACK = "call_back", _("à rappeler")
    MESSAGE_LEFT = "message_left", _("message laissé")
    NO_ANSWER = "no_answer", _("pas de réponse")
    WRONG_NUMBER = "wrong_number", _("mauvais numéro")


REACHED = (ContactResult.INTERESTED, ContactResult.DECLINED, ContactResult.CALL_BACK)

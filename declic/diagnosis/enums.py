"""Five themes and their sixteen skills, levels and barriers: the common ground of every digital assessment."""

from dataclasses import dataclass

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class Theme(TextChoices):
    INTERNET = "internet", _("Internet")
    EMAIL = "email", _("Courriel")
    EQUIPMENT = "equipment", _("Équipement")
    OFFICE = "office", _("Bureautique")
    SECURITY = "security", _("Sécurité")


class Skill(TextChoices):
    CONNECT = "connect", _("se connecter")
    BROWSE = "browse", _("naviguer")
    SEARCH = "search", _("chercher une information")
    FILL_FORM = "fill_form", _("remplir un formulaire")
    CREATE_MAILBOX = "create_mailbox", _("créer sa boîte de courriel")
    SEND_READ = "send_read", _("envoyer et lire un courriel")
    ATTACHMENTS = "attachments", _("envoyer et recevoir un document")
    KEYBOARD = "keyboard", _("se servir du clavier")
    MOUSE = "mouse", _("se servir de la souris")
    USB_KEY = "usb_key", _("se servir d'une clé USB")
    FIND_WAY = "find_way", _("se repérer sur l'ordinateur")
    MANAGE_DOCUMENTS = "manage_documents", _("ranger ses documents")
    WORD_PROCESSOR = "word_processor", _("écrire un texte")
    SAFE_CONNECTION = "safe_connection", _("se connecter sans risque")
    PERSONAL_DATA = "personal_data", _("protéger ses informations")
    FRAUD = "fraud", _("reconnaître une arnaque")


THEMES: dict[Theme, tuple[Skill, ...]] = {
    Theme.INTERNET: (Skill.CONNECT, Skill.BROWSE, Skill.SEARCH, Skill.FILL_FORM),
    Theme.EMAIL: (Skill.CREATE_MAILBOX, Skill.SEND_READ, Skill.ATTACHMENTS),
    Theme.EQUIPMENT: (Skill.KEYBOARD, Skill.MOUSE, Skill.USB_KEY),
    Theme.OFFICE: (Skill.FIND_WAY, Skill.MANAGE_DOCUMENTS, Skill.WORD_PROCESSOR),
    Theme.SECURITY: (Skill.SAFE_CONNECTION, Skill.PERSONAL_DATA, Skill.FRAUD),
}


class Score(IntegerChoices):
    """What the adviser saw the person do."""

    NOT_YET = 0, _("pas encore")
    WITH_MUCH_HELP = 1, _("avec beaucoup d'aide")
    WITH_SOME_HELP = 2, _("avec un peu d'aide")
    ALONE = 3, _("sans aide")
    AT_EASE = 4, _("à l'aise, peut montrer")


class Level(TextChoices):
    DEBUTANT = "debutant", _("débutant")
    INTERMEDIAIRE = "intermediaire", _("intermédiaire")
    AVANCE = "avance", _("avancé")
    AUTONOME = "autonome", _("autonome")


@dataclass(frozen=True)
class CutPoints:
    """Mean score (0 to 4) from which each level starts; `version` is kept on every assessment."""

    version: str
    starts: tuple[tuple[Level, float], ...]
    doubt: float
    """Distance to a cut-point under which the adviser is asked to choose."""


CUT_POINTS = CutPoints(
    version="2026-1",
    starts=((Level.DEBUTANT, 0.0), (Level.INTERMEDIAIRE, 1.4), (Level.AVANCE, 2.4), (Level.AUTONOME, 3.4)),
    doubt=0.15,
)


class AssessmentKind(TextChoices):
    ENTRY = "entry", _("à l'entrée")
    EXIT = "exit", _("à la sortie")


class BarrierSource(TextChoices):
    DECLARED = "declared", _("dit par la personne")
    OBSERVED = "observed", _("observé")
    SUGGESTED = "suggested", _("à confirmer")


class BarrierState(TextChoices):
    REPERE = "repere", _("repéré")
    EN_COURS = "en_cours", _("en cours")
    LEVE = "leve", _("levé")
    ABANDONNE = "abandonne", _("abandonné")


BARRIER_TRANSITIONS = transitions(
    {
        BarrierState.REPERE: {BarrierState.EN_COURS, BarrierState.LEVE, BarrierState.ABANDONNE},
        BarrierState.EN_COURS: {BarrierState.LEVE, BarrierState.ABANDONNE},
        BarrierState.LEVE: {BarrierState.EN_COURS},
        BarrierState.ABANDONNE: {BarrierState.EN_COURS},
    }
)


class PlanState(TextChoices):
    TO_DO = "to_do", _("à faire")
    DONE = "done", _("faite")
    DROPPED = "dropped", _("abandonnée")


PLAN_TRANSITIONS = transitions({PlanState.TO_DO: {PlanState.DONE, PlanState.DROPPED}})

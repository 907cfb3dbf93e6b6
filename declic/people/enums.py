"""Codes of a person's situation, as the field's other tools read them (La Coop, data·inclusion, FSE+); labels are ours."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Gender(TextChoices):
    FEMININ = "feminin", _("femme")
    MASCULIN = "masculin", _("homme")
    NON_BINAIRE = "non_binaire", _("non binaire")
    NON_COMMUNIQUE = "non_communique", _("non communiqué")


class LabourStatus(TextChoices):
    """Exactly one at a time (FSE+, Reg. (EU) 2021/1057 annex I)."""

    CHOMEUR = "chomeur", _("en recherche d'emploi")
    CHOMEUR_LONGUE_DUREE = "chomeur_longue_duree", _("en recherche d'emploi depuis plus d'un an")
    INACTIF = "inactif", _("sans emploi, ne recherche pas")
    EN_EMPLOI = "en_emploi", _("en emploi")


class Household(TextChoices):
    SEUL = "seul", _("vit seul·e")
    SEUL_AVEC_ENFANTS = "seul_avec_enfants", _("vit seul·e avec des enfants")
    COUPLE = "couple", _("vit en couple")
    COUPLE_AVEC_ENFANTS = "couple_avec_enfants", _("vit en couple avec des enfants")
    AUTRE = "autre", _("autre situation")


class Benefit(TextChoices):
    RSA = "RSA", _("RSA")
    RSO = "RSO", _("RSO")
    ASS = "ASS", _("ASS")
    ADA = "ADA", _("ADA")
    AV = "AV", _("allocation veuvage")
    ASI = "ASI", _("ASI")
    AAH = "AAH", _("AAH")
    ATI = "ATI", _("ATI")
    AVFS = "AVFS", _("AVFS")
    ASPA = "ASPA", _("ASPA (minimum vieillesse)")
    AER_R = "AER-R", _("AER-R")
    ATA = "ATA", _("ATA")


class Housing(TextChoices):
    LOGEMENT_PERSONNEL = "logement_personnel", _("logement personnel")
    HEBERGE = "heberge", _("hébergé·e par quelqu'un")
    HEBERGEMENT_COLLECTIF = "hebergement_collectif", _("hébergement collectif")
    SANS_DOMICILE = "sans_domicile", _("sans domicile")
    AUTRE = "autre", _("autre")


class Education(TextChoices):
    """Levels of the international classification (ISCED)."""

    LOW = "0-2", _("jusqu'au brevet")
    MIDDLE = "3-4", _("CAP, BEP ou bac")
    HIGH = "5-8", _("études supérieures")


class HomeEquipment(TextChoices):
    ORDINATEUR = "ordinateur", _("ordinateur")
    TABLETTE = "tablette", _("tablette")
    TELEPHONE = "telephone", _("téléphone connecté")


class ContactPreference(TextChoices):
    PHONE = "phone", _("appel")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("courriel")
    LETTER = "letter", _("lettre")
    PRESCRIBER = "prescriber", _("par la personne qui l'oriente")


class SnapshotMoment(TextChoices):
    ENTRY = "entry", _("à l'entrée")
    CHANGE = "change", _("changement")
    EXIT = "exit", _("à la sortie")

"""Codes of a person's situation, as the field's other tools read them (La Coop, data·inclusion, FSE+); labels are ours."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


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


class Language(TextChoices):
    """ISO 639-1 codes of the languages most spoken by those welcomed; "autre" is written in the spoken languages."""

    FR = "fr", _("français")
    AR = "ar", _("arabe")
    EN = "en", _("anglais")
    ES = "es", _("espagnol")
    PT = "pt", _("portugais")
    TR = "tr", _("turc")
    RU = "ru", _("russe")
    UK = "uk", _("ukrainien")
    FA = "fa", _("persan, dari")
    PS = "ps", _("pachto")
    SO = "so", _("somali")
    TI = "ti", _("tigrigna")
    BN = "bn", _("bengali")
    TA = "ta", _("tamoul")
    ZH = "zh", _("chinois")
    RO = "ro", _("roumain")
    SQ = "sq", _("albanais")
    KA = "ka", _("géorgien")
    WO = "wo", _("wolof")
    BM = "bm", _("bambara")
    LN = "ln", _("lingala")


class LinkKind(TextChoices):
    """What two persons are to each other: sharing a phone or a home makes nobody one person."""

    COUPLE = "couple", _("en couple")
    PARENT = "parent", _("parent et enfant")
    SAME_HOME = "same_home", _("vivent ensemble")
    OTHER = "other", _("autre lien")


class RightsKind(TextChoices):
    """What a person was told or asked about her data (GDPR, articles 13 to 21)."""

    INFORMED = "informed", _("informée de ses droits")
    EXPORT = "export", _("copie du dossier remise")
    CORRECTION = "correction", _("correction demandée")
    OBJECTION = "objection", _("opposition")
    OBJECTION_LIFTED = "objection_lifted", _("opposition retirée")
    JOINT_CONSENT = "joint_consent", _("accord du mineur et d'un parent")
    RESTORED = "restored", _("dossier rouvert")


class RightsHow(TextChoices):
    ORAL = "oral", _("de vive voix")
    PAPER = "paper", _("sur papier")
    EMAIL = "email", _("par courriel")
    PHONE = "phone", _("par téléphone")
    SCREEN = "screen", _("à l'écran")
    BY_PRESCRIBER = "prescriber", _("par la personne qui l'oriente")


class Purpose(TextChoices):
    """What a person may object to."""

    MESSAGES = "messages", _("recevoir des messages")
    SHARING = "sharing", _("le partage de son dossier")
    STATISTICS = "statistics", _("l'usage pour les statistiques")


class HoldKind(TextChoices):
    """Why a file outlives its time (rule 15: a funder's or a legal hold wins and says why)."""

    FUNDER = "funder", _("contrôle d'un financeur")
    LEGAL = "legal", _("obligation légale")
    DISPUTE = "dispute", _("litige ou réclamation en cours")
    OTHER = "other", _("autre raison")


class PairState(TextChoices):
    OPEN = "open", _("à regarder")
    MERGED = "merged", _("réunis")
    DISTINCT = "distinct", _("deux personnes différentes")


PAIR_TRANSITIONS = transitions(
    {
        PairState.OPEN: {PairState.MERGED, PairState.DISTINCT},
        # Parted again, the files are to be looked at again.
        PairState.MERGED: {PairState.OPEN},
        # Someone may find out later that it was one person after all.
        PairState.DISTINCT: {PairState.MERGED},
    }
)


class PairReason(TextChoices):
    """Why two files may be one person's: none of them is a proof."""

    SAME_BIRTH_DATE = "same_birth_date", _("même date de naissance")
    SAME_NAME = "same_name", _("même nom et même prénom")
    CLOSE_NAME = "close_name", _("nom écrit presque pareil")
    SOUNDS_ALIKE = "sounds_alike", _("nom qui se prononce pareil")
    SWAPPED_NAMES = "swapped_names", _("nom et prénom échangés")
    BIRTH_NAME = "birth_name", _("nom d'usage de l'un, nom de naissance de l'autre")
    CLOSE_BIRTH_DATE = "close_birth_date", _("dates de naissance à un chiffre près")
    SAME_PHONE = "same_phone", _("même téléphone (un couple peut le partager)")
    SAME_EMAIL = "same_email", _("même courriel (une famille peut le partager)")
    SAME_ADDRESS = "same_address", _("même adresse")


class SnapshotMoment(TextChoices):
    ENTRY = "entry", _("à l'entrée")
    CHANGE = "change", _("changement")
    EXIT = "exit", _("à la sortie")

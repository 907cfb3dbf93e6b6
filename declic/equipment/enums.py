"""States of machines and of allocations, as tables (design: equipment and money)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class DeviceKind(TextChoices):
    LAPTOP = "laptop", _("ordinateur portable")
    DESKTOP = "desktop", _("ordinateur fixe")
    TABLET = "tablet", _("tablette")
    SMARTPHONE = "smartphone", _("téléphone")


class DeviceState(TextChoices):
    RECEIVED = "received", _("reçu")
    TRIAGED = "triaged", _("trié")
    WIPING = "wiping", _("effacement en cours")
    WIPED = "wiped", _("effacé")
    TESTED = "tested", _("testé")
    INSTALLED = "installed", _("installé")
    READY = "ready", _("prêt")
    RESERVED = "reserved", _("réservé")
    ON_LOAN = "on_loan", _("prêté")
    RETURNED = "returned", _("revenu")
    TRANSFERRED = "transferred", _("remis définitivement")
    QUARANTINED = "quarantined", _("bloqué")
    REPAIR = "repair", _("en réparation")
    TRANSIT = "transit", _("en transport")
    LOST = "lost", _("perdu")
    PARTS = "parts", _("gardé pour pièces")
    SCRAPPED = "scrapped", _("mis au rebut")


_D = DeviceState
_OUT = {_D.PARTS, _D.SCRAPPED, _D.LOST}
DEVICE_TRANSITIONS = transitions(
    {
        _D.RECEIVED: {_D.TRIAGED, _D.QUARANTINED} | _OUT,
        _D.TRIAGED: {_D.WIPING, _D.WIPED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        # A drive that turns up, a lock found late: back to the sorting table, in the same life.
        _D.WIPING: {_D.WIPED, _D.TRIAGED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        _D.WIPED: {_D.TESTED, _D.TRIAGED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        _D.TESTED: {_D.INSTALLED, _D.TRIAGED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        _D.INSTALLED: {_D.READY, _D.TRIAGED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        _D.READY: {_D.RESERVED, _D.ON_LOAN, _D.TRANSFERRED, _D.TRANSIT, _D.QUARANTINED, _D.REPAIR, _D.TRIAGED} | _OUT,
        _D.RESERVED: {_D.READY, _D.ON_LOAN, _D.TRANSFERRED, _D.TRIAGED, _D.LOST},
        _D.ON_LOAN: {_D.RETURNED, _D.TRANSFERRED, _D.LOST},
        _D.RETURNED: {_D.TRIAGED, _D.QUARANTINED, _D.REPAIR} | _OUT,
        _D.QUARANTINED: {_D.TRIAGED} | _OUT,
        _D.REPAIR: {_D.TRIAGED} | _OUT,
        _D.TRANSIT: {_D.READY, _D.LOST},
        _D.LOST: {_D.RETURNED},
    }
)


class ClaimKind(TextChoices):
    RESERVATION = "reservation", _("réservation")
    LOAN = "loan", _("prêt")
    REPAIR = "repair", _("réparation")
    TRANSIT = "transit", _("transport")
    TRANSFER = "transfer", _("remise définitive")


class AllocationMode(TextChoices):
    LOAN = "loan", _("prêt")
    GIFT = "gift", _("don")
    SALE = "sale", _("vente")
    LOAN_THEN_OPTION = "loan_then_option", _("prêt avec option d'achat")


class AllocationState(TextChoices):
    DRAFT = "draft", _("à préparer")
    RESERVED = "reserved", _("réservé")
    ACTIVE = "active", _("en cours")
    RETURN_DECLARED = "return_declared", _("retour annoncé")
    INSPECTED = "inspected", _("revenu et vérifié")
    KEPT = "kept", _("gardé par la personne")
    PURCHASED = "purchased", _("acheté")
    GIVEN = "given", _("donné")
    LOST = "lost", _("perdu")
    SETTLED = "settled", _("soldé")
    CANCELLED = "cancelled", _("annulé")


_A = AllocationState
ALLOCATION_TRANSITIONS = transitions(
    {
        _A.DRAFT: {_A.RESERVED, _A.CANCELLED},
        _A.RESERVED: {_A.ACTIVE, _A.GIVEN, _A.PURCHASED, _A.CANCELLED},
        _A.ACTIVE: {_A.RETURN_DECLARED, _A.INSPECTED, _A.KEPT, _A.PURCHASED, _A.LOST},
        _A.RETURN_DECLARED: {_A.ACTIVE, _A.INSPECTED, _A.LOST},
        _A.INSPECTED: {_A.SETTLED},
        _A.KEPT: {_A.SETTLED},
        _A.PURCHASED: {_A.SETTLED},
        _A.GIVEN: {_A.SETTLED},
        _A.LOST: {_A.SETTLED},
    }
)
HELD_STATES = (AllocationState.ACTIVE, AllocationState.RETURN_DECLARED)
HANDED_OVER_STATES = tuple(state for state in AllocationState if state not in (_A.DRAFT, _A.RESERVED, _A.CANCELLED))


class Condition(TextChoices):
    """How a machine looks; the words "comme neuf" are never printed (décret 2022-190)."""

    VERY_GOOD = "very_good", _("très bon état")
    GOOD = "good", _("bon état")
    WORN = "worn", _("état d'usage")
    DAMAGED = "damaged", _("abîmé")


class IdentifierKind(TextChoices):
    SERIAL = "serial", _("numéro de série")
    IMEI = "imei", _("IMEI")
    MAC = "mac", _("adresse MAC")
    UUID = "uuid", _("UUID")


class LoanEventKind(TextChoices):
    RENEWED = "renewed", _("prolongation")
    SWAPPED = "swapped", _("échange")
    RETURN_DECLARED = "return_declared", _("retour annoncé")
    DAMAGE = "damage", _("dommage constaté")
    REMINDED = "reminded", _("rappel")
    CHOICE = "choice", _("choix au terme")
    LOSS = "loss", _("perte ou vol déclaré")
    FOUND = "found", _("retrouvé")
    WAIVED = "waived", _("dette abandonnée")
    INSPECTED = "inspected", _("vérification au retour")
    AMENDED = "amended", _("avenant à la convention")
    SCHEDULED = "scheduled", _("échéancier convenu")


class CeremonyState(TextChoices):
    PREPARED = "prepared", _("en préparation")
    HELD = "held", _("tenue")
    CANCELLED = "cancelled", _("annulée")


CEREMONY_TRANSITIONS = transitions({CeremonyState.PREPARED: {CeremonyState.HELD, CeremonyState.CANCELLED}})


class Grade(TextChoices):
    """What a machine is good for, given by versioned rules (`grades.py`), best first."""

    A = "A", _("A · confortable pour tout")
    B = "B", _("B · bureautique et internet")
    C = "C", _("C · usages simples")
    D = "D", _("D · trop juste")


class PromiseState(TextChoices):
    OPEN = "open", _("à collecter")
    COLLECTED = "collected", _("collectée")
    CANCELLED = "cancelled", _("abandonnée")


PROMISE_TRANSITIONS = transitions(
    {
        PromiseState.OPEN: {PromiseState.COLLECTED, PromiseState.CANCELLED},
        PromiseState.COLLECTED: {PromiseState.OPEN},
    }
)


class CollectionState(TextChoices):
    PLANNED = "planned", _("prévue")
    COLLECTED = "collected", _("faite")
    CANCELLED = "cancelled", _("annulée")


COLLECTION_TRANSITIONS = transitions({CollectionState.PLANNED: {CollectionState.COLLECTED, CollectionState.CANCELLED}})


class EvidencePurpose(TextChoices):
    INVENTORY = "inventory", _("inventaire")
    ERASURE = "erasure", _("effacement")


class EvidenceFormat(TextChoices):
    """The tools whose files are read."""

    LSHW = "lshw", "lshw"
    DMIDECODE = "dmidecode", "dmidecode"
    GLPI = "glpi", "GLPI"
    EREUSE = "ereuse", "eReuse"
    SMARTCTL = "smartctl", "smartctl"
    NWIPE = "nwipe", "nwipe"
    CERTIFICATE = "certificate", _("certificat d'effacement")


class ReadingVerdict(TextChoices):
    CERTIFIED = "certified", _("preuve complète")
    REVIEW = "review", _("à vérifier")
    FAILED = "failed", _("effacement manqué")


class DriveTechnology(TextChoices):
    HDD = "hdd", _("disque dur")
    SSD = "ssd", _("SSD")
    NVME = "nvme", _("NVMe")
    EMMC = "emmc", _("mémoire soudée (eMMC)")


class LockKind(TextChoices):
    BIOS_PASSWORD = "bios_password", _("mot de passe du BIOS")
    MDM = "mdm", _("gestion à distance (MDM, Autopilot)")
    FRP = "frp", _("compte Google (FRP)")
    ICLOUD = "icloud", _("compte iCloud")


class JourneyState(TextChoices):
    SENT = "sent", _("en route")
    RECEIVED = "received", _("arrivé")
    CANCELLED = "cancelled", _("annulé")


JOURNEY_TRANSITIONS = transitions({JourneyState.SENT: {JourneyState.RECEIVED, JourneyState.CANCELLED}})


class CountState(TextChoices):
    OPEN = "open", _("en cours")
    CLOSED = "closed", _("clos")
    CANCELLED = "cancelled", _("abandonné")


COUNT_TRANSITIONS = transitions({CountState.OPEN: {CountState.CLOSED, CountState.CANCELLED}})


class PartKind(TextChoices):
    MEMORY = "memory", _("mémoire")
    STORAGE = "storage", _("disque")
    BATTERY = "battery", _("batterie")
    CHARGER = "charger", _("chargeur")
    SCREEN = "screen", _("écran")
    KEYBOARD = "keyboard", _("clavier")
    MOUSE = "mouse", _("souris")
    HEADSET = "headset", _("casque ou caméra")
    BAG = "bag", _("sacoche")
    OTHER = "other", _("autre")


class PartReason(TextChoices):
    BOUGHT = "bought", _("achat ou don")
    SALVAGED = "salvaged", _("récupérée sur une machine")
    USED = "used", _("montée sur une machine")
    GIVEN = "given", _("remise avec une machine")
    MOVED = "moved", _("changement de lieu")
    COUNTED = "counted", _("inventaire")
    LOST = "lost", _("perdue ou hors d'usage")


class SigningWay(TextChoices):
    NAME = "name", _("par son nom")
    SCREEN = "screen", _("sur l'écran")
    PAPER = "paper", _("sur papier")


class PaperKind(TextChoices):
    PDF = "pdf", _("convention (PDF)")
    SCAN = "scan", _("papier signé, scanné")


class PhotoMoment(TextChoices):
    OUT = "out", _("à la remise")
    IN = "in", _("au retour")


class TermChoice(TextChoices):
    """What a person chooses at the end of a loan."""

    RETURN = "return", _("rendre")
    KEEP = "keep", _("garder")
    BUY = "buy", _("acheter")
    RENEW = "renew", _("prolonger")


class LossKind(TextChoices):
    LOST = "lost", _("perdue")
    STOLEN = "stolen", _("volée")


class SyncOutcome(TextChoices):
    DONE = "done", _("remise enregistrée")
    REFUSED = "refused", _("à reprendre")

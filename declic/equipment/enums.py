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
        _D.WIPING: {_D.WIPED, _D.TRIAGED, _D.REPAIR} | _OUT,
        _D.WIPED: {_D.TESTED, _D.REPAIR} | _OUT,
        _D.TESTED: {_D.INSTALLED, _D.REPAIR} | _OUT,
        _D.INSTALLED: {_D.READY, _D.REPAIR} | _OUT,
        _D.READY: {_D.RESERVED, _D.ON_LOAN, _D.TRANSFERRED, _D.TRANSIT, _D.REPAIR, _D.TRIAGED} | _OUT,
        _D.RESERVED: {_D.READY, _D.ON_LOAN, _D.TRANSFERRED, _D.TRIAGED, _D.LOST},
        _D.ON_LOAN: {_D.RETURNED, _D.TRANSFERRED, _D.LOST},
        _D.RETURNED: {_D.TRIAGED, _D.REPAIR} | _OUT,
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


class CeremonyState(TextChoices):
    PREPARED = "prepared", _("en préparation")
    HELD = "held", _("tenue")
    CANCELLED = "cancelled", _("annulée")


CEREMONY_TRANSITIONS = transitions({CeremonyState.PREPARED: {CeremonyState.HELD, CeremonyState.CANCELLED}})

"""What an account is for and what an entry records; account numbers themselves are data that an operator maps."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class AccountRole(TextChoices):
    CASH = "cash", _("caisse")
    BANK = "bank", _("banque")
    DEPOSITS_HELD = "deposits_held", _("cautions reçues")
    SALE_REVENUE = "sale_revenue", _("ventes de matériel")
    RECHARGE_REVENUE = "recharge_revenue", _("ventes de recharges")
    DAMAGE_RECOVERY = "damage_recovery", _("dommages récupérés")
    RECEIVABLE = "receivable", _("sommes dues par les personnes")
    WAIVER_EXPENSE = "waiver_expense", _("remises accordées")
    AID_EXPENSE = "aid_expense", _("aides accordées")
    AID_PAYABLE = "aid_payable", _("aides à verser")
    GRANT_RECEIVABLE = "grant_receivable", _("subventions à recevoir")
    GRANT_INCOME = "grant_income", _("subventions")
    CHEQUES_HELD = "cheques_held", _("chèques de caution conservés")
    DEPOSIT_COMMITMENTS = "deposit_commitments", _("engagements de caution")
    SUPPLIERS = "suppliers", _("sommes dues aux fournisseurs")
    PURCHASES = "purchases", _("achats et petit matériel")
    SERVICES = "services", _("prestations")
    RENT = "rent", _("loyers et locations")
    REPAIRS = "repairs", _("entretien et réparations")
    FEES = "fees", _("honoraires et intervenants")
    COMMUNICATION = "communication", _("communication et impressions")
    TRAVEL = "travel", _("déplacements")
    TELECOM = "telecom", _("poste et télécommunications")
    STAFF = "staff", _("salaires et charges")
    OTHER_EXPENSE = "other_expense", _("autres frais")
    CASH_SHORT = "cash_short", _("manques de caisse")
    CASH_OVER = "cash_over", _("excédents de caisse")
    OTHER_INCOME = "other_income", _("autres recettes, fonds propres")


BOUGHT_ROLES: tuple[AccountRole, ...] = (
    AccountRole.PURCHASES,
    AccountRole.SERVICES,
    AccountRole.RENT,
    AccountRole.REPAIRS,
    AccountRole.FEES,
    AccountRole.COMMUNICATION,
    AccountRole.TRAVEL,
    AccountRole.TELECOM,
    AccountRole.STAFF,
    AccountRole.OTHER_EXPENSE,
)
"""What an expense that someone enters may be for."""

EXPENSE_ROLES: tuple[AccountRole, ...] = (
    *BOUGHT_ROLES,
    AccountRole.AID_EXPENSE,
    AccountRole.WAIVER_EXPENSE,
    AccountRole.CASH_SHORT,
)
INCOME_ROLES: tuple[AccountRole, ...] = (
    AccountRole.GRANT_INCOME,
    AccountRole.SALE_REVENUE,
    AccountRole.RECHARGE_REVENUE,
    AccountRole.DAMAGE_RECOVERY,
    AccountRole.CASH_OVER,
    AccountRole.OTHER_INCOME,
)


# The French chart of accounts (plan comptable général), as a first mapping that each operator can change.
DEFAULT_CODES: dict[str, str] = {
    AccountRole.CASH: "530",
    AccountRole.BANK: "512",
    AccountRole.DEPOSITS_HELD: "165",
    AccountRole.SALE_REVENUE: "707",
    AccountRole.RECHARGE_REVENUE: "7071",
    AccountRole.DAMAGE_RECOVERY: "758",
    AccountRole.RECEIVABLE: "411",
    AccountRole.WAIVER_EXPENSE: "654",
    AccountRole.AID_EXPENSE: "657",
    AccountRole.AID_PAYABLE: "467",
    AccountRole.GRANT_RECEIVABLE: "441",
    AccountRole.GRANT_INCOME: "74",
    AccountRole.CHEQUES_HELD: "801",
    AccountRole.DEPOSIT_COMMITMENTS: "809",
    AccountRole.SUPPLIERS: "401",
    AccountRole.PURCHASES: "606",
    AccountRole.SERVICES: "611",
    AccountRole.RENT: "613",
    AccountRole.REPAIRS: "615",
    AccountRole.FEES: "622",
    AccountRole.COMMUNICATION: "623",
    AccountRole.TRAVEL: "625",
    AccountRole.TELECOM: "626",
    AccountRole.STAFF: "641",
    AccountRole.OTHER_EXPENSE: "628",
    AccountRole.CASH_SHORT: "6581",
    AccountRole.CASH_OVER: "7588",
    AccountRole.OTHER_INCOME: "757",
}


class Event(TextChoices):
    DEPOSIT_PAID = "deposit_paid", _("caution encaissée")
    DEPOSIT_REFUNDED = "deposit_refunded", _("caution rendue")
    DEPOSIT_RETAINED = "deposit_retained", _("caution conservée, matériel gardé")
    DEPOSIT_SETTLED_WITH_DAMAGE = "deposit_damage", _("caution soldée après dommage")
    SALE = "sale", _("vente de matériel")
    SALE_PAYMENT = "sale_payment", _("paiement reçu")
    WAIVER = "waiver", _("remise accordée")
    AID_GRANTED = "aid_granted", _("aide internet accordée")
    AID_PAID = "aid_paid", _("aide internet versée")
    RECHARGE_SOLD = "recharge_sold", _("recharge vendue")
    GRANT_NOTIFIED = "grant_notified", _("subvention notifiée")
    GRANT_RECEIVED = "grant_received", _("subvention reçue")
    CHEQUE_HELD = "cheque_held", _("chèque de caution gardé")
    CHEQUE_RETURNED = "cheque_returned", _("chèque de caution rendu")
    CHEQUE_CASHED = "cheque_cashed", _("chèque de caution encaissé")
    EXPENSE = "expense", _("dépense")
    EXPENSE_PAID = "expense_paid", _("dépense payée")
    INCOME = "income", _("recette")
    TILL_FLOAT = "till_float", _("fonds de caisse")
    TILL_IN = "till_in", _("entrée de caisse")
    TILL_OUT = "till_out", _("sortie de caisse")
    TILL_BANKED = "till_banked", _("dépôt à la banque")
    TILL_DIFFERENCE = "till_difference", _("écart de caisse")
    REVERSAL = "reversal", _("annulation d'une écriture")


RECEIPT_EVENTS: tuple[Event, ...] = (
    Event.DEPOSIT_PAID,
    Event.SALE_PAYMENT,
    Event.RECHARGE_SOLD,
    Event.CHEQUE_HELD,
)
"""Money that a person hands over gives a numbered receipt."""


class Means(TextChoices):
    """How money changes hands; a cheque kept uncashed is a promise, the books only remember it."""

    CASH = "cash", _("espèces")
    BANK = "bank", _("banque (carte, virement, chèque encaissé)")
    CHEQUE = "cheque", _("chèque de caution, gardé sans l'encaisser")


PAYING_MEANS: tuple[tuple[str, Any], ...] = tuple((means.value, means.label) for means in (Means.CASH, Means.BANK))
"""By what money really moves: the choices of every payment that is not a deposit."""


class ReceiptKind(TextChoices):
    RECEIPT = "receipt", _("reçu")
    CANCEL = "cancel", _("annulation de reçu")


class ChequeState(TextChoices):
    HELD = "held", _("gardé")
    RETURNED = "returned", _("rendu")
    CASHED = "cashed", _("encaissé")
    REPLACED = "replaced", _("remplacé")


CHEQUE_TRANSITIONS = transitions({ChequeState.HELD: {ChequeState.RETURNED, ChequeState.CASHED, ChequeState.REPLACED}})


class CheckSubject(TextChoices):
    """What the nightly checks look at."""

    BOOKS = "books", _("les comptes")
    CLAIMS = "claims", _("le matériel")


class FloatSource(TextChoices):
    """Where the money that a till holds more, or less, than last time comes from."""

    BANK = "bank", _("pris à la banque, ou déposé à la banque")
    BOOKS = "books", _("des espèces déjà dans les comptes, hors caisse")
    UNEXPLAINED = "unexplained", _("je ne sais pas : c'est un écart")


class TillMove(TextChoices):
    """Cash that is put into a till or taken out of it, apart from sales and deposits."""

    TO_BANK = "to_bank", _("dépôt à la banque")
    FROM_BANK = "from_bank", _("monnaie prise à la banque")
    SPENT = "spent", _("petit achat payé en espèces")
    GIVEN = "given", _("autre entrée (don, participation)")

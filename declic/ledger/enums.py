"""What an account is for and what an entry records; account numbers themselves are data that an operator maps."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    REVERSAL = "reversal", _("annulation d'une écriture")


class Means(TextChoices):
    """How money changes hands."""

    CASH = "cash", _("espèces")
    BANK = "bank", _("banque (carte, virement, chèque encaissé)")

"""States of aids, and what a shop keeps in stock, as tables."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.core.transitions import transitions


class AidState(TextChoices):
    REQUESTED = "requested", _("demandée")
    GRANTED = "granted", _("accordée")
    REFUSED = "refused", _("refusée")
    PAID = "paid", _("versée")
    ENDED = "ended", _("terminée")


AID_TRANSITIONS = transitions(
    {
        AidState.REQUESTED: {AidState.GRANTED, AidState.REFUSED},
        AidState.GRANTED: {AidState.PAID},
        AidState.PAID: {AidState.ENDED},
    }
)


class Stocked(TextChoices):
    """What the shop hands over with a product."""

    NOTHING = "nothing", _("rien : la recharge se fait ailleurs")
    CODES = "codes", _("un code secret, montré à la vente")
    CARDS = "cards", _("une carte SIM, connue par son numéro")


class CodeState(TextChoices):
    IN_STOCK = "in_stock", _("en stock")
    SOLD = "sold", _("remis")
    VOID = "void", _("annulé")


CODE_TRANSITIONS = transitions(
    {
        CodeState.IN_STOCK: {CodeState.SOLD, CodeState.VOID},
        # Back on the shelf only when nobody saw it; else it is lost.
        CodeState.SOLD: {CodeState.IN_STOCK, CodeState.VOID},
    }
)

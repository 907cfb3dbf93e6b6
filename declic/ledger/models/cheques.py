"""Deposit cheques kept uncashed: the books remember them, the calendar too."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import never_deleted
from declic.ledger.enums import CHEQUE_TRANSITIONS, ChequeState
from declic.ledger.models.books import Auxiliary, Entry
from declic.organisations.models import OperatorRow


class Cheque(OperatorRow):
    """A cheque that guarantees a deposit; it can be cashed for a year and eight days (code monétaire et financier, L131-59)."""

    auxiliary = models.ForeignKey(Auxiliary, on_delete=models.PROTECT, related_name="cheques")
    state = models.CharField(_("état"), max_length=8, choices=ChequeState, default=ChequeState.HELD)
    amount = models.PositiveIntegerField(_("montant"), help_text="centimes")
    number = models.CharField(_("numéro"), max_length=20, blank=True, default="")
    bank = models.CharField(_("banque"), max_length=80, blank=True, default="")
    drawer = models.CharField(_("signé par"), max_length=160, blank=True, default="")
    dated_on = models.DateField(_("daté du"))
    received_on = models.DateField(_("reçu le"))
    expires_on = models.DateField(_("encaissable jusqu'au"))
    ended_on = models.DateField(_("fini le"), null=True, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="cheque")
    ending = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="ended_cheque")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["expires_on", "pk"]
        indexes = [models.Index(fields=["operator", "state", "expires_on", "id"], name="cheque_by_expiry")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="cheque_is_above_zero"),
            models.UniqueConstraint(
                fields=["auxiliary"], condition=Q(state=ChequeState.HELD), name="one_cheque_held_per_deposit"
            ),
            models.CheckConstraint(
                condition=Q(state=ChequeState.HELD, ended_on__isnull=True, ending__isnull=True)
                | (~Q(state=ChequeState.HELD) & Q(ended_on__isnull=False, ending__isnull=False)),
                name="cheque_ends_with_its_entry",
            ),
        ]
        triggers = [never_deleted(), CHEQUE_TRANSITIONS.trigger(name="cheque_transitions", field="state")]

    def __str__(self) -> str:
        return self.number or str(_("chèque à compléter"))

"""What a closing leaves behind: the balances of the month; and what the nightly checks found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.ledger.enums import CheckSubject
from declic.ledger.models.books import Account, ClosedMonth
from declic.organisations.models import OperatorRow


class MonthBalance(OperatorRow):
    """One account when its month was closed: what the month moved, and what stood at its end (debit − credit). Cents."""

    closed = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="balances")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    debit = models.PositiveBigIntegerField(_("débit du mois"))
    credit = models.PositiveBigIntegerField(_("crédit du mois"))
    balance = models.BigIntegerField(_("solde à la fin du mois"))

    class Meta:
        ordering = ["closed", "account"]
        constraints = [models.UniqueConstraint(fields=["closed", "account"], name="month_balance_once")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.account} · {self.balance}"


class CheckRun(OperatorRow):
    """What a check found in an operator's books or machines, and when; `count` is 0 when all is right."""

    subject = models.CharField(max_length=8, choices=CheckSubject)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    # The first sentences: enough to begin with.
    sentences = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["operator", "subject", "-at"], name="check_run_by_date")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} · {self.at:%d/%m/%Y}"

"""Grants, expenses, and which euro of a grant pays which expense."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.documents.models import Document
from declic.ledger.enums import AccountRole
from declic.ledger.models.books import BudgetHead, Entry, Line, Section
from declic.organisations.models import OperatorRow, Organisation


class Grant(OperatorRow):
    """What a funder promises in writing, for an edition or for the whole structure. Cents."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    head = models.ForeignKey(BudgetHead, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    funder_name = models.CharField(_("financeur"), max_length=160)
    label = models.CharField(_("objet"), max_length=200, blank=True, default="")
    reference = models.CharField(_("référence"), max_length=80, blank=True, default="")
    amount = models.PositiveBigIntegerField(_("montant notifié"), help_text="centimes")
    notified_on = models.DateField(_("notifiée le"))
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="grant")

    class Meta:
        ordering = ["-notified_on", "-pk"]
        indexes = [models.Index(fields=["operator", "-notified_on", "-id"], name="grant_by_date")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.funder_name


class GrantPayment(OperatorRow):
    """A part of a grant that reached the bank."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="payments")
    on = models.DateField(_("reçue le"))
    amount = models.PositiveBigIntegerField(_("montant reçu"), help_text="centimes")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="grant_payment")

    class Meta:
        ordering = ["on", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.grant} · {self.on:%d/%m/%Y}"


class Expense(OperatorRow):
    """An invoice or a pay slip: its line in the books, its paper, and the entry that paid it when that came later."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="expense")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="expense")
    role = models.CharField(_("nature"), max_length=24, choices=AccountRole)
    supplier = models.CharField(_("fournisseur"), max_length=160)
    label = models.CharField(_("objet"), max_length=200)
    reference = models.CharField(_("numéro de pièce"), max_length=80, blank=True, default="")
    amount = models.PositiveBigIntegerField(_("montant"), help_text="centimes")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paid_with = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="paid_expense"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["operator", "-id"], name="expense_by_operator")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.supplier} · {self.label}"


class GrantShare(OperatorRow):
    """So many cents of an expense line that a grant pays: never more than the line, never more than the grant."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="shares")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="shares")
    amount = models.PositiveBigIntegerField(_("part payée"), help_text="centimes")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        ordering = ["grant", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "line"], name="grant_pays_a_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_share_is_above_zero"),
        ]
        triggers = [
            # Both rows are locked, the grant first: two colleagues who share the same euros queue up, and the second one
            # then sees the first.
            pgtrigger.Trigger(
                name="never_above_the_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("whole", "bigint"), ("spent", "bigint")],
                func="""
                    IF NEW.grant_id IS NULL OR NEW.line_id IS NULL THEN RETURN NEW; END IF;
                    SELECT g.amount INTO whole FROM ledger_grant g
                        WHERE g.id = NEW.grant_id AND g.operator_id = NEW.operator_id FOR NO KEY UPDATE;
                    IF EXISTS (SELECT 1 FROM ledger_grant g JOIN ledger_entry r ON r.reverses_id = g.entry_id
                               WHERE g.id = NEW.grant_id)
                    THEN RAISE EXCEPTION 'ledger: this grant is cancelled' USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT coalesce(sum(s.amount), 0) + NEW.amount INTO spent FROM ledger_grantshare s
                        WHERE s.grant_id = NEW.grant_id AND s.id IS DISTINCT FROM NEW.id;
                    IF whole IS NULL OR spent > whole
                    THEN RAISE EXCEPTION 'ledger: grant % would pay more than it is', NEW.grant_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT l.debit INTO whole FROM ledger_line l
                        WHERE l.id = NEW.line_id AND l.operator_id = NEW.operator_id FOR NO KEY UPDATE;
                    IF EXISTS (SELECT 1 FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
                               LEFT JOIN ledger_entry r ON r.reverses_id = e.id
                               WHERE l.id = NEW.line_id AND (r.id IS NOT NULL OR e.event = 'reversal'))
                    THEN RAISE EXCEPTION 'ledger: this expense is cancelled' USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT coalesce(sum(s.amount), 0) + NEW.amount INTO spent FROM ledger_grantshare s
                        WHERE s.line_id = NEW.line_id AND s.id IS DISTINCT FROM NEW.id;
                    IF whole IS NULL OR spent > whole
                    THEN RAISE EXCEPTION 'ledger: line % would be paid more than once', NEW.line_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.amount}"

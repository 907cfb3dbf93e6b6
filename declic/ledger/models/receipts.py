"""Receipts, numbered without a gap per operator and year: the number is given as the transaction commits."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.ledger.enums import Means, ReceiptKind
from declic.ledger.models.books import Entry
from declic.organisations.models import OperatorRow


class ReceiptCounter(OperatorRow):
    """The last number given in a year; only the numbering of a receipt moves it, by one."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        ordering = ["operator", "year"]
        constraints = [models.UniqueConstraint(fields=["operator", "year"], name="receipt_counter_once")]
        triggers = [
            never_deleted(),
            pgtrigger.Trigger(
                name="counts_by_one",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF (TG_OP = 'INSERT' AND NEW.last <> 1) OR (TG_OP = 'UPDATE' AND (NEW.last <> OLD.last + 1
                        OR NEW.year <> OLD.year OR NEW.operator_id <> OLD.operator_id))
                    THEN RAISE EXCEPTION 'ledger: receipts are counted one by one' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Receipt(OperatorRow):
    """The proof given to whoever pays; what is undone gets a receipt that cancels it."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="receipt")
    kind = models.CharField(max_length=8, choices=ReceiptKind, default=ReceiptKind.RECEIPT)
    cancels = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="cancelled_by")
    year = models.PositiveSmallIntegerField()
    # Drawn by the database when the transaction commits, so that nothing is ever locked after the counter.
    number = models.PositiveIntegerField(_("numéro"), null=True, blank=True)
    on = models.DateField(_("date"))
    amount = models.PositiveBigIntegerField(_("montant"), help_text="centimes")
    means = models.CharField(_("moyen"), max_length=6, choices=Means)
    payer = models.CharField(_("reçu de"), max_length=160, blank=True, default="")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-year", "-number", "-pk"]
        indexes = [models.Index(fields=["operator", "-on", "-id"], name="receipt_by_date")]
        constraints = [
            models.UniqueConstraint(fields=["operator", "year", "number"], name="receipt_numbered_once"),
            models.CheckConstraint(
                condition=Q(kind=ReceiptKind.CANCEL, cancels__isnull=False)
                | Q(kind=ReceiptKind.RECEIPT, cancels__isnull=True),
                name="only_a_cancelling_receipt_cancels",
            ),
        ]
        triggers = [
            never_deleted(),
            pgtrigger.Trigger(
                name="numbered_at_commit",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("drawn", "integer")],
                func="""
                    INSERT INTO ledger_receiptcounter AS c (operator_id, year, last)
                    VALUES (NEW.operator_id, NEW.year, 1)
                    ON CONFLICT (operator_id, year) DO UPDATE SET last = c.last + 1
                    RETURNING last INTO drawn;
                    UPDATE ledger_receipt SET number = drawn WHERE id = NEW.id;
                    RETURN NULL;
                """,
            ),
            # A number is given once, right after the one before; nothing else of a receipt ever changes.
            pgtrigger.Trigger(
                name="no_hole_in_the_numbers",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.number IS NOT NULL
                        THEN RAISE EXCEPTION 'ledger: the number of a receipt is drawn, never chosen'
                             USING ERRCODE = 'check_violation';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF OLD.number IS NOT NULL
                        OR (to_jsonb(NEW) - 'number') IS DISTINCT FROM (to_jsonb(OLD) - 'number')
                    THEN RAISE EXCEPTION 'ledger: a receipt does not change' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.number IS DISTINCT FROM 1 + coalesce((SELECT max(r.number) FROM ledger_receipt r
                        WHERE r.operator_id = NEW.operator_id AND r.year = NEW.year), 0)
                    THEN RAISE EXCEPTION 'ledger: a hole in the numbers of receipts' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The number as it is printed, `2026-000042`; a dash as long as the transaction is not over."""
        return f"{self.year}-{self.number:06d}" if self.number is not None else f"{self.year}-…"


class ReceiptPrint(OperatorRow):
    """A receipt printed: the first paper is the original, the next ones say that they are duplicates."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="prints")
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    class Meta:
        ordering = ["receipt", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.receipt} · {self.printed_at:%d/%m/%Y}"

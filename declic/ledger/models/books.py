"""Books in double entry: integer cents, balanced and append-only, held by the database itself (design: equipment and money)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.ledger.enums import AccountRole, Event
from declic.organisations.models import OperatorRow


class Account(OperatorRow):
    """An account of an operator's chart; its role says what it is for, its code is the operator's own."""

    role = models.CharField(_("usage"), max_length=24, choices=AccountRole)
    code = models.CharField(_("numéro"), max_length=12)
    name = models.CharField(_("libellé"), max_length=120)

    class Meta:
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "role"], name="account_role_once"),
            models.UniqueConstraint(
                fields=["operator", "code"],
                name="account_code_once",
                violation_error_message=_("Ce numéro de compte est déjà pris."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Section(OperatorRow):
    """An analytical section: the edition or activity that a sum belongs to."""

    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class BudgetHead(OperatorRow):
    """What a budget line plans, as the books know it: entries carry it, so that what was spent can be set beside."""

    label = models.CharField(max_length=200)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="heads")
    # Entries of the section that name no head fall here by their account: aids, recharges, sales.
    role = models.CharField(_("compte suivi"), max_length=24, choices=AccountRole, blank=True, default="")

    class Meta:
        ordering = ["section", "pk"]

    def __str__(self) -> str:
        return self.label


class Auxiliary(OperatorRow):
    """An auxiliary account: the share of one deposit, one sale or one aid in an account."""

    label = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label


class ClosedMonth(OperatorRow):
    """A month in which nothing more may be written."""

    month = models.DateField(_("mois"), help_text="premier jour du mois")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "month"], name="month_closed_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="closed_month_is_a_first_day"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"


class Entry(OperatorRow):
    """One fact of money, with lines that balance; a mistake is reversed by another entry."""

    on = models.DateField(_("date"))
    event = models.CharField(_("nature"), max_length=20, choices=Event)
    label = models.CharField(_("libellé"), max_length=240)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    head = models.ForeignKey(BudgetHead, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    # The till session through which its cash passed.
    till_session = models.ForeignKey(
        "ledger.TillSession", on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    idempotency_key = models.CharField(max_length=120)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "-on", "-id"], name="entry_by_date"),
            models.Index(fields=["section", "on"], name="entry_by_section"),
            models.Index(
                fields=["till_session"], condition=Q(till_session__isnull=False), name="entry_by_till_session"
            ),
            models.Index(fields=["head"], condition=Q(head__isnull=False), name="entry_by_head"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["operator", "idempotency_key"], name="entry_recorded_once"),
            models.CheckConstraint(
                condition=Q(event=Event.REVERSAL, reverses__isnull=False)
                | (~Q(event=Event.REVERSAL) & Q(reverses__isnull=True)),
                name="only_a_reversal_reverses",
            ),
        ]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="closed_month_refuses",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # The lock lets entries of a month be written side by side, and the closing wait for them all: none slips
                # into a month while it is being closed.
                func="""
                    PERFORM pg_advisory_xact_lock_shared(
                        hashtextextended('ledger month ' || NEW.operator_id || to_char(NEW."on", ' YYYY-MM'), 0));
                    IF EXISTS (SELECT 1 FROM ledger_closedmonth c
                               WHERE c.operator_id = NEW.operator_id AND c.month = date_trunc('month', NEW."on")::date)
                    THEN RAISE EXCEPTION 'ledger: the month of % is closed', NEW."on" USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Cash goes through a session that is open: the lock makes the closing wait for whoever is selling.
            pgtrigger.Trigger(
                name="till_session_is_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.till_session_id IS NOT NULL"),
                func="""
                    PERFORM 1 FROM ledger_tillsession s WHERE s.id = NEW.till_session_id AND s.closed_at IS NULL
                        AND s.operator_id = NEW.operator_id FOR SHARE;
                    IF NOT FOUND
                    THEN RAISE EXCEPTION 'ledger: the till session % is not open', NEW.till_session_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="entry_has_lines",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM ledger_line l WHERE l.entry_id = NEW.id)
                    THEN RAISE EXCEPTION 'ledger: entry % has no line', NEW.id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y} {self.label}"


class Line(OperatorRow):
    """A debit or a credit in cents on one account."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    auxiliary = models.ForeignKey(Auxiliary, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    debit = models.PositiveBigIntegerField(_("débit"), default=0, help_text="centimes")
    credit = models.PositiveBigIntegerField(_("crédit"), default=0, help_text="centimes")

    class Meta:
        ordering = ["entry", "pk"]
        indexes = [
            models.Index(fields=["account", "entry"], name="line_by_account", include=["debit", "credit"]),
            models.Index(fields=["auxiliary", "account"], name="line_by_auxiliary"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0), name="line_is_a_debit_or_a_credit"
            )
        ]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="entry_balances",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT sum(l.debit) <> sum(l.credit) FROM ledger_line l WHERE l.entry_id = NEW.entry_id)
                    THEN RAISE EXCEPTION 'ledger: entry % does not balance', NEW.entry_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    IF EXISTS (SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = NEW.account_id
                               WHERE e.id = NEW.entry_id
                                 AND (e.operator_id <> NEW.operator_id OR a.operator_id <> NEW.operator_id))
                    THEN RAISE EXCEPTION 'ledger: entry % mixes two operators', NEW.entry_id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            # A deposit never goes below zero: locking the auxiliary account makes two refunds at the same instant queue up,
            # and the second one then sees the first.
            pgtrigger.Trigger(
                name="deposit_never_negative",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM ledger_account a
                               WHERE a.id = NEW.account_id AND a.role = 'deposits_held')
                    THEN
                        IF NEW.auxiliary_id IS NULL
                        THEN RAISE EXCEPTION 'ledger: a deposit belongs to one allocation'
                             USING ERRCODE = 'check_violation';
                        END IF;
                        PERFORM 1 FROM ledger_auxiliary x WHERE x.id = NEW.auxiliary_id FOR UPDATE;
                        IF (SELECT sum(l.credit) < sum(l.debit) FROM ledger_line l
                            WHERE l.auxiliary_id = NEW.auxiliary_id AND l.account_id = NEW.account_id)
                        THEN RAISE EXCEPTION 'ledger: deposit % would become negative', NEW.auxiliary_id
                             USING ERRCODE = 'check_violation';
                        END IF;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.debit or -self.credit}"

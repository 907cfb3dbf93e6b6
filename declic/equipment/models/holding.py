"""How a person holds a machine, and every stretch of time in which a machine is not free."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only, never_deleted
from declic.documents.models import Document
from declic.equipment.enums import (
    ALLOCATION_TRANSITIONS,
    AllocationMode,
    AllocationState,
    ClaimKind,
    Condition,
    DeviceKind,
    Grade,
    LoanEventKind,
    LossKind,
    PaperKind,
    PhotoMoment,
    SigningWay,
    TermChoice,
)
from declic.equipment.models.devices import Device
from declic.ledger.models import Auxiliary
from declic.organisations.models import OperatorRow, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition


class CategoryReservation(OperatorRow):
    """So many machines of a kind that an edition will need: future demand is by category, never by machine (design)."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="reservations")
    kind = models.CharField(_("type"), max_length=12, choices=DeviceKind)
    lowest_grade = models.CharField(_("grade minimum"), max_length=1, choices=Grade, blank=True, default="")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    count = models.PositiveIntegerField(_("nombre"))
    needed_on = models.DateField(_("pour le"))
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(_("réservé le"))
    ended_on = models.DateField(_("levée le"), null=True, blank=True)

    class Meta:
        ordering = ["needed_on", "pk"]
        indexes = [models.Index(fields=["operator", "kind", "needed_on"], name="reservation_by_kind")]
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="reservation_counts"),
            models.UniqueConstraint(
                fields=["edition", "kind", "lowest_grade", "site", "needed_on"],
                condition=Q(ended_on__isnull=True),
                name="reservation_once",
                nulls_distinct=False,
                violation_error_message=_("Cette réservation existe déjà : changez son nombre."),
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.count} × {self.get_kind_display()} · {self.edition}"


@pghistory.track()
class Allocation(OperatorRow):
    """How a person holds a machine; the terms are copied at handover and no longer change."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="allocations")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations"
    )
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="allocations")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    state = models.CharField(_("état"), max_length=16, choices=AllocationState, default=AllocationState.DRAFT)
    mode = models.CharField(_("mode"), max_length=20, choices=AllocationMode)
    device_kind = models.CharField(_("type de matériel"), max_length=12, choices=DeviceKind)
    deposit = models.PositiveIntegerField(_("caution"), default=0, help_text="centimes")
    price = models.PositiveIntegerField(_("prix"), default=0, help_text="centimes")
    option_price = models.PositiveIntegerField(_("prix au terme"), null=True, blank=True, help_text="centimes")
    options_at_term = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    planned_on = models.DateField(_("remise prévue le"), null=True, blank=True)
    handed_over_on = models.DateField(_("remis le"), null=True, blank=True)
    due_on = models.DateField(_("fin du prêt"), null=True, blank=True)
    ended_on = models.DateField(_("terminé le"), null=True, blank=True)
    condition_out = models.CharField(_("aspect à la remise"), max_length=12, choices=Condition, blank=True, default="")
    condition_in = models.CharField(_("aspect au retour"), max_length=12, choices=Condition, blank=True, default="")
    # The auxiliary account that holds this allocation's share of 165 and of the receivables.
    account = models.OneToOneField(
        Auxiliary, on_delete=models.PROTECT, null=True, blank=True, related_name="allocation"
    )
    # Why this person at this moment: the rank that the programme's order gave, in words, or the reason of an exception.
    priority_words = models.CharField(_("ordre de priorité"), max_length=300, blank=True, default="")
    exception_reason = models.CharField(_("raison de l'exception"), max_length=300, blank=True, default="")
    choice_at_term = models.CharField(_("choix au terme"), max_length=8, choices=TermChoice, blank=True, default="")
    choice_on = models.DateField(_("choix fait le"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["operator", "state", "due_on", "id"], name="allocation_by_state"),
            models.Index(fields=["edition", "handed_over_on"], name="allocation_by_edition"),
            models.Index(fields=["person"], name="allocation_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "reserved", "cancelled"])
                | Q(handed_over_on__isnull=False, device__isnull=False),
                name="handed_over_names_machine_and_day",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("handed_over_on")),
                name="allocation_dates_in_order",
                violation_error_message=_("La fin ne peut pas précéder la remise."),
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["loan", "loan_then_option"]) | Q(deposit=0, due_on__isnull=True),
                name="only_a_loan_has_deposit_and_term",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "device_kind", "mode"],
                condition=Q(state__in=["draft", "reserved", "active", "return_declared"], enrolment__isnull=False),
                name="one_open_allocation_per_enrolment_and_kind",
                violation_error_message=_("Cette personne a déjà une attribution en cours dans cette édition."),
            ),
        ]
        triggers = [
            ALLOCATION_TRANSITIONS.trigger(name="allocation_transitions", field="state"),
            never_deleted(),
            pgtrigger.Protect(
                name="handed_over_terms_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__handed_over_on__isnull=False)
                & (
                    pgtrigger.Q(old__mode__df=pgtrigger.F("new__mode"))
                    | pgtrigger.Q(old__deposit__df=pgtrigger.F("new__deposit"))
                    | pgtrigger.Q(old__price__df=pgtrigger.F("new__price"))
                    | pgtrigger.Q(old__option_price__df=pgtrigger.F("new__option_price"))
                    | pgtrigger.Q(old__options_at_term__df=pgtrigger.F("new__options_at_term"))
                    | pgtrigger.Q(old__handed_over_on__df=pgtrigger.F("new__handed_over_on"))
                    | pgtrigger.Q(old__person_id__df=pgtrigger.F("new__person_id"))
                ),
            ),
            # No allocation is settled while money is still held or owed on it.
            pgtrigger.Trigger(
                name="settled_has_no_open_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="""
                    IF NEW.state = 'settled' AND NEW.account_id IS NOT NULL AND EXISTS (
                        SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                        WHERE l.auxiliary_id = NEW.account_id AND a.role IN ('deposits_held', 'receivable')
                        GROUP BY a.role HAVING sum(l.debit) <> sum(l.credit))
                    THEN RAISE EXCEPTION 'equipment: allocation % still has an open balance', NEW.id
                         USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} · {self.person}"


# The migrations know it by this path.
@deconstructible(path="declic.equipment.models._Stretch")
class _Stretch(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Claim(OperatorRow):
    """A stretch of time in which a machine is not free; the due date of a loan is never its end (design: occupancy)."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(_("nature"), max_length=12, choices=ClaimKind)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    taken_at = models.DateTimeField(_("depuis"))
    released_at = models.DateTimeField(_("jusqu'à"), null=True, blank=True)

    class Meta:
        ordering = ["-taken_at", "-pk"]
        constraints = [
            ExclusionConstraint(
                name="one_holder_at_any_instant",
                expressions=[
                    ("device", RangeOperators.EQUAL),
                    (_Stretch("taken_at", "released_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Cette machine est déjà prise : choisissez-en une autre."),
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gt=F("taken_at")), name="claim_times_in_order"
            ),
            models.UniqueConstraint(
                fields=["allocation"], condition=Q(released_at__isnull=True), name="one_open_claim_per_allocation"
            ),
        ]
        indexes = [models.Index(fields=["device"], condition=Q(released_at__isnull=True), name="claim_open_by_device")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.device} · {self.get_kind_display()}"


class LoanEvent(OperatorRow):
    """Something that happened during an allocation and leaves it open: renewal, swap, damage, reminder, choice."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="happenings")
    kind = models.CharField(max_length=16, choices=LoanEventKind)
    on = models.DateField()
    note = models.CharField(max_length=300, blank=True, default="")
    # Nobody: what the night did by itself.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.on:%d/%m/%Y}"


class Agreement(OperatorRow):
    """The text that was signed, with the hash of exactly that text: any alteration shows."""

    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="agreement")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    signed_on = models.DateField(_("signée le"))
    signed_by = models.CharField(_("signée par"), max_length=160)
    how = models.CharField(_("signée"), max_length=8, choices=SigningWay, default=SigningWay.NAME)
    drawing = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signature")
    )
    witnessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-signed_on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.signed_by} · {self.signed_on:%d/%m/%Y}"


class AgreementPaper(OperatorRow):
    """A document that goes with an agreement: the PDF made from its text, or the scan of the paper that was signed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("nature"), max_length=6, choices=PaperKind)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="agreement_paper")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["agreement", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(kind="pdf"), name="one_pdf_per_agreement")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.agreement}"


class ConditionPhoto(OperatorRow):
    """How the machine looked when it left or came back."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="photos")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="photos")
    moment = models.CharField(_("moment"), max_length=4, choices=PhotoMoment)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="condition_photo")
    taken_on = models.DateField(_("prise le"))

    class Meta:
        ordering = ["allocation", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} · {self.device}"


class Instalment(OperatorRow):
    """A payment agreed on for a later day; what is paid is read in the books, oldest instalment first."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="instalments")
    due_on = models.DateField(_("à payer le"))
    amount = models.PositiveIntegerField(_("montant"), help_text="centimes")
    agreed_on = models.DateField(_("convenu le"))
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["allocation", "due_on", "pk"]
        indexes = [models.Index(fields=["operator", "due_on", "id"], name="instalment_by_date")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_is_above_zero"),
            # A plan agreed on later replaces the former one, and may name the same days.
            models.UniqueConstraint(fields=["allocation", "agreed_on", "due_on"], name="instalment_once_per_day"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.due_on:%d/%m/%Y} · {self.amount}"


class LossDeclaration(OperatorRow):
    """What the person tells of a machine that is lost or stolen, with the police's reference and paper if there is one."""

    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="loss")
    kind = models.CharField(_("nature"), max_length=6, choices=LossKind)
    on = models.DateField(_("date"))
    circumstances = models.TextField(_("ce qui s'est passé"))
    police_reference = models.CharField(_("référence de la plainte"), max_length=120, blank=True, default="")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("récépissé")
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.on:%d/%m/%Y}"

"""Internet aid and recharges at a solidarity price, with what the person saves."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.core.transitions import transitions
from declic.ledger.models import Auxiliary
from declic.organisations.models import OperatorRow, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition


class AidState(models.TextChoices):
    REQUESTED = "requested", _("demandée")
    GRANTED = "granted", _("accordée")
    REFUSED = "refused", _("refusée")
    PAID = "paid", _("versée")


AID_TRANSITIONS = transitions(
    {AidState.REQUESTED: {AidState.GRANTED, AidState.REFUSED}, AidState.GRANTED: {AidState.PAID}}
)


@pghistory.track()
class InternetAid(OperatorRow):
    """Money towards an internet subscription, decided on the social evaluation."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="aids")
    amount = models.PositiveIntegerField(_("montant"), help_text="centimes")
    months = models.PositiveSmallIntegerField(_("durée en mois"), null=True, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=AidState, default=AidState.REQUESTED)
    requested_on = models.DateField(_("demandée le"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(_("décidée le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal_reason = models.CharField(_("raison du refus"), max_length=300, blank=True, default="")
    paid_on = models.DateField(_("versée le"), null=True, blank=True)
    proof = models.CharField(_("justificatif d'abonnement"), max_length=160, blank=True, default="")
    account = models.OneToOneField(Auxiliary, on_delete=models.PROTECT, null=True, blank=True, related_name="aid")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-requested_on", "-pk"]
        indexes = [models.Index(fields=["operator", "state", "requested_on", "id"], name="aid_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=~Q(state="refused"),
                name="one_aid_per_enrolment",
                violation_error_message=_("Cette personne a déjà une aide internet dans cette édition."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_has_an_amount"),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_on__isnull=False, decided_by__isnull=False),
                name="decided_aid_has_date_and_author",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal_reason=""), name="refused_aid_has_a_reason"
            ),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_on__isnull=False), name="paid_aid_has_a_date"),
        ]
        triggers = [AID_TRANSITIONS.trigger(name="aid_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.enrolment.person} · {self.get_state_display()}"


class RechargeProduct(OperatorRow):
    """A recharge that the shop sells below the market price."""

    name = models.CharField(_("recharge"), max_length=160)
    public_price = models.PositiveIntegerField(_("prix public"), help_text="centimes")
    solidarity_price = models.PositiveIntegerField(_("prix solidaire"), help_text="centimes")
    months = models.PositiveSmallIntegerField(_("mois couverts"), default=1)
    sold_until = models.DateField(_("vendue jusqu'au"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "name"], name="recharge_name_once"),
            models.CheckConstraint(
                condition=Q(solidarity_price__lte=F("public_price")),
                name="solidarity_price_is_not_higher",
                violation_error_message=_("Le prix solidaire ne dépasse pas le prix public."),
            ),
            models.CheckConstraint(condition=Q(months__gt=0), name="recharge_covers_a_month"),
        ]

    def __str__(self) -> str:
        return self.name


class RechargeSale(OperatorRow):
    """A recharge sold to a known person; both prices are copied, so that the saving never changes afterwards."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recharges")
    product = models.ForeignKey(RechargeProduct, on_delete=models.PROTECT, related_name="sales")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="recharges")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    on = models.DateField(_("vendue le"))
    public_price = models.PositiveIntegerField(help_text="centimes")
    paid = models.PositiveIntegerField(_("payée"), help_text="centimes")
    months = models.PositiveSmallIntegerField()
    sold_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True, help_text="one sale per form shown, however often it is sent")

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "-on", "-id"], name="recharge_by_date"),
            models.Index(fields=["person", "-on"], name="recharge_by_person"),
        ]
        constraints = [models.CheckConstraint(condition=Q(paid__lte=F("public_price")), name="recharge_never_dearer")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.product} · {self.person}"

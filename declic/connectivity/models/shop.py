"""The solidarity shop: products and their dated prices, codes and cards in stock, sales and what undoes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.connectivity.enums import CODE_TRANSITIONS, CodeState, Stocked
from declic.core.history import append_only
from declic.organisations.models import OperatorRow, Site
from declic.people.models import Person
from declic.programmes.models import Edition


class RechargeProduct(OperatorRow):
    """A recharge that the shop sells below the market price; its first prices stand here, later ones in `RechargePrice`."""

    name = models.CharField(_("recharge"), max_length=160)
    public_price = models.PositiveIntegerField(_("prix public"), help_text="centimes")
    solidarity_price = models.PositiveIntegerField(_("prix solidaire"), help_text="centimes")
    months = models.PositiveSmallIntegerField(_("mois couverts"), default=1)
    stocked = models.CharField(_("ce qui est remis"), max_length=8, choices=Stocked, default=Stocked.NOTHING)
    minimum = models.PositiveIntegerField(_("stock minimum"), default=0)
    monthly_limit = models.PositiveSmallIntegerField(_("par personne et par mois"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(monthly_limit__isnull=True) | Q(monthly_limit__gt=0), name="monthly_limit_lets_one_through"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RechargePrice(OperatorRow):
    """Prices of a product from a day on; what was sold before keeps its own."""

    product = models.ForeignKey(RechargeProduct, on_delete=models.PROTECT, related_name="prices")
    since = models.DateField(_("à partir du"))
    public_price = models.PositiveIntegerField(_("prix public"), help_text="centimes")
    solidarity_price = models.PositiveIntegerField(_("prix solidaire"), help_text="centimes")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "since"], name="one_price_a_day"),
            models.CheckConstraint(
                condition=Q(solidarity_price__lte=F("public_price")), name="dated_solidarity_price_is_not_higher"
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.product} · {self.since}"


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


class SaleCancellation(OperatorRow):
    """What undoes a sale: its reason, its day, and by what means the money went back (empty when nothing was paid)."""

    sale = models.OneToOneField(RechargeSale, on_delete=models.PROTECT, related_name="cancellation")
    on = models.DateField(_("annulée le"))
    reason = models.CharField(_("raison"), max_length=300)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refunded = models.PositiveIntegerField(_("rendu"), help_text="centimes", default=0)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="cancelled_sale_says_why")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return str(self.sale)


class CodeBatch(OperatorRow):
    """One list of codes or cards brought into stock."""

    product = models.ForeignKey(RechargeProduct, on_delete=models.PROTECT, related_name="batches")
    count = models.PositiveIntegerField(_("ajoutés"))
    known = models.PositiveIntegerField(_("déjà connus"), default=0)
    expires_on = models.DateField(_("valables jusqu'au"), null=True, blank=True)
    cost = models.PositiveIntegerField(_("payé au fournisseur"), null=True, blank=True, help_text="centimes")
    imported_at = models.DateTimeField(_("importés le"))
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-imported_at", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.product} · {self.count}"


class RechargeCode(OperatorRow):
    """One code, or one SIM card by its number: encrypted, known again by its keyed fingerprint, handed over once."""

    product = models.ForeignKey(RechargeProduct, on_delete=models.PROTECT, related_name="codes")
    batch = models.ForeignKey(CodeBatch, on_delete=models.PROTECT, related_name="codes")
    secret = models.BinaryField()
    fingerprint = models.CharField(max_length=64)
    expires_on = models.DateField(_("valable jusqu'au"), null=True, blank=True)
    state = models.CharField(_("état"), max_length=8, choices=CodeState, default=CodeState.IN_STOCK)
    sale = models.OneToOneField(RechargeSale, on_delete=models.PROTECT, null=True, blank=True, related_name="code")

    class Meta:
        ordering = ["pk"]
        indexes = [
            # The first to expire goes first.
            models.Index(fields=["product", "expires_on", "id"], condition=Q(state="in_stock"), name="code_to_sell"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["operator", "fingerprint"], name="code_imported_once"),
            models.CheckConstraint(
                condition=Q(state="in_stock", sale__isnull=True)
                | Q(state="sold", sale__isnull=False)
                | Q(state="void"),
                name="sold_code_has_its_sale",
            ),
        ]
        triggers = [CODE_TRANSITIONS.trigger(name="code_transitions", field="state")]

    def __str__(self) -> str:
        return f"{self.product} · {self.get_state_display()}"


class CodeShowing(OperatorRow):
    """A code was read on a screen: at the sale, or later for a reason."""

    code = models.ForeignKey(RechargeCode, on_delete=models.PROTECT, related_name="showings")
    sale = models.ForeignKey(RechargeSale, on_delete=models.PROTECT, related_name="showings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("raison"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.at}"

"""Cash drawers: a session from its opening to its count, through which every coin passes."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import never_deleted
from declic.organisations.models import OperatorRow, Site


class Till(OperatorRow):
    """A cash drawer at a place."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tills", verbose_name=_("lieu"))
    name = models.CharField(_("nom de la caisse"), max_length=80)
    retired_on = models.DateField(_("retirée le"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "name"],
                name="till_named_once",
                violation_error_message=_("Une caisse porte déjà ce nom."),
            )
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name


class TillSession(OperatorRow):
    """A till from its opening to its closing; once closed it never changes. Amounts in cents."""

    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="sessions")
    on = models.DateField(_("journée"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # What the books say that the drawer held when it was opened, and what was counted then.
    opening_float = models.PositiveBigIntegerField(_("fonds de caisse"))
    opening_counted = models.PositiveBigIntegerField(_("compté à l'ouverture"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    expected = models.BigIntegerField(_("attendu"), null=True, blank=True)
    counted = models.PositiveBigIntegerField(_("compté"), null=True, blank=True)
    # How many of each coin and note, by its value in cents.
    coins = models.JSONField(_("billets et pièces"), default=dict, blank=True)
    explanation = models.CharField(_("explication de l'écart"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["till", "-opened_at"], name="till_session_by_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["till"],
                condition=Q(closed_at__isnull=True),
                name="one_open_session_per_till",
                violation_error_message=_("Cette caisse est déjà ouverte."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, counted__isnull=True, expected__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, counted__isnull=False, expected__isnull=False, closed_by__isnull=False),
                name="till_is_closed_with_its_count",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(counted=models.F("expected")) | ~Q(explanation=""),
                name="till_difference_is_explained",
            ),
        ]
        triggers = [
            never_deleted(),
            pgtrigger.Protect(
                name="closed_session_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.till} · {self.on:%d/%m/%Y}"


class TillCashier(OperatorRow):
    """Someone who takes money at a till that a colleague opened."""

    session = models.ForeignKey(TillSession, on_delete=models.PROTECT, related_name="cashiers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ["session", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="cashier_joins_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.session}"

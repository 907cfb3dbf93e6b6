"""People who sign in, the roles that they hold in organisations, invitations, and who stands in for whom."""

import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declic.accounts.enums import Role
from declic.organisations.models import Organisation, Site


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user; without a password the account waits for its invitation to be taken up."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Someone who signs in by email; never a person accompanied, who has no account."""

    email = models.EmailField(_("courriel"), unique=True)
    name = models.CharField(_("nom"), max_length=120)
    is_active = models.BooleanField(_("compte ouvert"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", violation_error_message=_("Un compte a déjà ce courriel.")
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role in an organisation, limited to one site if it names one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=20, choices=Role)
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"), null=True, blank=True)
    caseload_only = models.BooleanField(_("ne voit que les personnes qu'elle suit"), default=False)

    class Meta:
        ordering = ["organisation__name", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "site"],
                condition=Q(ends_on__isnull=True),
                nulls_distinct=False,
                name="membership_open_once",
                violation_error_message=_("Cette personne a déjà ce rôle."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(caseload_only=False) | Q(role=Role.ADVISER),
                name="caseload_only_for_advisers",
                violation_error_message=_("Seule la médiation peut se limiter aux personnes suivies."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class Invitation(models.Model):
    """A link, good once and for some days, with which someone chooses a password; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True), name="one_invitation_at_a_time"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.made_at:%d/%m/%Y}"

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether the link still serves at that instant."""
        return self.used_at is None and at < self.expires_at and self.user.is_active


class _Days(Func):
    """The days of a replacement as a range, both ends included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Replacement(models.Model):
    """For some days a colleague also reaches what an absent adviser reaches in the operator `organisation`.

    Not a row of a case: the operators that a user enters are computed from it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences", verbose_name=_("absente"))
    substitute = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="replacements", verbose_name=_("prend le relais")
    )
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))
    reason = models.CharField(_("raison"), max_length=200, blank=True, default="")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(_("arrêté le"), null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["substitute", "ends_on"], name="replacement_by_substitute")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="replacement_dates_in_order",
                violation_error_message=_("Le retour vient avant le départ."),
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("substitute")),
                name="replacement_not_by_oneself",
                violation_error_message=_("Personne ne se remplace : choisissez un collègue."),
            ),
            ExclusionConstraint(
                name="replacement_once_for_a_day",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("absent", RangeOperators.EQUAL),
                    ("substitute", RangeOperators.EQUAL),
                    (
                        _Days("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(stopped_at__isnull=True),
                violation_error_message=_("Ce relais est déjà prévu ces jours-là."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} pour {self.absent}"

"""Stored files, known by the hash of their bytes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.organisations.models import OperatorRow


class DocumentKind(models.TextChoices):
    AGREEMENT = "agreement", _("convention")
    REFERRAL_PROOF = "referral_proof", _("justificatif d'orientation")
    PROOF = "proof", _("justificatif")
    REPORT = "report", _("bilan")
    OTHER = "other", _("autre document")


class Document(OperatorRow):
    """A file as it was stored: never changed, replaced by another row."""

    kind = models.CharField(_("nature"), max_length=20, choices=DocumentKind)
    title = models.CharField(_("titre"), max_length=200)
    file = models.FileField(upload_to="documents/%Y/%m/")
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="octets")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.title

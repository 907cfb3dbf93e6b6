"""What goes with an agreement: the PDF made from its text, the scan of the paper that was signed, photos of the machine."""

import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile, check_file, store_checked
from declic.documents.kinds import PDF
from declic.documents.models import DocumentKind
from declic.equipment.actions.locks import lock_allocation
from declic.equipment.enums import PaperKind, PhotoMoment
from declic.equipment.models import Agreement, AgreementPaper, Allocation, ConditionPhoto
from declic.equipment.papers import sheets_as_pdf, signed_sheet

MOST_PHOTOS = 12
"""Photos kept for one machine at one moment."""

MOST_SCANS = 6


def make_agreement_pdf(*, acting_user: User, agreement: Agreement, at: datetime.datetime) -> AgreementPaper:
    """The PDF of a signed agreement, made the first time and kept as it is with its hash; about a second."""
    made = AgreementPaper.objects.select_related("document").filter(agreement=agreement, kind=PaperKind.PDF).first()
    if made is not None:
        return made
    # Laid out before anything is locked.
    content = sheets_as_pdf([signed_sheet(agreement)])
    checked = check_file(ContentFile(content, name="convention.pdf"))
    return _keep_pdf(acting_user, agreement, checked, at)


@transaction.atomic
def _keep_pdf(user: User, agreement: Agreement, checked: CheckedFile, at: datetime.datetime) -> AgreementPaper:
    allocation = lock_allocation(agreement.allocation)
    made = AgreementPaper.objects.select_related("document").filter(agreement=agreement, kind=PaperKind.PDF).first()
    if made is not None:
        return made
    document = store_checked(
        acting_user=user,
        operator=allocation.operator,
        kind=DocumentKind.AGREEMENT,
        title=_("Convention signée"),
        checked=checked,
    )
    return AgreementPaper.objects.create(
        operator=agreement.operator, agreement=agreement, kind=PaperKind.PDF, document=document, added_at=at
    )


@transaction.atomic
def add_scan(*, acting_user: User, agreement: Agreement, checked: CheckedFile, at: datetime.datetime) -> AgreementPaper:
    """Keep the scan (PDF or photo) of the paper that was signed; the same file sent again is the same row."""
    allocation = lock_allocation(agreement.allocation)
    scans = AgreementPaper.objects.select_related("document").filter(agreement=agreement, kind=PaperKind.SCAN)
    same = scans.filter(document__sha256=checked.sha256).first()
    if same is not None:
        return same
    if scans.count() >= MOST_SCANS:
        raise DomainError(
            _("Cette convention a déjà %(most)d scans : c'est le plus qui se garde.") % {"most": MOST_SCANS}
        )
    document = store_checked(
        acting_user=acting_user,
        operator=allocation.operator,
        kind=DocumentKind.AGREEMENT,
        title=_("Convention signée sur papier"),
        checked=checked,
    )
    return AgreementPaper.objects.create(
        operator=agreement.operator, agreement=agreement, kind=PaperKind.SCAN, document=document, added_at=at
    )


@transaction.atomic
def add_photo(
    *, acting_user: User, allocation: Allocation, moment: PhotoMoment | str, checked: CheckedFile, on: datetime.date
) -> ConditionPhoto:
    """Keep a photo of the machine as it leaves (`PhotoMoment.OUT`) or comes back (`IN`); sent again, it is the same row.

    Refused when the file is no picture, when no machine is chosen, and past twelve photos.
    """
    moment = PhotoMoment(moment)
    allocation = lock_allocation(allocation)
    if allocation.device_id is None:
        raise DomainError(_("Choisissez d'abord la machine : la photo montre son état."), field="photos")
    if checked.kind == PDF:
        raise DomainError(_("Une photo est une image (JPEG, PNG, WebP) : choisissez-en une."), field="photos")
    if moment == PhotoMoment.IN and allocation.handed_over_on is None:
        raise DomainError(_("La machine n'est pas encore remise : prenez la photo de son départ."), field="moment")
    photos = ConditionPhoto.objects.filter(allocation=allocation, moment=moment)
    same = photos.filter(document__sha256=checked.sha256, device=allocation.device_id).first()
    if same is not None:
        return same
    if photos.count() >= MOST_PHOTOS:
        raise DomainError(
            _("%(most)d photos suffisent : gardez les plus utiles.") % {"most": MOST_PHOTOS}, field="photos"
        )
    document = store_checked(
        acting_user=acting_user,
        operator=allocation.operator,
        kind=DocumentKind.AGREEMENT,
        title=_("Photo du matériel"),
        checked=checked,
    )
    return ConditionPhoto.objects.create(
        operator=allocation.operator,
        allocation=allocation,
        device_id=allocation.device_id,
        moment=moment,
        document=document,
        taken_on=on,
    )

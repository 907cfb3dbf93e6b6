"""The papers of an agreement: its PDF, the signature, the scan of the paper signed, photos of the machine."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.documents.actions import CheckedFile
from declic.documents.http import as_attachment
from declic.documents.kinds import PDF
from declic.documents.models import Document
from declic.documents.queries import stored_bytes
from declic.equipment import actions
from declic.equipment.access import access_allocation, visible_agreements
from declic.equipment.agreement import agreement_title, amendments, in_groups, is_unaltered
from declic.equipment.enums import AllocationState, PaperKind, PhotoMoment, SigningWay
from declic.equipment.forms.papers import PhotosForm, ScanForm
from declic.equipment.models import Agreement, AgreementPaper, Allocation, ConditionPhoto
from declic.equipment.papers import is_intact, without_scan


def _signed(allocation: Allocation) -> Agreement | None:
    agreements = Agreement.objects.filter(allocation=allocation)
    return agreements.select_related("witnessed_by", "drawing", "allocation__person", "allocation__operator").first()


def papers(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """What was signed, whether it is still what was signed, the scan of the paper, the photos."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.HAND_OVER)
    agreement = _signed(found)
    kept = list(AgreementPaper.objects.filter(agreement=agreement).select_related("document").order_by("pk"))
    pdf = next((paper for paper in kept if paper.kind == PaperKind.PDF), None)
    scans = [paper for paper in kept if paper.kind == PaperKind.SCAN]
    photos = list(ConditionPhoto.objects.filter(allocation=found).select_related("device").order_by("pk"))
    if request.method == "POST" and agreement is None:
        raise Http404
    return submit(
        request,
        ScanForm(**posted(request)),
        lambda scan: actions.add_scan(acting_user=user, agreement=found.agreement, checked=scan, at=now()),
        success=_("Le papier signé est gardé avec la convention."),
        to=reverse("equipment:papers", args=[found.pk]),
        template="equipment/papers.html",
        context={
            "allocation": found,
            "title": agreement_title(found.mode),
            "agreement": agreement,
            "text_is_right": agreement is not None and is_unaltered(agreement),
            "fingerprint": in_groups(agreement.sha256) if agreement is not None else "",
            "pdf": pdf,
            "pdf_is_right": pdf is not None and is_intact(pdf.document),
            "pdf_fingerprint": in_groups(pdf.document.sha256) if pdf is not None else "",
            "amendments": amendments(found) if agreement is not None else [],
            "scans": scans,
            "scan_is_missing": agreement is not None and agreement.how == SigningWay.PAPER and not scans,
            "photos_out": [photo for photo in photos if photo.moment == PhotoMoment.OUT],
            "photos_in": [photo for photo in photos if photo.moment == PhotoMoment.IN],
            "can_photograph": found.device_id is not None and found.state != AllocationState.CANCELLED,
        },
    )


@require_safe
def agreement_pdf(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The signed agreement as a PDF, made the first time it is asked for and the same ever after."""
    user = user_of(request)
    agreement = _signed(access_allocation(allocation_id, user))
    if agreement is None:
        raise Http404
    return as_attachment(actions.make_agreement_pdf(acting_user=user, agreement=agreement, at=now()).document)


@require_safe
def scan(request: HttpRequest, allocation_id: int, paper_id: int) -> HttpResponseBase:
    """The scan of the paper that was signed."""
    found = access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)
    scans = AgreementPaper.objects.filter(agreement__allocation=found, kind=PaperKind.SCAN).select_related("document")
    return as_attachment(get_object_or_404(scans, pk=paper_id).document)


@require_safe
def drawing(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """The signature drawn on the screen, for the agreement's page."""
    agreements = Agreement.objects.filter(allocation=access_allocation(allocation_id, user_of(request)))
    agreement = get_object_or_404(agreements.select_related("drawing"), drawing__isnull=False)
    return _picture(agreement.drawing)


@require_safe
def photo(request: HttpRequest, allocation_id: int, photo_id: int) -> HttpResponseBase:
    """A photo of the machine, for the page of the papers."""
    found = access_allocation(allocation_id, user_of(request), Permission.HAND_OVER)
    photos = ConditionPhoto.objects.filter(allocation=found).select_related("document")
    return _picture(get_object_or_404(photos, pk=photo_id).document)


def _picture(document: Document | None) -> HttpResponse:
    """A stored picture, shown in the page that asks for it; its kind was read in its bytes when it was stored."""
    content = stored_bytes(document) if document is not None and document.mime != PDF.mime else None
    if document is None or content is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return HttpResponse(content, content_type=document.mime, headers=headers)


def photos(request: HttpRequest, allocation_id: int) -> HttpResponseBase:
    """Photos of the machine as it leaves or comes back."""
    user = user_of(request)
    found = access_allocation(allocation_id, user, Permission.HAND_OVER)
    if request.method == "GET" and (found.device_id is None or found.state == AllocationState.CANCELLED):
        raise Http404

    @transaction.atomic
    def keep(moment: str, photos: list[CheckedFile]) -> int:
        for checked in photos:
            actions.add_photo(acting_user=user, allocation=found, moment=moment, checked=checked, on=today())
        return len(photos)

    return submit(
        request,
        PhotosForm(**posted(request), allocation=found),
        keep,
        success=lambda count: (
            ngettext("%(count)d photo gardée.", "%(count)d photos gardées.", count) % {"count": count}
        ),
        to=reverse("equipment:papers", args=[found.pk]),
        template="equipment/photos.html",
        context={"allocation": found},
    )


def papers_missing(request: HttpRequest) -> HttpResponseBase:
    """Agreements signed on paper whose scan has not come in, the oldest first."""
    require(request.user, Permission.HAND_OVER)
    rows = without_scan(visible_agreements(user_of(request), Permission.HAND_OVER))
    rows = rows.select_related("allocation__person", "allocation__device", "allocation__edition__programme")
    page = keyset_page(rows, request.GET, order=(("signed_on", False), ("pk", False)), size=50)
    return render(request, "equipment/papers_missing.html", {"page": page, "today": today()})

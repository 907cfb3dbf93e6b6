"""Agreements as designed PDF, from the text that was signed and nothing else (rules 13 and 25)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string

from declic.core.paper import as_pdf
from declic.documents.models import Document
from declic.documents.queries import stored_bytes
from declic.equipment.agreement import agreement_text, amendments, in_groups
from declic.equipment.enums import PaperKind, PhotoMoment, SigningWay
from declic.equipment.models import Agreement, AgreementPaper, Allocation, ConditionPhoto
from declic.equipment.pictures import as_data

_MOST_PHOTOS = 6


@dataclass(frozen=True)
class Sheet:
    """One agreement on paper: signed, or still to sign."""

    allocation: Allocation
    text: str
    agreement: Agreement | None = None
    signature: str = ""
    photos: list[str] = field(default_factory=list)
    amendments: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0]

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.partition("\n")[2].splitlines() if line.strip()]

    @property
    def fingerprint(self) -> str:
        return in_groups(self.agreement.sha256) if self.agreement is not None else ""


def signed_sheet(agreement: Agreement) -> Sheet:
    """The agreement as it was signed, with the signature drawn and the photos of the machine at the handover."""
    allocation = agreement.allocation
    photos = ConditionPhoto.objects.filter(allocation=allocation, moment=PhotoMoment.OUT).order_by("pk")
    # Those of the machine that was signed for: another may have been set aside before.
    shown = [photo for photo in photos.select_related("document", "device") if photo.device.tag in agreement.text]
    pictures = [as_data(photo.document) for photo in shown[:_MOST_PHOTOS]]
    return Sheet(
        allocation=allocation,
        text=agreement.text,
        agreement=agreement,
        signature=as_data(agreement.drawing) if agreement.drawing is not None else "",
        photos=[picture for picture in pictures if picture],
        amendments=amendments(allocation),
    )


def sheet_to_sign(allocation: Allocation, *, on: Any) -> Sheet | None:
    """The agreement that will be signed on `on`; None while no machine is chosen."""
    if allocation.device is None:
        return None
    return Sheet(allocation=allocation, text=agreement_text(allocation, allocation.device, on=on))


def sheets_as_pdf(sheets: Sequence[Sheet]) -> bytes:
    """The agreements as one tagged PDF (PDF/UA-1), each beginning on a page of its own."""
    html = render_to_string("equipment/agreements_pdf.html", {"sheets": sheets})
    return as_pdf(html)


def without_scan(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """Agreements signed on paper whose scan has not come in."""
    scans = AgreementPaper.objects.filter(agreement=OuterRef("pk"), kind=PaperKind.SCAN)
    return agreements.filter(~Exists(scans), how=SigningWay.PAPER)


def is_intact(document: Document) -> bool:
    """Whether the file is there, byte for byte the one that was kept."""
    return stored_bytes(document) is not None

"""Sheets of labels as PDF: common formats of A4, each label with its QR code and its tag in plain letters.

Written directly, since a thousand codes laid out by a browser's engine take half a minute; here they take seconds, and
each falls on its label to the tenth of a millimetre.
"""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.utils.translation import gettext_lazy as _

from declic.equipment.tags import tag_address

_PT = 72 / 25.4
_HEIGHT = 297.0


@dataclass(frozen=True)
class Sheet:
    """A4 labels, in millimetres from the top left corner; `pitch` is from one label to the next, gap included."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows


SHEETS: dict[str, Sheet] = {
    "24": Sheet(3, 8, 70.0, 37.0, 0.0, 0.5, 70.0, 37.0),
    "21": Sheet(3, 7, 63.5, 38.1, 7.25, 15.15, 66.0, 38.1),
    "40": Sheet(4, 10, 52.5, 29.7, 0.0, 0.0, 52.5, 29.7),
    "65": Sheet(5, 13, 38.1, 21.2, 4.75, 10.7, 40.6, 21.2),
}
SHEET_CHOICES = [
    ("24", _("24 étiquettes de 70 × 37 mm")),
    ("21", _("21 étiquettes de 63,5 × 38,1 mm")),
    ("40", _("40 étiquettes de 52,5 × 29,7 mm")),
    ("65", _("65 étiquettes de 38,1 × 21,2 mm")),
]
DEFAULT_SHEET = "24"


def labels_pdf(tags: Sequence[str], *, sheet: str, owner: str, skip: int = 0) -> bytes:
    """The labels on their sheets; `skip` labels of the first sheet are already used. An unknown sheet is the default one."""
    form = SHEETS.get(sheet, SHEETS[DEFAULT_SHEET])
    skip = max(0, min(skip, form.labels - 1))
    pages: list[list[str]] = []
    for rank, tag in enumerate(tags, start=skip):
        page, place = divmod(rank, form.labels)
        if page == len(pages):
            pages.append([])
        row, column = divmod(place, form.columns)
        pages[page].append(_label(tag, owner, form, form.left + column * form.pitch_x, form.top + row * form.pitch_y))
    return _document(["".join(page) for page in pages] or [""])


def _label(tag: str, owner: str, form: Sheet, x: float, y: float) -> str:
    """The drawing of one label whose top left corner is at (x, y) mm of the sheet."""
    # Any mask is read; trying all eight of them would take most of the time.
    code = segno.make_qr(tag_address(tag), error="m", mask=2)
    side = min(form.height - 6, form.width * 0.45)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    unit = side / len(rows)
    top = y + (form.height - side) / 2
    left = x + 3
    drawn = ["0 g\n"]
    for number, row in enumerate(rows):
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                drawn.append(_box(left + start * unit, top + number * unit, (place - start) * unit, unit))
                start = None
    drawn.append("f\n")
    room = form.width - side - 7
    text_x = left + side + 1.5
    middle = y + form.height / 2
    drawn.append(_text(tag, text_x, middle + 1.2, room, form.height * 0.42, bold=True))
    drawn.append(_text(owner, text_x, middle + 1.2 + form.height * 0.14, room, form.height * 0.2, bold=False))
    return "".join(drawn)


def _box(x: float, y: float, width: float, height: float) -> str:
    # A hair more than the square: viewers leave white lines between neighbours that only touch.
    return (
        f"{x * _PT:.3f} {(_HEIGHT - y - height) * _PT:.3f} {(width + 0.01) * _PT:.3f} {(height + 0.01) * _PT:.3f} re\n"
    )


# Widths of Helvetica in thousandths of its size, near enough to shrink a text that would leave its label.
_WIDE, _USUAL, _THIN = frozenset("MWmw@%"), 600, frozenset("ijlIftr.,:;'-()[]| !")


def _width(text: str, *, bold: bool) -> float:
    units = sum(890 if letter in _WIDE else 330 if letter in _THIN else _USUAL for letter in text)
    return units / 1000 * (1.06 if bold else 1.0)


def _text(text: str, x: float, y: float, room: float, largest: float, *, bold: bool) -> str:
    """A line of text whose foot is at (x, y) mm, as large as its room allows; cut when it would be too small to read."""
    if not text:
        return ""
    least = 5.0 if not bold else 6.0
    size = min(largest * _PT * 0.5, room * _PT / max(_width(text, bold=bold), 0.1))
    while size < least and len(text) > 4:
        text = text[:-2].rstrip() + "…" if not text.endswith("…") else text[:-3].rstrip() + "…"
        size = room * _PT / _width(text, bold=bold)
    size = min(size, largest * _PT * 0.5)
    safe = text.encode("cp1252", "replace").decode("cp1252")
    for letter in "\\()":
        safe = safe.replace(letter, f"\\{letter}")
    font = "F1" if bold else "F2"
    return f"BT /{font} {size:.2f} Tf {x * _PT:.3f} {(_HEIGHT - y) * _PT:.3f} Td ({safe}) Tj ET\n"


def _document(pages: Sequence[str]) -> bytes:
    """A PDF of these drawings, one a page."""
    kids = " ".join(f"{5 + 2 * rank} 0 R" for rank in range(len(pages)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) /ViewerPreferences << /PrintScaling /None >> >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        (font % "Helvetica-Bold").encode(),
        (font % "Helvetica").encode(),
    ]
    for rank, drawing in enumerate(pages):
        packed = zlib.compress(drawing.encode("cp1252", "replace"))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {210 * _PT:.2f} {_HEIGHT * _PT:.2f}]"
            f" /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * rank} 0 R >>".encode()
        )
        objects.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + content + b"\nendobj\n")
    end = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, end))
    return out.getvalue()

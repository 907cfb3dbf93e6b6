"""Builds workbooks by hand, as odd as one likes, for whoever tests the reading of lists."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from declic.core.tables import column_name

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


@dataclass(frozen=True)
class Formula:
    """A cell computed from others: what it says, and the value that was last computed (None: never)."""

    code: str
    value: Any = None


@dataclass(frozen=True)
class Fault:
    """A cell in error, such as `#N/A`."""

    code: str = "#N/A"


@dataclass(frozen=True)
class Number:
    """A number written as given (`6.12E8`), with the code of a format (`dd/mm/yyyy`) if any."""

    text: str
    format: str = ""


@dataclass(frozen=True)
class Inline:
    """A text written in its cell and not among the shared ones."""

    text: str


def zipped(parts: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def serial(day: date, *, since_1904: bool = False) -> int:
    """The number of a day for Excel."""
    origin = date(1904, 1, 1) if since_1904 else date(1899, 12, 30 if day >= date(1900, 3, 1) else 31)
    return (day - origin).days


def xlsx(
    rows: Sequence[Sequence[Any]] = (),
    *,
    sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    hidden: Sequence[str] = (),
    first_row: int = 1,
    since_1904: bool = False,
    merged: Sequence[str] = (),
    dimension: str = "",
    numbered: bool = True,
    prefix: str = "",
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An Excel workbook. Cells: None, texts (shared), numbers, booleans, dates (serials), and the classes above."""
    return zipped(
        {
            **xlsx_parts(
                sheets or {"Feuille1": rows},
                hidden=hidden,
                first_row=first_row,
                since_1904=since_1904,
                merged=merged,
                dimension=dimension,
                numbered=numbered,
                prefix=prefix,
            ),
            **(extra or {}),
        }
    )


def xlsx_parts(
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    hidden: Sequence[str] = (),
    first_row: int = 1,
    since_1904: bool = False,
    merged: Sequence[str] = (),
    dimension: str = "",
    numbered: bool = True,
    prefix: str = "",
) -> dict[str, str | bytes]:
    """The parts of `xlsx`, for who wants to spoil one."""
    shared: dict[str, int] = {}
    formats = ["dd/mm/yyyy"]
    p = f"{prefix}:" if prefix else ""
    space = f'xmlns:{prefix}="{_MAIN}"' if prefix else f'xmlns="{_MAIN}"'
    parts: dict[str, str | bytes] = {}
    for rank, (_name, rows) in enumerate(sheets.items(), 1):
        lines = []
        for number, row in enumerate(rows, first_row):
            cells = "".join(
                _xlsx_cell(value, f"{column_name(column)}{number}" if numbered else "", p, shared, formats, since_1904)
                for column, value in enumerate(row)
            )
            lines.append(f"<{p}row{f' r="{number}"' if numbered else ''}>{cells}</{p}row>")
        merges = "".join(f'<{p}mergeCell ref="{ref}"/>' for ref in merged)
        parts[f"xl/worksheets/sheet{rank}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><{p}worksheet {space}>'
            + (f'<{p}dimension ref="{dimension}"/>' if dimension else "")
            + f"<{p}sheetData>{''.join(lines)}</{p}sheetData>"
            + (f"<{p}mergeCells>{merges}</{p}mergeCells>" if merges else "")
            + f"</{p}worksheet>"
        )
    names = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{rank}" r:id="rId{rank}"{" state='hidden'" if name in hidden else ""}/>'
        for rank, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{rank}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{rank}.xml"/>'
        for rank in range(1, len(sheets) + 1)
    )
    links += f'<Relationship Id="rIdS" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    links += f'<Relationship Id="rIdT" Type="{_RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    mac = '<workbookPr date1904="1"/>' if since_1904 else "<workbookPr/>"
    codes = "".join(f'<numFmt numFmtId="{200 + i}" formatCode={quoteattr(code)}/>' for i, code in enumerate(formats))
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(formats)))
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_RELATIONS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{mac}<sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
        + "</sst>",
        **parts,
    }


def _xlsx_cell(value: Any, ref: str, p: str, shared: dict[str, int], formats: list[str], since_1904: bool) -> str:
    at = f' r="{ref}"' if ref else ""
    if value is None:
        return f"<{p}c{at}/>"
    if isinstance(value, Formula):
        code = f"<{p}f>{escape(value.code)}</{p}f>"
        if value.value is None:
            return f"<{p}c{at}>{code}</{p}c>"
        if isinstance(value.value, str):
            return f'<{p}c{at} t="str">{code}<{p}v>{escape(value.value)}</{p}v></{p}c>'
        return f"<{p}c{at}>{code}<{p}v>{value.value}</{p}v></{p}c>"
    if isinstance(value, Fault):
        return f'<{p}c{at} t="e"><{p}v>{value.code}</{p}v></{p}c>'
    if isinstance(value, Inline):
        return f'<{p}c{at} t="inlineStr"><{p}is><{p}t>{escape(value.text)}</{p}t></{p}is></{p}c>'
    if isinstance(value, Number):
        if value.format and value.format not in formats:
            formats.append(value.format)
        style = f' s="{formats.index(value.format) + 1}"' if value.format else ""
        return f"<{p}c{at}{style}><{p}v>{value.text}</{p}v></{p}c>"
    if isinstance(value, bool):
        return f'<{p}c{at} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
    if isinstance(value, date):
        return f'<{p}c{at} s="1"><{p}v>{serial(value, since_1904=since_1904)}</{p}v></{p}c>'
    if isinstance(value, int | float):
        return f"<{p}c{at}><{p}v>{value!r}</{p}v></{p}c>"
    return f'<{p}c{at} t="s"><{p}v>{shared.setdefault(value, len(shared))}</{p}v></{p}c>'


def ods(
    rows: Sequence[Sequence[Any]] = (),
    *,
    sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    hidden: Sequence[str] = (),
    tail: str = "",
    content: str = "",
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An OpenDocument spreadsheet; `tail` is XML put after the rows of each sheet, `content` replaces content.xml."""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"/>',
            "content.xml": content or ods_content(sheets or {"Feuille1": rows}, hidden=hidden, tail=tail),
            **(extra or {}),
        }
    )


def ods_content(sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = (), tail: str = "") -> str:
    """The content.xml of `ods`."""
    spaces = " ".join(f'xmlns:{name}="{_ODF}{name}:1.0"' for name in ("office", "table", "text", "style"))
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    tables = "".join(
        f'<table:table table:name={quoteattr(name)} table:style-name="{"ta2" if name in hidden else "ta1"}">'
        + "".join(f"<table:table-row>{''.join(_ods_cell(value) for value in row)}</table:table-row>" for row in rows)
        + f"{tail}</table:table>"
        for name, rows in sheets.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:automatic-styles>'
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    formula = ""
    if isinstance(value, Formula):
        formula, value = f" table:formula={quoteattr('of:=' + value.code)}", value.value
    if isinstance(value, Fault):
        kind, shown = 'office:value-type="string" calcext:value-type="error"', value.code
    elif isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        shown = "VRAI" if value else "FAUX"
    elif isinstance(value, date | datetime):
        kind, shown = f'office:value-type="date" office:date-value="{value.isoformat()}"', value.strftime("%d/%m/%y")
    elif isinstance(value, int | float):
        kind, shown = f'office:value-type="float" office:value="{value!r}"', str(value)
    else:
        kind, shown = 'office:value-type="string"', getattr(value, "text", value)
    return f"<table:table-cell{formula} {kind}><text:p>{escape(shown)}</text:p></table:table-cell>"

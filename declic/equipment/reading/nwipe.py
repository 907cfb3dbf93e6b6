"""The log of `nwipe`: its three tables (Error Summary, Erasure Summary, Drive Status) and the lines about each drive.

A log may hold several runs, one after another. What a table does not say is unknown: older versions have neither the
table of bytes nor the search for hidden sectors.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from declic.equipment.enums import EvidenceFormat, IdentifierKind
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import MOST_DRIVES, DriveErasure, Reading

_STAMP = re.compile(r"^\[([0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\]\s*(?:([a-z]+):\s?)?", re.ASCII)
_TITLE = re.compile(r"^\*{8,} ?(Error Summary|Erasure Summary|Drive Status) ?\*{8,}$", re.ASCII)
_LIKE_TITLE = re.compile(r"^\*{4,}.*[A-Za-z]", re.ASCII)
_END = re.compile(r"^\*{20,}$", re.ASCII)
_ROW = re.compile(r"^(!?)\s*([A-Za-z0-9._+-]{1,20})\s*\|(.*)$", re.ASCII)
_FOUND = re.compile(r"^Found (/dev/[A-Za-z0-9._/+-]+),(.*)\bS/N=(.*)$", re.ASCII)
_DEVICE = re.compile(r"(/dev/[A-Za-z0-9._/+-]*[A-Za-z0-9])", re.ASCII)
_CLEAR = re.compile(r"^No hidden (?:sectors|areas) on (/dev/[A-Za-z0-9._/+-]+)$", re.ASCII)
_HIDDEN = re.compile(r"HIDDEN (?:SECTORS|AREA) (DETECTED|INDETERMINATE)", re.ASCII)
_WRITTEN = re.compile(r"^([0-9]{1,19}) bytes written to '?(/dev/[A-Za-z0-9._/+-]+)'?$", re.ASCII)
_TOTAL = re.compile(r"Total Throughput .*?, (.{1,80}), ([0-9]+)R\+(N?B)\+(NV|VL|VA)$", re.ASCII)
_METHOD = re.compile(r"^Invoking method '(.{1,80})' on (/dev/[A-Za-z0-9._/+-]+)$", re.ASCII)
_VERIFIED = re.compile(r"^Verified (?:pass|final|the)\b.* on '?(/dev/[A-Za-z0-9._/+-]+?)'?\.?$", re.ASCII)
_BROKEN = re.compile(r"FAILURE|Verification mismatch|may not be blanked|cannot be trusted", re.ASCII)
_FACTS = re.compile(r"^(system|baseboard|chassis|processor)-([a-z-]+) = (.*)$", re.ASCII)
_LONGEST, _MOST_DEVICES = 2000, 500
_CUT = 15
"""Shorter than this, a number is not one that the table has cut."""
_FAILED = ("-FAILED-", "--FAIL--", "FAILED", "UABORTED", "ABORTED", "INSANITY")


def is_nwipe(text: str) -> bool:
    """Whether the text is a log of this tool: its name on a stamped line, or one of its tables."""
    if re.search(r"^\[[0-9/: ]{19}\]\s+[a-z]+: nwipe [0-9]", text, re.MULTILINE | re.ASCII):
        return True
    tables = re.search(r"^\*{8,} ?(?:Error|Erasure) Summary ?\*{8,}|^\*{8,} ?Drive Status ?\*{8,}", text, re.MULTILINE)
    stamped = re.search(
        r"^\[[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}\]\s+(?:info|notice|warning|error):", text, re.MULTILINE
    )
    return tables is not None or (
        stamped is not None and "/dev/" in text and ("wipe" in text.lower() or "S/N=" in text)
    )


@dataclass
class _Run:
    """The lines of one run, sorted by what they tell."""

    rows: dict[str, list[tuple[str, str, list[str]]]] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    by_device: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    ended: str = ""
    total: re.Match[str] | None = None
    broken_table: bool = False

    def add(self, level: str, line: str) -> None:
        """Keep a line, and under each drive that it names."""
        self.lines.append((level, line))
        for device in set(_DEVICE.findall(line)):
            if device in self.by_device or len(self.by_device) < _MOST_DEVICES:
                self.by_device.setdefault(device, []).append((level, line))


def read(text: str) -> Reading:
    """The erasures of every run, and what the log says of the machine that ran it."""
    runs = list(_runs(text))
    erasures = [erasure for run in runs for erasure in _erasures(run)]
    facts = {
        found.group(1, 2): found.group(3) for run in runs for _level, line in run.lines if (found := _FACTS.match(line))
    }
    version = re.search(r"\bnwipe ([0-9][0-9.]{0,12})", text, re.ASCII)
    brand = naming.name(facts.get(("system", "manufacturer")), 80)
    return Reading(
        format=EvidenceFormat.NWIPE,
        tool=f"nwipe {version.group(1)}" if version else "nwipe",
        kind=naming.kind_of_chassis(facts.get(("chassis", "type"))),
        brand=brand,
        model=naming.model_of(brand, facts.get(("system", "product-name")), facts.get(("system", "version"))),
        identifiers=naming.identifiers(
            [
                (IdentifierKind.SERIAL, facts.get(("system", "serial-number"))),
                (IdentifierKind.UUID, facts.get(("system", "uuid"))),
            ]
        ),
        erasures=tuple(erasures[:MOST_DRIVES]),
    )


def _runs(text: str) -> Iterator[_Run]:
    """A run ends with its table of drives; what follows the last table belongs to it."""
    run, table = _Run(), ""
    closed = False
    for whole in plain.lines(text):
        raw = whole[:_LONGEST]
        stamp = _STAMP.match(raw)
        level = (stamp.group(2) or "") if stamp else ""
        line = (raw[stamp.end() :] if stamp else raw).strip(" \t")
        if stamp and closed and level and (re.match(r"nwipe [0-9]", line) or _FOUND.match(line)):
            yield run
            run, closed, table = _Run(), False, ""
        if title := _TITLE.match(line):
            table = title.group(1)
            if table in run.rows:
                yield run
                run = _Run()
            run.rows[table] = []
            continue
        if _END.match(line):
            closed = closed or table == "Drive Status"
            table = ""
            continue
        if _LIKE_TITLE.match(line):
            run.broken_table = run.broken_table or not _HIDDEN.search(line)
        if table:
            _take_row(run, table, line)
        if (total := _TOTAL.search(line)) and stamp:
            run.total, run.ended = total, stamp.group(1)
        elif not table:
            run.add(level, line)
    yield run


def _take_row(run: _Run, table: str, line: str) -> None:
    row = _ROW.match(line)
    if row is None:
        if line.count("|") >= 2:
            run.broken_table = True
        return
    cells = [cell.strip(" \t") for cell in row.group(3).split("|")]
    while cells and not cells[-1]:
        cells.pop()
    if row.group(2) == "Device":
        run.heads[table] = [cell.lower() for cell in cells]
    else:
        # A bar within a model adds cells, never takes one away.
        wanted = len(run.heads.get(table, []))
        if len(cells) < wanted or (len(cells) > wanted and table != "Drive Status") or not wanted:
            run.broken_table = True
        run.rows[table].append((row.group(1), row.group(2), cells))


def _erasures(run: _Run) -> Iterator[DriveErasure]:
    named = [name for _flag, name, _cells in run.rows.get("Drive Status", [])]
    for flag, name, cells in run.rows.get("Drive Status", [])[:MOST_DRIVES]:
        yield _erasure(run, name, flag, cells, twice=named.count(name) > 1)


def _erasure(run: _Run, name: str, flag: str, cells: list[str], *, twice: bool) -> DriveErasure:
    doubts = {"told_twice"} if twice else set[str]()
    if flag:
        doubts.add("flagged")
    if run.broken_table:
        doubts.add("broken_table")
    device = _device(run, name)
    if device is None:
        doubts.add("device_unclear")
    about = run.by_device.get(device or f"/dev/{name}", [])
    status = cells[0] if cells else ""
    model, _slash, printed = "|".join(cells[3:]).rpartition("/")
    heard = [found for _level, line in about if (found := _FOUND.match(line))]
    told = {naming.serial(found.group(3)) for found in heard} - {""}
    serial = naming.serial(printed)
    # The table cuts a long number: what the first lines said is whole. Said once only, it may be damaged.
    whole = next(iter(told), "")
    if len(cells) < 4 or not re.fullmatch(r"[0-9]{2,}:[0-9]{2}:[0-9]{2}", cells[2], re.ASCII):
        doubts.add("broken_table")
    if len(told) != 1 or not (serial == whole or (len(serial) >= _CUT and whole.startswith(serial))):
        doubts.add("serial_conflict")
    elif told:
        serial = whole
    errors, error_doubts = _errors(run, name)
    size, erased, size_doubts = _sizes(run, name)
    written = {int(found.group(1)) for _level, line in about if (found := _WRITTEN.match(line))}
    if size is not None and written - {size}:
        size_doubts.add("bytes_conflict")
    if any(level in ("error", "fatal", "sanity") for level, _line in about):
        doubts.add("warned")
    failed = any(mark in status for mark in _FAILED) or any(_BROKEN.search(line) for _level, line in about)
    method, verification, method_doubts = _method(run, device or "", about)
    return DriveErasure(
        serial=serial,
        model=naming.name(model),
        device=(device or name)[:40],
        size_bytes=size,
        erased_bytes=erased,
        method=method,
        verification=verification,
        errors=errors,
        hidden_areas=_hidden(device or "", about),
        status="failed" if failed else "erased" if status == "Erased" else "",
        ended_at=plain.moment(run.ended),
        doubts=tuple(sorted(doubts | error_doubts | size_doubts | method_doubts)),
    )


def _device(run: _Run, name: str) -> str | None:
    """The whole name of a drive of which tables keep the end; None when several may be meant."""
    known = run.by_device
    exact = f"/dev/{name}"
    if exact in known or not known:
        return exact
    ends = [device for device in known if device.endswith(name)]
    return ends[0] if len(ends) == 1 else None


def _row(run: _Run, table: str, name: str) -> tuple[str, list[str]] | None:
    rows = [(flag, cells) for flag, one, cells in run.rows.get(table, []) if one == name]
    return rows[0] if len(rows) == 1 else None


def _count(cell: str) -> int | None:
    """A number as the tool writes it, and nothing beside it; None for anything else, an empty cell included."""
    return int(cell) if re.fullmatch(r"0|[1-9][0-9]{0,18}", cell, re.ASCII) else None


def _errors(run: _Run, name: str) -> tuple[int | None, set[str]]:
    row = _row(run, "Error Summary", name)
    if row is None:
        return None, set()
    flag, cells = row
    counts = [_count(cell) for cell in cells]
    doubts = {"flagged"} if flag else set[str]()
    if len(counts) < 2:
        return None, doubts
    known = [count for count in counts if count is not None]
    return (sum(known) if len(known) == len(counts) or any(known) else None), doubts


def _sizes(run: _Run, name: str) -> tuple[int | None, int | None, set[str]]:
    """(real size, bytes erased) of the table of bytes, its columns known by their titles."""
    row = _row(run, "Erasure Summary", name)
    if row is None:
        return None, None, set()
    flag, cells = row
    doubts = {"flagged"} if flag else set[str]()
    heads = run.heads.get("Erasure Summary", [])
    size = erased = None
    for head, cell in zip(heads, cells, strict=False):
        if "percent" in head or "%" in head:
            if not re.fullmatch(r"100(?:\.0+)? ?%", cell, re.ASCII):
                doubts.add("not_whole")
        elif "erased" in head:
            erased = _count(cell)
        elif any(word in head for word in ("total", "size", "real")):
            size = _count(cell)
    return size, erased, doubts


def _hidden(device: str, about: list[tuple[str, str]]) -> str:
    told = {found.group(1) for _level, line in about if (found := _HIDDEN.search(line))}
    if "DETECTED" in told:
        return "detected"
    if told:
        return ""
    if any(level and (clear := _CLEAR.match(line)) and clear.group(1) == device for level, line in about):
        return "none"
    return "not_applicable" if re.fullmatch(r"/dev/nvme[0-9]+n[0-9]+", device, re.ASCII) else ""


def _method(run: _Run, device: str, about: list[tuple[str, str]]) -> tuple[str, str, set[str]]:
    called = {found.group(1) for _level, line in about if (found := _METHOD.match(line)) and found.group(2) == device}
    verified = any(_VERIFIED.match(line) for _level, line in about)
    method = run.total.group(1) if run.total else next(iter(called), "") if len(called) == 1 else ""
    doubts = {"verify_only"} if method.lower().startswith("verif") else set[str]()
    if run.total and called and called != {method}:
        doubts.add("method_conflict")
    way = run.total.group(4) if run.total else ("VL" if verified else "")
    said = {"VL": _("relecture de la dernière passe"), "VA": _("relecture de chaque passe")}.get(way, "")
    return naming.name(method), said, doubts

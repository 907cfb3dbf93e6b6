"""Erasure certificates in JSON: those of usody/sanitize, those of nwipe, and others that say the same things.

`result: true` is what a tool thinks of itself. Steps, validation and the return of each command are read first.
"""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from declic.equipment.enums import EvidenceFormat
from declic.equipment.reading import naming, plain
from declic.equipment.reading.facts import MOST_DRIVES, DriveErasure, Reading

_DEVICE = re.compile(r"/dev/[A-Za-z0-9]+", re.ASCII)


# ------------------------------------------------------------------------------------------------------- usody/sanitize
def is_sanitize(data: Any) -> bool:
    """Whether a document is a certificate of usody/sanitize."""
    return (
        isinstance(data, dict) and isinstance(data.get("device_info"), dict) and {"steps", "validation"} <= data.keys()
    )


def _sanitize(data: dict[str, Any]) -> DriveErasure:
    info, validation = plain.mapping(data["device_info"]), plain.mapping(data["validation"])
    export = plain.mapping(info.get("export_data"))
    block, smart = plain.mapping(export.get("block")), plain.mapping(export.get("smart"))
    steps = [plain.mapping(step) for step in plain.listing(data["steps"])[:200]]
    commands = [plain.mapping(one) for step in steps for one in plain.listing(step.get("commands"))[:2000]]
    checks = [plain.mapping(one) for one in plain.listing(validation.get("commands"))[:2000]]
    doubts = set[str]()
    if not steps or not commands:
        doubts.add("no_step")
    outcomes = [_success(one) for one in (*steps, *commands, *checks)]
    if None in outcomes:
        doubts.add("step_unclear")
    if validation.get("result") is not True or not checks:
        doubts.add("not_verified")
    path = plain.words(block.get("path"), 40)
    touched = {found for one in (*commands, *checks) for found in _DEVICE.findall(plain.words(one.get("command"), 400))}
    if path and touched - {path, "/dev/random", "/dev/urandom", "/dev/zero", "/dev/null"}:
        doubts.add("wrong_device")
    serial = naming.serial(info.get("serial_number"))
    # Behind a USB bridge the number may be that of the bridge: the drive tells its own through smartctl.
    others = {naming.serial(smart.get("serial_number")), naming.serial(block.get("serial"))} - {"", serial}
    if others:
        doubts.add("serial_conflict")
    failed = data.get("result") is False or validation.get("result") is False or False in outcomes
    sound = data.get("result") is True and validation.get("result") is True and all(outcomes) and commands
    method = plain.mapping(data.get("method"))
    ends = [plain.number(step.get("end_time")) for step in steps]
    return DriveErasure(
        serial=serial,
        model=naming.name(info.get("model")),
        device=path,
        size_bytes=plain.whole(plain.mapping(smart.get("user_capacity")).get("bytes")),
        # No command of this tool says how many bytes it wrote, nor looks for hidden areas.
        method=", ".join(filter(None, (naming.name(method.get("name")), naming.name(method.get("standard")))))[:120],
        verification=_("relecture de secteurs au hasard") if validation.get("result") is True and checks else "",
        errors=outcomes.count(False) if commands and None not in outcomes else None,
        hidden_areas="not_applicable" if path.startswith("/dev/nvme") else "",
        status="failed" if failed else "erased" if sound else "",
        ended_at=plain.moment(max((end for end in ends if end), default=None)),
        doubts=tuple(sorted(doubts)),
    )


def _success(one: dict[str, Any]) -> bool | None:
    code = one.get("return_code", 0)
    if one.get("success") is False or (isinstance(code, int) and not isinstance(code, bool) and code != 0):
        return False
    return True if one.get("success") is True and code == 0 and not isinstance(code, bool) else None


# ----------------------------------------------------------------------------------------------------------- nwipe JSON
def is_nwipe_report(data: Any) -> bool:
    """Whether a document is the JSON report of nwipe."""
    return isinstance(data, dict) and isinstance(data.get("wipe_result"), dict) and isinstance(data.get("device"), dict)


def _nwipe(data: dict[str, Any]) -> DriveErasure:
    device, result = plain.mapping(data["device"]), plain.mapping(data["wipe_result"])
    counts = [plain.whole(result.get(key)) for key in ("pass_errors", "verify_errors")]
    known = [count for count in counts if count is not None]
    status = plain.words(result.get("status"), 20).lower()
    name = plain.words(device.get("name"), 40)
    return DriveErasure(
        serial=naming.serial(device.get("serial_no")),
        model=naming.name(device.get("model")),
        device=name,
        size_bytes=plain.whole(device.get("size_bytes")),
        erased_bytes=plain.whole(result.get("bytes_erased")),
        method=naming.name(result.get("method")),
        errors=sum(known) if len(known) == len(counts) or any(known) else None,
        hidden_areas="not_applicable" if name.startswith("/dev/nvme") else "",
        status={"success": "erased", "failure": "failed"}.get(status, ""),
        ended_at=plain.moment(result.get("end_time")),
    )


# -------------------------------------------------------------------------------------------------------------- others
_KEYS = {
    "serial": ("serial", "serialnumber", "serialno", "sn", "driveserial", "diskserial", "deviceserial", "driveserialnumber", "diskserialnumber"),
    "model": ("model", "modelname", "modelnumber", "drivemodel", "diskmodel", "product"),
    "size": ("sizebytes", "capacitybytes", "totalbytes", "bytestotal", "realsize", "realsizebytes", "disksizebytes", "size", "capacity"),
    "erased": ("byteserased", "erasedbytes", "byteswiped", "wipedbytes", "byteswritten", "bytesoverwritten", "erasedsizebytes"),
    "status": ("status", "result", "outcome", "erasurestatus", "wipestatus", "erasureresult", "success", "erasureoutcome"),
    "errors": ("errors", "errorcount", "totalerrors", "passerrors", "verifyerrors", "verificationerrors", "syncerrors", "ioerrors",
               "writeerrors", "readerrors", "failedsectors", "badsectors"),
    "method": ("method", "methodname", "erasuremethod", "wipemethod", "standard", "algorithm"),
    "verification": ("verification", "verify", "verified", "verificationresult", "verificationstatus"),
    "hpa": ("hpa", "hpastatus"),
    "dco": ("dco", "dcostatus"),
    "hidden": ("hpadco", "hpadcostatus", "hiddenareas", "hiddensectors", "hiddenarea"),
    "ended": ("endedat", "endtime", "finishedat", "completedat", "endingtime", "erasedat", "date"),
    "device": ("device", "devicename", "path", "devicepath"),
}  # fmt: skip
_BY_KEY = {key: fact for fact, keys in _KEYS.items() for key in keys}
_LISTS = ("drives", "disks", "devices", "erasures", "reports", "results", "media", "records", "certificates")
_ERASED = {"erased", "wiped", "success", "successful", "succeeded", "erasedsuccessfully", "effacé"}
_NOT_ERASED = {"failed", "failure", "fail", "error", "errors", "aborted", "cancelled", "canceled", "interrupted", "incomplete",
               "notperformed", "noterased", "partial", "échec"}  # fmt: skip
_VERIFIED = {
    "passed",
    "pass",
    "ok",
    "success",
    "successful",
    "verified",
    "full",
    "complete",
    "last",
    "verifylast",
    "all",
    "verifyall",
    "lastpass",
}
_CLEAN = {
    "none",
    "no",
    "absent",
    "notpresent",
    "disabled",
    "removed",
    "cleared",
    "erased",
    "reset",
    "nonedetected",
    "notdetected",
}
_PRESENT = {"yes", "present", "enabled", "detected", "found", "hidden"}


def is_certificate(data: Any) -> bool:
    """Whether a document names drives by their number and says what became of each."""
    records = list(_records(data))
    return bool(records) and all(
        "serial" in facts and "status" in facts and ({"method", "erased", "errors"} & facts.keys()) for facts in records
    )


def _records(data: Any) -> Iterator[dict[str, list[Any]]]:
    """The facts of each drive, those of the whole document included."""
    for top in plain.listing(data)[:MOST_DRIVES]:
        if not isinstance(top, dict):
            continue
        inner = next((top[key] for key in top if _plain_key(key) in _LISTS and isinstance(top[key], list)), None)
        if inner is None:
            yield _facts(top)
            continue
        around = {key: value for key, value in top.items() if not isinstance(value, list)}
        for one in inner[:MOST_DRIVES]:
            if isinstance(one, dict):
                own = _facts(one)
                # What the document says of all its drives counts for those that do not say it themselves.
                shared = {
                    fact: told for fact, told in _facts(around).items() if fact in ("method", "verification", "ended")
                }
                yield {**shared, **own}


def _plain_key(key: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(key)[:60].casefold())


def _facts(record: dict[str, Any]) -> dict[str, list[Any]]:
    facts: dict[str, list[Any]] = {}
    level: list[tuple[str, dict[str, Any]]] = [("", record)]
    for _depth in range(3):
        below: list[tuple[str, dict[str, Any]]] = []
        for above, one in level:
            for key, value in list(one.items())[:200]:
                bare = _plain_key(key)
                if isinstance(value, dict):
                    below.append((bare, value))
                elif not isinstance(value, list) and (fact := _BY_KEY.get(bare) or _inner(above, bare)):
                    facts.setdefault(fact, []).append(value)
        level = below[:50]
    return facts


def _inner(above: str, key: str) -> str | None:
    """`{"hpa": {"present": false}}`, `{"errors": {"write": 0}}`, `{"method": {"name": …}}`."""
    fact = _BY_KEY.get(above)
    if fact in ("hpa", "dco", "hidden", "errors") or (fact == "method" and key == "name"):
        return fact
    return None


def _generic(facts: dict[str, list[Any]], *, doubled: bool) -> DriveErasure:
    doubts = {"doubled_key"} if doubled else set[str]()
    single: dict[str, Any] = {}
    for fact, told in facts.items():
        if fact in ("errors", "hpa", "dco", "hidden", "status"):
            continue
        if len({str(one) for one in told}) > 1 and fact in ("serial", "size", "erased", "verification"):
            doubts.add("contradictory")
        single[fact] = told[0]
    counts = [plain.whole(one) for one in facts.get("errors", [])]
    known = [count for count in counts if count is not None]
    states = {_status(one) for one in facts.get("status", [])}
    device = plain.words(single.get("device"), 40)
    status = "failed" if "failed" in states else "erased" if states == {"erased"} else ""
    return DriveErasure(
        serial=naming.serial(single.get("serial")),
        model=naming.name(single.get("model")),
        device=device,
        size_bytes=plain.whole(single.get("size")),
        erased_bytes=plain.whole(single.get("erased")),
        method=naming.name(single.get("method")),
        verification=_verified(single.get("verification")),
        errors=sum(known) if known and (len(known) == len(counts) or any(known)) else None,
        hidden_areas=_hidden(facts, nvme="nvme" in device),
        status=status,
        ended_at=plain.moment(single.get("ended")),
        doubts=tuple(sorted(doubts)),
    )


def _status(value: Any) -> str:
    if isinstance(value, bool):
        return "erased" if value else "failed"
    told = re.sub(r"[\s_.!-]", "", plain.words(value, 60)).casefold()
    return "erased" if told in _ERASED else "failed" if told in _NOT_ERASED else ""


def _verified(value: Any) -> str:
    told = re.sub(r"[\s_.-]", "", plain.words(value, 60)).casefold()
    if value is True or told in _VERIFIED:
        return _("relecture") if value is True else _("relecture (%(said)s)") % {"said": plain.words(value, 60)}
    return ""


def _hidden(facts: dict[str, list[Any]], *, nvme: bool) -> str:
    told = {fact: {_area(one, nvme=nvme) for one in facts[fact]} for fact in ("hpa", "dco", "hidden") if fact in facts}
    every = set().union(*told.values()) if told else set[str]()
    if "detected" in every:
        return "detected"
    # One of the two alone leaves the other unknown.
    if not ("hidden" in told or {"hpa", "dco"} <= told.keys()) or "" in every:
        return "not_applicable" if nvme and not told else ""
    return "not_applicable" if every == {"not_applicable"} else "none"


def _area(value: Any, *, nvme: bool) -> str:
    if isinstance(value, bool):
        return "detected" if value else "none"
    count = plain.whole(value)
    if count is not None:
        return "detected" if count else "none"
    told = re.sub(r"[\s_./-]", "", plain.words(value, 60)).casefold()
    if told in ("na", "notapplicable", "notsupported"):
        return "not_applicable" if nvme else ""
    return "none" if told in _CLEAN else "detected" if told in _PRESENT else ""


def read(data: Any, *, doubled: bool = False) -> Reading:
    """The erasures that the document certifies, or pretends to."""
    if is_sanitize(data):
        erasures, tool = [_sanitize(data)], f"usody/sanitize {plain.words(data.get('version'), 20)}".strip()
        return Reading(format=EvidenceFormat.CERTIFICATE, tool=tool, erasures=_marked(erasures, doubled))
    if is_nwipe_report(data):
        version = plain.words(plain.mapping(data.get("report_metadata")).get("version"), 20)
        return Reading(
            format=EvidenceFormat.NWIPE, tool=f"nwipe {version}".strip(), erasures=_marked([_nwipe(data)], doubled)
        )
    erasures = [_generic(facts, doubled=doubled) for facts in _records(data)]
    tool = plain.words(data.get("software") or data.get("tool"), 60) if isinstance(data, dict) else ""
    return Reading(format=EvidenceFormat.CERTIFICATE, tool=tool, erasures=tuple(erasures[:MOST_DRIVES]))


def _marked(erasures: list[DriveErasure], doubled: bool) -> tuple[DriveErasure, ...]:
    if not doubled:
        return tuple(erasures)
    return tuple(dataclasses.replace(one, doubts=(*one.doubts, "doubled_key")) for one in erasures)

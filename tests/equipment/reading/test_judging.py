"""When an erasure may be believed: each missing fact is enough to wait for a person, and no damage makes a proof."""

import dataclasses
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from declic.equipment.enums import ReadingVerdict
from declic.equipment.reading import REASONS, ExpectedDrive, UnreadableFileError, judge, read_file
from declic.equipment.reading.judging import judge_all
from tests.equipment.reading.files import CERTIFICATE, OWN, as_json, nwipe

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
SERIAL, SIZE = "S2YJNXAH105219", 256060514304
KNOWN = [ExpectedDrive(SERIAL, SIZE), ExpectedDrive("WD-WX11A80W7431", 160041885696)]
MUTATIONS = 10_000
SEED = 20240304


def _verdict(content: bytes, expected: list[ExpectedDrive] | None = None) -> Any:
    reading = read_file(content)
    (verdict,) = judge_all(reading.erasures, KNOWN if expected is None else expected)
    return verdict


def _drive(**changes: Any) -> bytes:
    drive = {**CERTIFICATE["drives"][0], **changes}
    return as_json({**CERTIFICATE, "drives": [{key: value for key, value in drive.items() if value is not None}]})


def test_a_whole_proof_is_certified():
    assert _verdict(OWN["nwipe"]).certified
    assert _verdict(OWN["certificate"]).certified
    assert _verdict(
        nwipe(device="nvme0n1", hidden="nothing to say").replace("    nvme0n1 |", "    vme0n1 |").encode()
    ).certified


@pytest.mark.parametrize(
    ("log", "verdict", "reason"),
    [
        (nwipe(errors=(0, 1, 0)), "failed", "errors"),
        (nwipe(errors=(0, 0, 4)), "failed", "errors"),
        (nwipe(status="-FAILED-"), "failed", "failed"),
        (nwipe(status="UABORTED"), "failed", "failed"),
        (nwipe(status="INSANITY"), "failed", "failed"),
        (nwipe(status="Erasing?"), "review", "not_erased"),
        (nwipe(erased=SIZE - 512), "failed", "incomplete"),
        (nwipe(erased=SIZE + 512), "review", "bytes_conflict"),
        (nwipe(hidden="*** HIDDEN SECTORS DETECTED ! *** on /dev/sda"), "review", "hidden_found"),
        (nwipe(hidden="HIDDEN SECTORS INDETERMINATE! on /dev/sda, Some USB adapters"), "review", "hidden_unknown"),
        (nwipe(hidden="No hidden sectors on /dev/sdb"), "review", "hidden_unknown"),
        (nwipe(verify="NV"), "review", "not_verified"),
        (nwipe(method="Verify Zeros (00H)"), "review", "verify_only"),
        (nwipe(serial="XXXXXXXXXXXXXX"), "review", "no_serial"),
        (nwipe(serial="S2YJNXAH999999"), "review", "unknown_drive"),
        (nwipe(size=128035676160), "review", "other_size"),
        (nwipe().replace(f"S/N={SERIAL}", "S/N=DD56419883A6B"), "review", "serial_conflict"),
        (nwipe().replace(f"{SIZE} bytes written", "1024 bytes written"), "review", "bytes_conflict"),
        (nwipe().replace("Error Summary", "Errxr Summary"), "review", "errors_unknown"),
        (nwipe().replace("100.00%", "99.98%"), "review", "not_whole"),
        (nwipe() + "\n" + nwipe(errors=(1, 0, 0), status="-FAILED-"), "review", "same_serial"),
    ],
)  # fmt: skip
def test_each_fact_that_is_missing_or_wrong_in_a_log_is_named(log, verdict, reason):
    first = judge_all(read_file(log.encode()).erasures, KNOWN)[0]
    assert (first.verdict, reason in first.reasons) == (verdict, True), first


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"status": "completed with errors"}, "review", "not_erased"),
        ({"status": False}, "failed", "failed"),
        ({"status": "FAILED"}, "failed", "failed"),
        ({"errors": 1}, "failed", "errors"),
        ({"errors": None}, "review", "errors_unknown"),
        ({"errors": False}, "review", "errors_unknown"),
        ({"errors": {"write": 0, "read": 7}}, "failed", "errors"),
        ({"bytes_erased": 160041885184}, "failed", "incomplete"),
        ({"bytes_erased": None}, "review", "bytes_unknown"),
        ({"size_bytes": "160 GB"}, "review", "size_unknown"),
        ({"hpa": None}, "review", "hidden_unknown"),
        ({"dco": "present"}, "review", "hidden_found"),
        ({"hpa": "n/a", "dco": "n/a"}, "review", "hidden_unknown"),
        ({"verification": None}, "review", "not_verified"),
        ({"verification": "failed"}, "review", "not_verified"),
        ({"serial_number": "WD-WX11A80W7439"}, "review", "unknown_drive"),
        ({"serial_number": "0000000000"}, "review", "no_serial"),
        ({"result": {"status": "failed"}}, "failed", "failed"),
    ],
)  # fmt: skip
def test_each_fact_that_is_missing_or_wrong_in_a_certificate_is_named(changes, verdict, reason):
    found = _verdict(_drive(**changes))
    assert (found.verdict, reason in found.reasons) == (verdict, True), found


def test_a_key_written_twice_proves_nothing():
    doubled = _drive().replace(b'"errors": 0', b'"errors": 5, "errors": 0')
    assert _verdict(doubled).reasons == ("doubled_key",)


def test_tools_that_count_no_bytes_are_left_to_a_person_whatever_they_think_of_themselves():
    for name in ("sanitize", "ereuse first", "nwipe report"):
        verdict = judge(read_file(OWN[name]).erasures[0])
        assert verdict.verdict == ReadingVerdict.REVIEW
        assert "bytes_unknown" in verdict.reasons
    assert judge(read_file(OWN["sanitize failed"]).erasures[0]).verdict == ReadingVerdict.FAILED


def test_every_reason_has_its_words():
    (erasure,) = read_file(OWN["nwipe"]).erasures
    for code in REASONS:
        assert str(REASONS[code])
        assert len(code) <= 40
        assert not judge(dataclasses.replace(erasure, doubts=(code,)), KNOWN).certified


# ----------------------------------------------------------------------------------------------------------- mutations
def _said_by_the_text(content: bytes) -> bool:
    """A second reader, slow and simple, of the only two files that may be certified: are all the facts there?"""
    text = content.decode(errors="replace").replace("\0", " ").replace("\t", " ")
    if "Drive Status" in text:
        named = re.findall(rf"^ +(\S+) \| Erased \|[^|]*\|[^|]*\|.*/{SERIAL}$", text, re.MULTILINE)
        if len(named) != 1:
            return False
        name = re.escape(named[0])
        return (
            len(re.findall(rf"^ +{name} \| *0+ *\| *0+ *\| *0+ *$", text, re.MULTILINE)) == 1
            and len(re.findall(rf"^ +{name} \| +([0-9]+) \| +\1 \| +100\.0+%$", text, re.MULTILINE)) == 1
            and re.search(rf"S/N={SERIAL}$", text, re.MULTILINE) is not None
            and re.search(r": +No hidden (sectors|areas) on /dev/\S+$", text, re.MULTILINE) is not None
            and not re.search(rf"HIDDEN|FAIL|ABORT|INSANITY|^!\s+{name} \| ", text, re.MULTILINE)
            and re.search(r"R\+N?B\+V[LA]$", text, re.MULTILINE) is not None
        )
    try:
        # The case of a key and the marks in it mean nothing.
        (drives,) = (value for key, value in json.loads(text).items() if key.lower() == "drives")
        drive = {re.sub("[^a-z]", "", key.lower()): value for key, value in drives[0].items()}
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False
    counts = [drive.get(key) for key in ("errors", "byteserased", "sizebytes")]
    said = [str(drive.get(key, "")).strip().lower() for key in ("status", "verification", "hpa", "dco")]
    return (
        all(type(count) is int for count in counts)
        and counts[0] == 0
        and counts[1] == counts[2]
        and str(drive.get("serialnumber")).upper() == CERTIFICATE["drives"][0]["serial_number"]
        and said[0] in ("erased", "wiped", "success", "true")
        and said[1] in ("passed", "pass", "ok", "full", "all", "last", "true", "success", "verified")
        and all(one.lstrip("0") in ("", "none", "no", "false", "erased", "removed") for one in said[2:])
    )


def _mutated(content: bytes, chance: random.Random) -> bytes:
    """The file after an accident: a byte changed, a piece lost, moved, doubled or cut off, two values exchanged."""
    made = bytearray(content)
    at = chance.randrange(len(made))
    match chance.randrange(8):
        case 0:
            made[at] ^= 1 << chance.randrange(8)
        case 1:
            made[at] = chance.choice(b'0123456789!|/ "{}[]truefalsnEA\n\0')
        case 2:
            del made[at : at + chance.randrange(1, 60)]
        case 3:
            del made[at:]
        case 4:
            there = chance.randrange(len(made))
            piece = made[at : at + 30]
            made[there:there] = piece
        case 5:
            lines = bytes(made).split(b"\n")
            first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            made = bytearray(b"\n".join(lines))
        case 6:
            words = list(re.finditer(rb"[A-Za-z0-9_.-]+", made))
            if len(words) > 1:
                one, two = chance.sample(words, 2)
                swapped = sorted([(one.span(), two.group()), (two.span(), one.group())], reverse=True)
                for (start, end), value in swapped:
                    made[start:end] = value
        case _:
            for _time in range(chance.randrange(2, 12)):
                made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _accidents() -> Iterator[tuple[str, bytes]]:
    proofs = {name: content for name, content in OWN.items() if read_file(content).erasures}
    real = {
        str(path): path.read_bytes()
        for path in sorted(SAMPLES.glob("*/*.*"))
        if path.stat().st_size < 40_000 and SAMPLES.is_dir()
    }
    others = {name: content for name, content in OWN.items() if name not in proofs} | real
    # Seven in ten befall what could be certified, the others what could crash.
    for turn in range(MUTATIONS):
        # What befalls a file of ours does not depend on how many real files are there.
        chance = random.Random(f"{SEED} {turn}")
        among = proofs if turn % 10 < 7 else others
        name = chance.choice(sorted(among))
        content = among[name]
        for _more in range(chance.choice((1, 1, 1, 2, 3))):
            content = _mutated(content or b" ", chance)
        yield name, content


def test_ten_thousand_accidents_neither_crash_the_reader_nor_make_a_proof():
    certified = refused = 0
    for name, content in _accidents():
        try:
            reading = read_file(content)
        except UnreadableFileError as error:
            refused += bool(str(error))
            continue
        for erasure, verdict in zip(reading.erasures, judge_all(reading.erasures, KNOWN), strict=True):
            assert json.dumps([erasure.serial, erasure.method, erasure.model]).isascii()
            if verdict.certified:
                certified += 1
                assert _said_by_the_text(content), f"{name} became a proof:\n{content.decode(errors='replace')}"
    # Neither everything refused nor everything believed: the accidents met both.
    assert certified > 300
    assert refused > 300


@pytest.mark.parametrize("lost", ["", " ", "?", "0?", "00"])
def test_a_count_of_errors_that_cannot_be_read_is_not_zero(lost: str):
    row = "     sda |           0 |                    0 |                    0\n"
    log = nwipe()
    assert row in log
    spoilt = log.replace(row, f"     sda |           0 |  {lost} |                    0\n")
    assert not _verdict(spoilt.encode()).certified
    assert not _verdict(log.replace(row, row.replace("\n", "\x0b")).encode()).certified


def test_what_has_nothing_to_do_with_the_drive_changes_nothing():
    log = nwipe()
    for before, after in (
        ("120MB/s", "97MB/s"),
        ("512/512", "4096/4096"),
        ("info: nwipe 0.37", "info: nwipe 0.40"),
        ("system-product-name = HP EliteBook 840 G3", "system-product-name = XYZ"),
        ("02:27:02", "09:00:00"),
    ):
        assert before in log
        assert _verdict(log.replace(before, after).encode()).certified
    both = log + "\n" + nwipe(serial="Z1D5TWXA", device="sdb", status="-FAILED-", errors=(9, 0, 0))
    assert [one.verdict for one in judge_all(read_file(both.encode()).erasures, KNOWN)] == ["certified", "failed"]

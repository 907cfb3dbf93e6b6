"""What each tool's file says, whatever its encoding, its noise and its name; and what is never taken from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from declic.equipment.enums import EvidenceFormat, EvidencePurpose
from declic.equipment.reading import Identifier, Reading, UnreadableFileError, naming, read_file
from tests.equipment.reading.files import (
    DMIDECODE,
    EREUSE_FIRST,
    GLPI,
    LSHW,
    NWIPE_REPORT,
    OWN,
    SANITIZE,
    SMARTCTL,
    as_json,
    nwipe,
)

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


def _only(reading: Reading) -> Any:
    (erasure,) = reading.erasures
    return erasure


def test_lshw_tells_the_machine_and_only_its_inner_drives():
    reading = read_file(OWN["lshw"])
    assert (reading.format, reading.purpose) == (EvidenceFormat.LSHW, EvidencePurpose.INVENTORY)
    assert (reading.kind, reading.brand, reading.model) == ("laptop", "HP", "EliteBook 840 G3")
    assert (reading.processor, reading.memory_mb, reading.storage_gb) == ("Intel Core i5-6300U @ 2.40GHz", 8192, 256)
    assert [drive.serial for drive in reading.drives] == ["S2YJNXAH105219"]
    assert reading.made_in == 2016
    assert reading.identifiers == (
        Identifier("serial", "5CG7012ABC"),
        Identifier("uuid", "a7f3c2d0-11e6-4b5a-9c21-3c52820f7e11"),
        Identifier("mac", "3C:52:82:0F:7E:11"),
    )


def test_lshw_may_be_a_list_of_one_loose_nodes_or_surrounded_by_warnings():
    whole = read_file(OWN["lshw"])
    noisy = (
        b"WARNING: you should run this program as super-user.\n"
        + json.dumps(LSHW, indent=1).encode()
        + b"\nWARNING: output may be incomplete\n"
    )
    assert read_file(as_json([LSHW])) == read_file(noisy) == whole
    disks = next(node for node in LSHW["children"][0]["children"] if node["id"] == "sata")["children"]
    loose = read_file(",\n".join(json.dumps(node, indent=1) for node in disks).encode())
    assert [drive.serial for drive in loose.drives] == ["S2YJNXAH105219"]
    assert not loose.drives_known


def test_lshw_knows_nvme_and_soldered_memory():
    nvme = {
        "id": "nvme", "class": "storage", "description": "NVMe device", "product": "SAMSUNG MZVLB256", "serial": "S4GFNX0M512345",
        "logicalname": "/dev/nvme0", "configuration": {"driver": "nvme"},
        "children": [
            {"id": "namespace:0", "class": "disk", "logicalname": "/dev/ng0n1"},
            {"id": "namespace:1", "class": "disk", "logicalname": "/dev/nvme0n1", "size": 256060514304},
        ],
    }  # fmt: skip
    soldered = {
        "id": "device", "class": "generic", "description": "SD/MMC Device", "product": "DF4032", "serial": "825373492",
        "logicalname": "/dev/mmcblk0", "capabilities": {"mmc": True},
        "children": [{"id": "interface", "class": "disk", "logicalname": "/dev/mmcblk0", "size": 31268536320}],
    }  # fmt: skip
    card = {**soldered, "logicalname": "/dev/mmcblk1", "capabilities": {"sd": True}, "serial": "3735928559"}
    machine = {**LSHW, "children": [nvme, soldered, card]}
    drives = {drive.serial: (drive.technology, drive.size_bytes) for drive in read_file(as_json(machine)).drives}
    assert drives == {"S4GFNX0M512345": ("nvme", 256060514304), "825373492": ("emmc", 31268536320)}


def test_dmidecode_tells_the_machine_and_no_drive():
    reading = read_file(OWN["dmidecode"])
    assert (reading.kind, reading.brand, reading.model) == ("laptop", "HP", "EliteBook 840 G3")
    assert (reading.processor, reading.memory_mb, reading.made_in) == ("Intel Core i5-6300U @ 2.40GHz", 8192, 2016)
    assert reading.drives == ()
    assert not reading.drives_known
    quiet = "\n".join(
        line for line in DMIDECODE.splitlines() if not line.startswith(("Handle", "#", "SMBIOS", "Getting"))
    )
    assert read_file(quiet.encode()) == reading


def test_glpi_tells_the_machine_and_nothing_of_who_used_it():
    reading = read_file(OWN["glpi"])
    assert (reading.kind, reading.model, reading.battery_health, reading.memory_mb) == (
        "laptop",
        "ThinkPad T470",
        81,
        8192,
    )
    assert [(drive.serial, drive.technology) for drive in reading.drives] == [("1164097801288", "nvme")]
    assert reading.of_kind("mac") == ["54:E1:AD:0B:9C:42", "7C:67:A2:51:9E:10"]
    said = json.dumps(reading.found()).casefold()
    for private in ("martin", "josiane", "livebox", "mairie", "paie", "poste"):
        assert private not in said


def test_three_generations_of_ereuse_snapshots_are_read():
    first, second, third = (read_file(OWN[f"ereuse {which}"]) for which in ("first", "second", "third"))
    assert {first.format, second.format, third.format} == {EvidenceFormat.EREUSE}
    assert (first.kind, first.model, first.of_kind("serial")) == ("laptop", "Latitude E6230", ["7HXKQY1"])
    assert first.purpose == EvidencePurpose.ERASURE
    assert _only(first).status == "erased"
    assert (second.kind, second.memory_mb, second.storage_gb, second.made_in) == ("desktop", 4096, 240, 2014)
    assert _only(second).status == "failed"
    assert (third.model, [drive.smart for drive in third.drives]) == (
        "EliteBook 840 G3",
        ["bon, 3 secteurs remplacés, 7345 h de marche"],
    )


def test_a_step_that_failed_outweighs_the_success_that_the_whole_claims():
    document = json.loads(as_json(EREUSE_FIRST))
    document["components"][1]["erasure"]["steps"][1]["success"] = False
    assert _only(read_file(as_json(document))).status == "failed"


def test_smartctl_tells_one_drive_and_not_how_many_there_are():
    reading = read_file(OWN["smartctl"])
    (drive,) = reading.drives
    assert (drive.serial, drive.size_bytes, drive.technology) == ("S2YJNXAH105219", 256060514304, "ssd")
    assert drive.smart == "bon, 3 secteurs remplacés, 7345 h de marche"
    assert not reading.drives_known
    assert len(read_file(as_json([SMARTCTL, {**SMARTCTL, "serial_number": "S2YJNXAH105220"}])).drives) == 2


def test_nwipe_tells_each_drive_from_its_three_tables():
    reading = read_file(OWN["nwipe"])
    erasure = _only(reading)
    assert (erasure.serial, erasure.status, erasure.errors) == ("S2YJNXAH105219", "erased", 0)
    assert erasure.size_bytes == erasure.erased_bytes == 256060514304
    assert (erasure.hidden_areas, erasure.method) == ("none", "PRNG Stream")
    assert erasure.ended_at.isoformat() == "2024-03-04T11:40:02+01:00"
    assert reading.of_kind("serial") == ["5CG7012ABC"]


def test_an_older_nwipe_says_less_and_that_stays_unknown():
    log = nwipe()
    start, end = (
        log.index("******************************* Erasure"),
        log.index("********************************* Drive"),
    )
    erasure = _only(read_file((log[:start] + log[end:]).encode()))
    assert (erasure.size_bytes, erasure.erased_bytes, erasure.status) == (None, None, "erased")


def test_two_runs_in_one_log_are_two_erasures():
    reading = read_file((nwipe(status="UABORTED", erased=512) + "\n" + nwipe()).encode())
    assert [erasure.status for erasure in reading.erasures] == ["failed", "erased"]


def test_the_json_report_of_nwipe_is_read_for_what_it_says():
    erasure = _only(read_file(as_json(NWIPE_REPORT)))
    assert (erasure.status, erasure.errors, erasure.size_bytes, erasure.erased_bytes) == (
        "erased",
        0,
        256060514304,
        None,
    )


def test_a_certificate_is_read_command_by_command():
    assert _only(read_file(OWN["sanitize"])).status == "erased"
    for path, value in (
        (("steps", 0, "commands", 0, "return_code"), 1),
        (("steps", 0, "success"), False),
        (("validation", "result"), False),
        (("validation", "commands", 0, "success"), False),
    ):
        document = json.loads(as_json(SANITIZE))
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        assert _only(read_file(as_json(document))).status == "failed", path
    assert _only(read_file(as_json({**SANITIZE, "steps": []}))).status == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_is_read_in_any_encoding(encoding):
    document = {**LSHW, "vendor": "Société Générale d'Ordinateurs"}
    for text in (json.dumps(document, ensure_ascii=False), DMIDECODE.replace(": HP\n", ": Société Générale\n")):
        assert read_file(text.encode(encoding)).brand.startswith("Société Générale")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "vide"),
        (b" \n\t ", "vide"),
        (b"\0" * 4000, "texte"),
        (b"%PDF-1.7 rapport", "PDF"),
        (b"PK\x03\x04rest", "compressé"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 Mo"),
        (OWN["lshw"][:900], "coupé"),
        (b'{"class": "system", "id":', "coupé"),
        (b"[" * 200_000, "emboîté"),
        (b'{"a":' * 400 + b"1" + b"}" * 400, "emboîté"),
        (b"Bonjour,\nvoici la liste des machines.\n", "outil connu"),
        (b'<?xml version="1.0"?><REQUEST><CONTENT/></REQUEST>', "XML"),
        (b'{"bonjour": [1, 2, NaN]}', "outil connu"),
        (b'{"id": "vide", "class": "system"}', "ne dit rien"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(content, word):
    with pytest.raises(UnreadableFileError, match=word):
        read_file(content)


@pytest.mark.parametrize(
    "value", [None, True, 3, 1e400, -1, 10**40, "x" * 5000, "a\0b\ud800", [], {}, [[]], [{"a": None}], {"id": 1}]
)
def test_a_value_of_any_kind_in_any_place_harms_nothing(value):
    def replaced(node: Any, at: list[int]) -> Any:
        at[0] -= 1
        if at[0] == 0:
            return value
        if isinstance(node, dict):
            return {key: replaced(inner, at) for key, inner in node.items()}
        return [replaced(inner, at) for inner in node] if isinstance(node, list) else node

    for document in (LSHW, GLPI, EREUSE_FIRST, SMARTCTL, SANITIZE, NWIPE_REPORT):
        for place in range(2, 60, 2):
            try:
                reading = read_file(json.dumps(replaced(document, [place])).encode())
            except UnreadableFileError:
                continue
            # What is kept goes into the database as it is: neither half letters nor infinite numbers.
            assert Reading.from_found(json.loads(json.dumps(reading.found(), allow_nan=False))).brand == reading.brand
            json.dumps(reading.found(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "filler",
    ["To Be Filled By O.E.M.", "0000000000", "FFFFFFFF", "Default string", "INVALID", "123456789", "System Serial Number",
     "Not Specified", "None", "N/A", "Chassis Serial Number", "EeePC-0123456789", "..............", "0", "XXXXXXXX", "<BAD INDEX>",
     "Base Board Serial Number", "SerNum00"],
)  # fmt: skip
def test_a_filler_is_no_serial_number(filler):
    assert naming.serial(filler) == ""
    assert read_file(as_json({**LSHW, "serial": filler})).of_kind("serial") == ["PFMKD0B8J5Q2AA"]


def test_fillers_are_no_uuid_no_address_no_phone_number():
    for one in (
        "03000200-0400-0500-0006-000700080009",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "af8d3fcfa6fe4784",
        "4BDRGGFE-0046-4710-8047-B2C04F503732",
    ):
        assert naming.machine_uuid(one) == ""
    for one in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:42:7c:9d:01:aa", "01:00:5e:00:00:01", "3c:52:82"):
        assert naming.mac(one) == ""
    assert naming.mac("3C-52-82-0F-7E-11") == "3C:52:82:0F:7E:11"
    assert naming.imei("490154203237518") == "490154203237518"
    assert naming.imei("490154203237519") == naming.imei("000000000000000") == ""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not on this machine")
def test_every_real_file_is_read():
    read, told = 0, set()
    for path in sorted(SAMPLES.glob("*/*.*")):
        reading = read_file(path.read_bytes())
        read += 1
        told.add(reading.format)
        assert reading.model or reading.erasures, path
        for drive in reading.drives:
            assert "usb" not in drive.model.lower()
    assert read > 20
    assert {EvidenceFormat.LSHW, EvidenceFormat.DMIDECODE, EvidenceFormat.GLPI, EvidenceFormat.EREUSE} <= told

"""Small files of our own making, one of each format, in the shape that the tools give them."""

import json
from typing import Any

LSHW: dict[str, Any] = {
    "id": "atelier",
    "class": "system",
    "description": "Notebook",
    "product": "EliteBook 840 G3 (L3C65AV)",
    "vendor": "HP",
    "serial": "5CG7012ABC",
    "configuration": {"chassis": "notebook", "sku": "L3C65AV", "uuid": "A7F3C2D0-11E6-4B5A-9C21-3C52820F7E11"},
    "children": [
        {
            "id": "core",
            "class": "bus",
            "product": "8079",
            "vendor": "HP",
            "serial": "PFMKD0B8J5Q2AA",
            "children": [
                {"id": "firmware", "class": "memory", "date": "03/18/2016", "size": 65536, "units": "bytes"},
                {
                    "id": "memory",
                    "class": "memory",
                    "description": "System Memory",
                    "size": 8589934592,
                    "units": "bytes",
                },
                {"id": "cpu", "class": "processor", "product": "Intel(R) Core(TM) i5-6300U CPU @ 2.40GHz"},
                {"id": "network", "class": "network", "serial": "3c:52:82:0f:7e:11", "businfo": "pci@0000:00:1f.6"},
                {
                    "id": "usb:0",
                    "class": "bus",
                    "businfo": "usb@1",
                    "children": [
                        {"id": "network:1", "class": "network", "serial": "00:e0:4c:68:22:19"},
                        {
                            "id": "usb",
                            "class": "storage",
                            "businfo": "usb@1:3",
                            "configuration": {"driver": "usb-storage"},
                            "children": [
                                {
                                    "id": "disk",
                                    "class": "disk",
                                    "serial": "AA00000000000489",
                                    "size": 15518924800,
                                    "logicalname": ["/dev/sdb", "/media/cle"],
                                    "capabilities": {"removable": "support is removable"},
                                }
                            ],
                        },
                    ],
                },
                {
                    "id": "sata",
                    "class": "storage",
                    "children": [
                        {
                            "id": "disk:0",
                            "class": "disk",
                            "description": "ATA Disk",
                            "product": "SAMSUNG MZ7LN256",
                            "serial": "S2YJNXAH105219",
                            "size": 256060514304,
                            "logicalname": "/dev/sda",
                        },
                        {
                            "id": "cdrom",
                            "class": "disk",
                            "description": "DVD-RAM writer",
                            "serial": "KLXG9C0413",
                            "logicalname": ["/dev/cdrom", "/dev/sr0"],
                        },
                    ],
                },
            ],
        }
    ],
}

DMIDECODE = """# dmidecode 3.3
Getting SMBIOS data from sysfs.
SMBIOS 2.7 present.

Handle 0x0000, DMI type 0, 24 bytes
BIOS Information
\tVendor: HP
\tRelease Date: 03/18/2016
\tCharacteristics:
\t\tPCI is supported

Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: HP
\tProduct Name: HP EliteBook 840 G3
\tVersion:
\tSerial Number: 5CG7012ABC
\tUUID: a7f3c2d0-11e6-4b5a-9c21-3c52820f7e11

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: HP
\tType: Notebook
\tSerial Number: To Be Filled By O.E.M.

Handle 0x0004, DMI type 4, 48 bytes
Processor Information
\tManufacturer: Intel(R) Corporation
\tVersion: Intel(R) Core(TM) i5-6300U CPU @ 2.40GHz

Handle 0x0005, DMI type 17, 40 bytes
Memory Device
\tSize: 8192 MB
\tType: DDR4

Handle 0x0006, DMI type 17, 40 bytes
Memory Device
\tSize: No Module Installed
"""

GLPI: dict[str, Any] = {
    "action": "inventory",
    "deviceid": "poste-martin-2024-03-04-10-11-12",
    "itemtype": "Computer",
    "content": {
        "versionclient": "GLPI-Agent_v1.7",
        "bios": {
            "bdate": "2017-09-11",
            "smanufacturer": "LENOVO",
            "smodel": "ThinkPad T470",
            "ssn": "PF0X1Y2Z",
            "assettag": "No Asset Tag",
        },
        "hardware": {
            "name": "poste-martin",
            "chassis_type": "Notebook",
            "memory": 7800,
            "uuid": "4c8e21cc-2f3b-11b2-a85c-d3f0a5bb7741",
            "lastloggeduser": "josiane.martin",
        },
        "users": [{"login": "josiane.martin", "domain": "MAIRIE"}],
        "local_users": [{"name": "Josiane Martin", "login": "josiane.martin"}],
        "softwares": [{"name": "Logiciel de paie de Josiane Martin"}],
        "environments": [{"key": "HOME", "val": "/home/josiane.martin"}],
        "cpus": [{"name": "Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz"}],
        "memories": [{"capacity": 8192}, {"capacity": "Empty"}],
        "batteries": [{"capacity": 23200, "real_capacity": 18792, "serial": "0000000000"}],
        "networks": [
            {"description": "lo", "mac": "00:00:00:00:00:00", "type": "loopback", "virtualdev": True},
            {"description": "enp0s31f6", "mac": "54:e1:ad:0b:9c:42", "type": "ethernet", "virtualdev": False},
            {"description": "docker0", "mac": "02:42:7c:9d:01:aa", "type": "ethernet", "virtualdev": False},
            {"description": "wlp4s0", "mac": "7c:67:a2:51:9e:10", "type": "wifi", "wifi_ssid": "Livebox-Martin"},
        ],
        "storages": [
            {"name": "nvme0n1", "model": "LENSE20256GMSP34MEAT2TA", "serial": "1164097801288", "disksize": 256060, "type": "NVMe"},
            {"name": "sdb", "model": "DataTraveler 3.0", "serial": "60A44C413A6CF0A1", "disksize": 15518, "description": "USB"},
            {"name": "sr0", "model": "DVDRAM GUD0N", "serial": "M6PGCOT5021", "disksize": 0, "type": "cd"},
        ],
    },
}  # fmt: skip

EREUSE_FIRST: dict[str, Any] = {
    "@type": "devices:Snapshot",
    "snapshotSoftware": "Workbench",
    "version": "10.1",
    "device": {"@type": "Computer", "type": "Laptop", "manufacturer": "Dell Inc.", "model": "Latitude E6230", "serialNumber": "7HXKQY1"},
    "components": [
        {"@type": "Processor", "model": "Intel Core i5-3320M CPU @ 2.60GHz"},
        {
            "@type": "HardDrive",
            "model": "ST320LT007-9ZV14",
            "serialNumber": "W0Q4XKTR",
            "size": 305245,
            "erasure": {
                "@type": "EraseSectors",
                "cleanWithZeros": True,
                "endingTime": "2024-03-04T11:51:46",
                "success": True,
                "steps": [{"@type": "Zeros", "success": True}, {"@type": "Random", "success": True}],
            },
        },
    ],
}  # fmt: skip

EREUSE_SECOND: dict[str, Any] = {
    "type": "Snapshot",
    "software": "Workbench",
    "version": "11.0",
    "device": {"type": "Desktop", "manufacturer": "Dell Inc.", "model": "OptiPlex 3020", "serialNumber": "9KJ4L32", "chassis": "Tower"},
    "components": [
        {"type": "Processor", "model": "Intel Core i3-4150 CPU @ 3.50GHz"},
        {"type": "RamModule", "size": 4096.0},
        {"type": "Motherboard", "manufacturer": "Dell Inc.", "serialNumber": "..CN722004AB01C3.", "biosDate": "2014-05-12T00:00:00"},
        {"type": "NetworkAdapter", "serialNumber": "98:90:96:b1:2d:7c"},
        {
            "type": "SolidStateDrive",
            "model": "CT240BX500SSD1",
            "serialNumber": "1934E1F8A2C7",
            "size": 240057.0,
            "actions": [
                {
                    "type": "EraseSectors",
                    "severity": "Error",
                    "endTime": "2024-03-04T10:00:00+01:00",
                    "steps": [{"type": "StepZero", "severity": "Info"}, {"type": "StepRandom", "severity": "Error"}],
                }
            ],
        },
    ],
}  # fmt: skip

SMARTCTL: dict[str, Any] = {
    "json_format_version": [1, 0],
    "smartctl": {"version": [7, 2], "exit_status": 0},
    "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
    "model_name": "SAMSUNG MZ7LN256HMJP-000H1",
    "serial_number": "S2YJNXAH105219",
    "user_capacity": {"blocks": 500118192, "bytes": 256060514304},
    "rotation_rate": 0,
    "smart_status": {"passed": True},
    "power_on_time": {"hours": 7345},
    "ata_smart_attributes": {"table": [{"id": 5, "raw": {"value": 3}}]},
}


def nwipe(
    *,
    serial: str = "S2YJNXAH105219",
    model: str = "SAMSUNG MZ7LN256H",
    device: str = "sda",
    size: int = 256060514304,
    erased: int | None = None,
    errors: tuple[int, int, int] = (0, 0, 0),
    status: str = " Erased ",
    hidden: str = "No hidden sectors on /dev/sda",
    verify: str = "VL",
    method: str = "PRNG Stream",
) -> str:
    """A log with its three tables; what is not given is that of a good erasure."""
    done = size if erased is None else erased
    flag = "!" if any(errors) or done != size or status.strip() != "Erased" else " "
    share = f"{100 * done / size:.2f}%"
    return f"""[2024/03/04 09:12:40]    info: nwipe 0.37
[2024/03/04 09:12:41]  notice: Found /dev/{device},  ATA, {model}MJP,  256 GB, S/N={serial}
[2024/03/04 09:12:41]    info: /dev/{device}, sector(logical)/block(physical) sizes 512/512
[2024/03/04 09:12:42]    info: {hidden}
[2024/03/04 09:12:42]    info: system-manufacturer = HP
[2024/03/04 09:12:42]    info: system-product-name = HP EliteBook 840 G3
[2024/03/04 09:12:42]    info: system-serial-number = 5CG7012ABC
[2024/03/04 09:12:42]    info: system-uuid = a7f3c2d0-11e6-4b5a-9c21-3c52820f7e11
[2024/03/04 09:13:00]  notice: Invoking method '{method}' on /dev/{device}
[2024/03/04 09:13:00]  notice: Starting round 1 of 1 on /dev/{device}
[2024/03/04 10:31:12]  notice: {size} bytes written to /dev/{device}
[2024/03/04 11:40:02]  notice: Finished final round 1 of 1 on /dev/{device}

******************************** Error Summary *********************************
!   Device | Pass Errors | Verifications Errors | Fdatasync I\\O Errors
--------------------------------------------------------------------------------
{flag}    {device} |  {errors[0]:10} |           {errors[1]:10} |           {errors[2]:10}
********************************************************************************

******************************* Erasure Summary ********************************
!   Device | Bytes Erased | Bytes Total | Percentage Erased
--------------------------------------------------------------------------------
{flag}    {device} |  {done} |  {size} |  {share}
********************************************************************************

********************************* Drive Status *********************************
!   Device | Status | Thru-put | HH:MM:SS | Model/Serial Number
--------------------------------------------------------------------------------
{flag}    {device} |{status}|  120MB/s | 02:27:02 | {model}/{serial}
--------------------------------------------------------------------------------
[2024/03/04 11:40:02] Total Throughput 120 MB/s, {method}, 1R+B+{verify}
********************************************************************************
"""


NWIPE_REPORT: dict[str, Any] = {
    "report_metadata": {"generated_at": "2026-03-04_11-40-02", "software": "nwipe", "version": "0.41"},
    "organization": {"business_name": "Atelier"},
    "device": {"name": "/dev/sda", "model": "SAMSUNG MZ7LN256", "serial_no": "S2YJNXAH105219", "size_bytes": 256060514304},
    "wipe_result": {"status": "success", "pass_errors": 0, "verify_errors": 0, "end_time": 1772620802},
}  # fmt: skip

_COMMAND = {"command": "shred --iterations=1 /dev/sdb", "return_code": 0, "success": True, "stdout": "", "stderr": ""}
SANITIZE: dict[str, Any] = {
    "version": "0.1.1",
    "method": {"name": "Basic Erasure", "standard": ""},
    "result": True,
    "steps": [{"step": 1, "success": True, "end_time": 1709550000.5, "commands": [dict(_COMMAND)]}],
    "validation": {"result": True, "commands": [{**_COMMAND, "command": "dd if=/dev/sdb bs=512 count=1 skip=0 | xxd -ps"}]},
    "device_info": {
        "model": "HTS541010A9E680",
        "serial_number": "J8400076GAJ1XZ",
        "size": "931.5G",
        "export_data": {
            "block": {"path": "/dev/sdb", "serial": "J8400076GAJ1XZ"},
            "smart": {"serial_number": "J8400076GAJ1XZ", "user_capacity": {"bytes": 1000204886016}},
        },
    },
}  # fmt: skip

CERTIFICATE: dict[str, Any] = {
    "software": "Effaceur 3",
    "method": "NIST 800-88 Clear",
    "drives": [
        {
            "serial_number": "WD-WX11A80W7431",
            "model": "WDC WD1600BEVT",
            "size_bytes": 160041885696,
            "bytes_erased": 160041885696,
            "status": "ERASED",
            "errors": 0,
            "verification": "passed",
            "hpa": "none",
            "dco": "none",
            "end_time": "2024-03-04T11:40:02+01:00",
        }
    ],
}


def as_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


OWN: dict[str, bytes] = {
    "lshw": as_json(LSHW),
    "dmidecode": DMIDECODE.encode(),
    "glpi": as_json(GLPI),
    "ereuse first": as_json(EREUSE_FIRST),
    "ereuse second": as_json(EREUSE_SECOND),
    "ereuse third": as_json(
        {"type": "Snapshot", "software": "Workbench", "version": "2022.11", "data": {"lshw": json.dumps(LSHW), "dmidecode": DMIDECODE, "smart": [SMARTCTL]}}
    ),
    "smartctl": as_json(SMARTCTL),
    "nwipe": nwipe().encode(),
    "nwipe failed": nwipe(errors=(3, 1, 0), status="-FAILED-").encode(),
    "nwipe hidden": nwipe(erased=256060513792, hidden=" *** HIDDEN SECTORS DETECTED ! *** on /dev/sda").encode(),
    "nwipe aborted": nwipe(erased=1024, status="UABORTED").encode(),
    "nwipe report": as_json(NWIPE_REPORT),
    "sanitize": as_json(SANITIZE),
    "sanitize failed": as_json({**SANITIZE, "validation": {**SANITIZE["validation"], "result": False}}),
    "certificate": as_json(CERTIFICATE),
    "certificate with errors": as_json({**CERTIFICATE, "drives": [{**CERTIFICATE["drives"][0], "errors": 2}]}),
}  # fmt: skip

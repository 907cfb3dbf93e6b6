"""What a file is, told by what it holds and never by its name."""

import dataclasses
from typing import Any

from django.utils.translation import gettext as _

from declic.equipment.reading import certificate, dmidecode, ereuse, glpi, lshw, nwipe, plain, smartctl
from declic.equipment.reading.facts import Reading, UnreadableFileError
from declic.equipment.reading.loading import load, looks_like_json


def read_file(content: bytes) -> Reading:
    """What the file says, whatever tool wrote it.

    Raises `UnreadableFileError`, whose text is a French sentence: empty, larger than 5 MB, cut, or of no known tool.
    """
    text = plain.decode(content)
    if nwipe.is_nwipe(text):
        return _something(nwipe.read(text))
    if looks_like_json(text) and not dmidecode.is_dmidecode(text[:2000]):
        document = load(text)
        return _something(_of_document(document.data, doubled=document.doubled))
    if dmidecode.is_dmidecode(text):
        return _something(dmidecode.read(text))
    raise UnreadableFileError(_unknown(text))


def _of_document(data: Any, *, doubled: bool) -> Reading:
    if ereuse.is_ereuse(data):
        reading = ereuse.read(data)
        return _doubted(reading) if doubled else reading
    if glpi.is_glpi(data):
        return glpi.read(data)
    if certificate.is_sanitize(data) or certificate.is_nwipe_report(data):
        return certificate.read(data, doubled=doubled)
    if smartctl.is_smartctl(data):
        return smartctl.read(data)
    if lshw.is_lshw(data):
        return lshw.read(data)
    if certificate.is_certificate(data):
        return certificate.read(data, doubled=doubled)
    raise UnreadableFileError(_unknown(""))


def _doubted(reading: Reading) -> Reading:
    erasures = tuple(dataclasses.replace(one, doubts=(*one.doubts, "doubled_key")) for one in reading.erasures)
    return dataclasses.replace(reading, erasures=erasures)


def _something(reading: Reading) -> Reading:
    """The same, unless nothing of use was found in it."""
    told = (reading.brand, reading.model, reading.identifiers, reading.processor, reading.memory_mb, reading.drives)
    if not any(told) and not reading.erasures:
        raise UnreadableFileError(
            _(
                "Ce fichier ne dit rien de la machine : relancez l'outil en administrateur (sudo), puis envoyez le nouveau."
            )
        )
    return reading


def _unknown(text: str) -> str:
    if "<?xml" in text[:500] or "<REQUEST" in text[:2000]:
        return _("Ce fichier est du XML : demandez du JSON à l'outil (GLPI : glpi-agent --json), puis envoyez-le.")
    if "=== START OF INFORMATION SECTION" in text[:5000]:
        return _("Ce fichier est celui de smartctl en texte : relancez-le avec --json, puis envoyez le résultat.")
    return _(
        "Ce fichier n'est d'aucun outil connu : envoyez celui de lshw -json, dmidecode, GLPI, eReuse, smartctl --json,"
        " nwipe, ou un certificat d'effacement en JSON."
    )

"""The words by which machines are found: folded here as in the database, read by ranges of an index (docs/adr/017)."""

import unicodedata

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from declic.equipment.models import Device, DeviceWord

_MOST_WORDS = 6
_LONGEST = 80
_LAST = chr(0x10FFFF)

_WORDS_OF_ALL = """
    INSERT INTO equipment_deviceword (operator_id, device_id, word)
    SELECT d.operator_id, d.id, w.word FROM equipment_device d
     CROSS JOIN LATERAL equipment_words_of(d.tag, d.brand, d.model) AS w(word) WHERE w.word <> ''"""
_NUMBERS_OF_ALL = """
    INSERT INTO equipment_deviceword (operator_id, device_id, word)
    SELECT i.operator_id, i.device_id, equipment_folded(i.value) FROM equipment_deviceidentifier i
     WHERE equipment_folded(i.value) <> '' ON CONFLICT DO NOTHING"""


def folded_words(text: str) -> list[str]:
    """The words of what someone typed or scanned: without accents, case or signs (`PC-0042` is `pc0042`)."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = ("".join(letter for letter in word if letter.isalnum())[:_LONGEST] for word in plain.split())
    return list(dict.fromkeys(word for word in words if word))[:_MOST_WORDS]


def search_devices(devices: QuerySet[Device], text: str) -> QuerySet[Device]:
    """Machines of which each word of `text` begins a word of the tag, the maker, the model or one of the numbers.

    A tag is found whole (`PC-0042`), without its zeros (`pc42`) or by its number alone (`42`). Text without a letter or
    a digit finds nothing; empty text leaves `devices` as they are.
    """
    if not text.strip():
        return devices
    words = folded_words(text)
    if not words:
        return devices.none()
    for word in words:
        devices = devices.filter(
            Exists(
                DeviceWord.objects.filter(
                    operator=OuterRef("operator"), device=OuterRef("pk"), word__gte=word, word__lt=word + _LAST
                )
            )
        )
    return devices


def write_all_words() -> None:
    """Write the words of every machine anew: for whoever has filled the table of machines with its triggers at rest."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM equipment_deviceword")
        cursor.execute(_WORDS_OF_ALL)
        cursor.execute(_NUMBERS_OF_ALL)

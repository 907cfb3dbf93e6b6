"""The words by which machines are found: folded here as in the database, read by ranges of an index (docs/adr/017)."""

import unicodedata
from collections.abc import Collection

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from declic.equipment.models import Device, DeviceWord
from declic.equipment.tags import parse_tag

_MOST_WORDS = 6
_LONGEST = 80
_LAST = chr(0x10FFFF)
_FEW = 2000
"""Up to so many machines that bear every word are named to the database; of more, a page comes soon in the list's order."""

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


def search_devices(devices: QuerySet[Device], text: str, *, operators: Collection[int]) -> QuerySet[Device]:
    """Machines of which each word of `text` begins a word of the tag, the maker, the model or one of the numbers.

    `operators` are those whose machines `devices` holds at most. A tag is found whole (`PC-0042`), without its zeros
    (`pc42`) or by its number alone (`42`). Text without a letter or a digit finds nothing; empty text leaves `devices`
    as they are. Two queries at most when there are several words.
    """
    if not text.strip():
        return devices
    words = folded_words(text)
    if not words:
        return devices.none()
    of_this = DeviceWord.objects.filter(operator=OuterRef("operator"), device=OuterRef("pk"))
    if len(words) == 1:
        return devices.filter(Exists(of_this.filter(_begun_by(words[0]))))
    # PostgreSQL takes words for independent: of a maker and its models it expects few machines and sorts them all.
    unordered = DeviceWord.objects.filter(operator__in=operators).order_by().values_list("device", flat=True)
    in_one = unordered.filter(_begun_by("".join(words)[:_LONGEST]))
    if in_one[: _FEW + 1].count() <= _FEW:
        bearing = [unordered.filter(_begun_by(word)) for word in words]
        found = list(bearing[0].intersection(*bearing[1:]).order_by()[: _FEW + 1])
        if len(found) <= _FEW:
            # One array and not a parameter for each.
            return devices.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [found]))
    every = Q(*(Q(BoolOr(_begun_by(word))) for word in words))
    return devices.filter(Subquery(of_this.order_by().values("device").annotate(every=every).values("every")))


def _begun_by(word: str) -> Q:
    return Q(word__gte=word, word__lt=word + _LAST)


def device_named(devices: QuerySet[Device], text: str) -> Device | None:
    """The one machine that a scanner or a hand named: by its tag, whole or by its number, or by a maker's number.

    None when no machine, or more than one, is meant.
    """
    if (tag := parse_tag(text[:300])) and (device := devices.filter(tag=tag).first()):
        return device
    words = folded_words(text[:_LONGEST].replace(" ", ""))
    if not words:
        return None
    bearing = DeviceWord.objects.filter(operator=OuterRef("operator"), device=OuterRef("pk"), word=words[0])
    near = devices.filter(Exists(bearing)).prefetch_related("identifiers")[:20]
    meant = [device for device in near if words[0] in _names_of(device)]
    return meant[0] if len(meant) == 1 else None


def _names_of(device: Device) -> set[str]:
    """The words that mean this machine and not only its model."""
    prefix, _dash, number = device.tag.rpartition("-")
    forms = (device.tag, number, number.lstrip("0"), prefix + number.lstrip("0"))
    values = [*forms, *(identifier.value.replace(" ", "") for identifier in device.identifiers.all())]
    return {word for value in values for word in folded_words(value)}


def write_all_words() -> None:
    """Write the words of every machine anew: for whoever has filled the table of machines with its triggers at rest."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM equipment_deviceword")
        cursor.execute(_WORDS_OF_ALL)
        cursor.execute(_NUMBERS_OF_ALL)

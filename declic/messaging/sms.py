"""What an SMS is: which numbers receive one, which letters it carries, in how many parts it is charged.

Alphabet and sizes: 3GPP TS 23.038 (GSM 7-bit default alphabet, its extension table) and TS 23.040 (concatenation).
"""

import contextlib
import unicodedata
from collections.abc import Iterable

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from declic.core.errors import DomainError
from declic.core.forms import format_phone

# Metropolitan France and the departments overseas: one tariff zone of the country, no foreign roaming price.
_HOME = frozenset({"FR", "GP", "BL", "MF", "MQ", "GF", "RE", "YT"})

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("\f^{}\\[~]|€")
_PLAIN = {
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-",
    "—": "-", "\u2011": "-", "−": "-", "…": "...", "œ": "oe", "Œ": "OE", "\t": " ", "•": "-", "°": "o",
}  # fmt: skip
_ALONE, _JOINED = 160, 153
_WIDE_ALONE, _WIDE_JOINED = 70, 67

MAX_PARTS = 3
"""No text of ours is longer: what needs more is an email or a letter."""


def mobile_number(text: str) -> str:
    """The E.164 form of a number that receives an SMS.

    Raises `DomainError` in French for a landline, a box or premium number, a foreign one, and what is no number.
    """
    number: phonenumbers.PhoneNumber | None = None
    with contextlib.suppress(phonenumbers.NumberParseException):
        number = phonenumbers.parse(text, "FR")
    if number is None or not phonenumbers.is_valid_number(number):
        raise DomainError(
            _("« %(number)s » n'est pas un numéro complet : corrigez-le, puis envoyez de nouveau.")
            % {"number": text[:40]},
            field="address",
        )
    shown = format_phone(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if phonenumbers.region_code_for_number(number) not in _HOME:
        raise DomainError(
            _(
                "Le %(number)s est un numéro étranger : Déclic n'y envoie pas de SMS. Choisissez le courriel ou la lettre."
            )
            % {"number": shown},
            field="address",
        )
    kind = phonenumbers.number_type(number)
    if kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP):
        raise DomainError(
            _("Le %(number)s est un téléphone fixe : il ne reçoit pas de SMS. Appelez, ou envoyez une lettre.")
            % {"number": shown},
            field="address",
        )
    if kind != PhoneNumberType.MOBILE:
        raise DomainError(
            _("Le %(number)s est un numéro spécial, pas un mobile : demandez un numéro en 06 ou 07.")
            % {"number": shown},
            field="address",
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def first_mobile(numbers: Iterable[str]) -> str:
    """The first of `numbers` that receives an SMS, in E.164; empty when none does."""
    for number in numbers:
        try:
            return mobile_number(number)
        except DomainError:
            continue
    return ""


def is_gsm7(text: str) -> bool:
    """Whether the 7-bit alphabet carries the text as it stands."""
    return all(letter in _GSM7 or letter in _GSM7_TWICE for letter in text)


def plain(text: str) -> str:
    """The text with the letters that would more than double its price made plain (ê, ç, ’), if that is enough.

    A text in another alphabet is left as it is: it needs the wide coding whatever its accents.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    changed = "".join(_one_plain(letter) for letter in text)
    return changed if is_gsm7(changed) else text


def _one_plain(letter: str) -> str:
    if letter in _GSM7 or letter in _GSM7_TWICE:
        return letter
    if letter in _PLAIN:
        return _PLAIN[letter]
    bare = "".join(mark for mark in unicodedata.normalize("NFD", letter) if not unicodedata.combining(mark))
    return bare or letter


def count_parts(text: str) -> int:
    """In how many SMS the text leaves (each is charged); 0 for an empty text."""
    if not text:
        return 0
    if is_gsm7(text):
        return _fill([2 if letter in _GSM7_TWICE else 1 for letter in text], _ALONE, _JOINED)
    return _fill([2 if ord(letter) > 0xFFFF else 1 for letter in text], _WIDE_ALONE, _WIDE_JOINED)


def _fill(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, joined
    for size in sizes:
        # A pair is never cut between two parts.
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return parts


def sms_text(text: str) -> str:
    """The text as it will leave. Raises `DomainError` when it is empty or longer than `MAX_PARTS` SMS."""
    fitted = plain(text.strip())
    parts = count_parts(fitted)
    if parts == 0:
        raise DomainError(_("Ce SMS est vide : écrivez son texte."), field="body")
    if parts > MAX_PARTS:
        raise DomainError(
            _("Ce texte ferait %(parts)s SMS : raccourcissez-le (%(most)s au plus), ou envoyez un courriel.")
            % {"parts": parts, "most": MAX_PARTS},
            field="body",
        )
    return fitted

"""Codes at rest: encrypted by a key that the database never sees, known again by a keyed fingerprint."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from declic.core.errors import DomainError


def seal(code: str) -> bytes:
    """The code encrypted with the first key of `settings.CODE_KEYS`."""
    return _box(_keys()).encrypt(code.encode())


def unseal(secret: bytes | memoryview) -> str:
    """The code as it was imported. Raises `DomainError` when no key opens it any more."""
    try:
        return _box(_keys()).decrypt(bytes(secret)).decode()
    except InvalidToken:
        raise DomainError(
            _("Ce code ne peut plus être lu : la clé de chiffrement a changé. Prévenez qui tient le serveur.")
        ) from None


def reseal(secret: bytes | memoryview) -> bytes:
    """The same code under the first key; `unseal` still opens both."""
    return _box(_keys()).rotate(bytes(secret))


def plain(code: str) -> str:
    """A code as it is compared: letters and digits, capitals."""
    return "".join(letter for letter in code if letter.isalnum()).upper()


def fingerprint(operator_id: int, code: str) -> str:
    """What tells the same code again without telling it: keyed, and of one operator."""
    key = settings.CODE_FINGERPRINT_KEY or _derived("fingerprint").decode()
    return hmac.new(key.encode(), f"{operator_id}:{plain(code)}".encode(), hashlib.sha256).hexdigest()


def _keys() -> tuple[str, ...]:
    return tuple(key.strip() for key in settings.CODE_KEYS.split(",") if key.strip()) or (_derived("code").decode(),)


def _derived(what: str) -> bytes:
    """A key for a laptop, drawn from SECRET_KEY."""
    drawn = hashlib.sha256(f"declic.connectivity.{what}:{settings.SECRET_KEY}".encode()).digest()
    return base64.urlsafe_b64encode(drawn)


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])

"""Our own labels: how a tag is written, what its QR code says, and how whatever a scanner reads leads back to it."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import reverse

MAX_SCANNED = 300
PREFIX = re.compile(r"[A-Z]{1,6}")
# The address printed in a QR code, whatever the host it was printed for.
_IN_ADDRESS = re.compile(r"/e/([^/?#]+)/?$")
_TAG = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,19}")


def tag_of(prefix: str, number: int) -> str:
    """The tag of a number: `PC-0042`."""
    return f"{prefix}-{number:04d}"


def tag_address(tag: str) -> str:
    """What the QR code of a label says: the absolute address of the machine that bears it."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("equipment:by_tag", args=[tag])


def parse_tag(text: str) -> str:
    """The tag that was scanned or typed: itself, or the address that its QR code holds; empty when it is neither.

    Letters become capitals and spaces go, since people read tags aloud and type them.
    """
    text = text.strip()
    if "/" in text:
        try:
            path = unquote(urlsplit(text).path)
        except ValueError:
            return ""
        found = _IN_ADDRESS.search(path)
        text = found[1] if found else ""
    text = re.sub(r"\s+", "", text).upper()
    return text if _TAG.fullmatch(text) else ""


def split_tag(tag: str) -> tuple[str, int] | None:
    """The prefix and the number of a tag of ours, None for any other."""
    prefix, _dash, number = tag.rpartition("-")
    if PREFIX.fullmatch(prefix) and number.isascii() and number.isdigit() and len(number) <= 9:
        return prefix, int(number)
    return None

"""How often something may be asked, counted in Django's cache: enough against a flood, no lock and no proof."""

import hashlib

from django.core.cache import cache


def too_often(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more `what` by `who`, and tell whether that makes more than `most` within a window of `seconds`."""
    key = f"rate:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    cache.add(key, 0, seconds)
    try:
        return bool(cache.incr(key) > most)
    except ValueError:
        # The window ended between the two.
        cache.set(key, 1, seconds)
        return False

"""How much two descriptions look like one person's: a score from 0 to 100 and its reasons, in words that people read.

What each thing is worth:

- the names: the same 45, swapped 42, one's married name beside the other's birth name 42, a slip away 35, said alike 33,
  the same first name only 12, the same last name only 5;
- the birth date: the same 45, day and month swapped or one figure off 30, unknown to one of them 10, another one −45;
- the same phone 15, email 12, address 8, postal code 5; none of the first two for two persons known to be a couple or
  a family; another gender −25.

Names that are not even close stop at 40 (twins, couples, a family at one address), the same first name under another
last name at 75, and then only with the same birth date and something to reach the person by. The score does not depend
on which one is asked about first, and never goes down when something that differed is made the same.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from declic.people.enums import PairReason
from declic.people.names import alike_by_sound, distance, fold, slips_forgiven

AT_ENTRY = 45
"""From here on someone who opens a file is shown the other one."""

IN_THE_QUEUE = 60
"""From here on the night puts a pair in the queue: nobody is at hand to say that it is another person."""

SAME, SWAPPED, MAIDEN, CLOSE, SOUNDS, FIRST_ONLY, LAST_ONLY = 45, 42, 42, 35, 33, 12, 5
SAME_DAY, NEAR_DAY, NO_DAY, OTHER_DAY = 45, 30, 10, -45
PHONE, EMAIL, ADDRESS, POSTCODE, OTHER_GENDER = 15, 12, 8, 5, -25
_UNLIKE_AT_MOST, _ONE_NAME_AT_MOST = 40, 75


@dataclass(frozen=True)
class Description:
    """What is known of someone, on file or just typed."""

    first_name: str
    last_name: str
    birth_name: str = ""
    birth_date: datetime.date | None = None
    phones: Collection[str] = ()
    email: str = ""
    address: str = ""
    postal_code: str = ""
    gender: str = ""
    family: Collection[int] = field(default=())
    """Ids of those to whom the file is linked: a couple, parents and children, people of one home."""
    pk: int | None = None

    @cached_property
    def first(self) -> str:
        return fold(self.first_name)

    @cached_property
    def lasts(self) -> tuple[str, ...]:
        """Under which last names: the one used, then the one of birth."""
        return tuple(dict.fromkeys(name for name in (fold(self.last_name), fold(self.birth_name)) if name))


class Likeness(NamedTuple):
    """`score` from 0 to 100 and the codes of `PairReason` that make it, the weightiest first."""

    score: int
    reasons: tuple[str, ...]


def likeness(one: Description, other: Description) -> Likeness:
    """How much the two look like one person; see above for what counts."""
    reasons: list[tuple[int, str]] = []
    names, reason = _compare_names(one, other)
    if reason:
        reasons.append((names, reason))
    dates, reason = _compare_dates(one.birth_date, other.birth_date)
    if reason:
        reasons.append((dates, reason))
    reachable = 0
    if not _are_family(one, other):
        if set(one.phones) & set(other.phones):
            reachable += PHONE
            reasons.append((PHONE, PairReason.SAME_PHONE))
        if one.email and one.email.lower() == other.email.lower():
            reachable += EMAIL
            reasons.append((EMAIL, PairReason.SAME_EMAIL))
    place = _compare_places(one, other)
    if place >= ADDRESS:
        reasons.append((place, PairReason.SAME_ADDRESS))
    gender = OTHER_GENDER if _other_gender(one.gender, other.gender) else 0
    score = names + dates + reachable + place + gender
    if names < SOUNDS:
        sure_of_one = names == FIRST_ONLY and dates == SAME_DAY and reachable + place > POSTCODE
        score = min(score, _ONE_NAME_AT_MOST if sure_of_one else _UNLIKE_AT_MOST)
    reasons.sort(key=lambda each: -each[0])
    return Likeness(max(0, min(100, score)), tuple(str(reason) for _worth, reason in reasons))


def date_slips(day: datetime.date) -> set[datetime.date]:
    """Dates that a slip makes of this one: day and month swapped, or one figure changed; the day itself left out."""
    written = f"{day:%d%m}{day.year:04d}"
    found = {_read(written[2:4] + written[:2] + written[4:])}
    for place, figure in enumerate(written):
        found |= {_read(written[:place] + other + written[place + 1 :]) for other in "0123456789" if other != figure}
    return {date for date in found if date is not None and date != day}


def _read(written: str) -> datetime.date | None:
    try:
        return datetime.date(int(written[4:]), int(written[2:4]), int(written[:2]))
    except ValueError:
        return None


def _compare_dates(one: datetime.date | None, other: datetime.date | None) -> tuple[int, str]:
    if one is None or other is None:
        return NO_DAY, ""
    if one == other:
        return SAME_DAY, PairReason.SAME_BIRTH_DATE
    if other in date_slips(one):
        return NEAR_DAY, PairReason.CLOSE_BIRTH_DATE
    return OTHER_DAY, ""


def _compare_names(one: Description, other: Description) -> tuple[int, str]:
    """What the names are worth and why: the best reading of all."""
    first, last = (
        _same(one.first, other.first),
        _same(one.lasts[0], other.lasts[0]) if one.lasts and other.lasts else False,
    )
    if first and last:
        return SAME, PairReason.SAME_NAME
    any_last = any(_same(mine, theirs) for mine in one.lasts for theirs in other.lasts)
    if first and any_last:
        return MAIDEN, PairReason.BIRTH_NAME
    if any(_same(one.first, theirs) for theirs in other.lasts) and any(_same(mine, other.first) for mine in one.lasts):
        return SWAPPED, PairReason.SWAPPED_NAMES
    lasts = [(mine, theirs) for mine in one.lasts for theirs in other.lasts]
    if _near(one.first, other.first) and any(_near(mine, theirs) for mine, theirs in lasts):
        return CLOSE, PairReason.CLOSE_NAME
    if _heard(one.first, other.first) and any(_heard(mine, theirs) for mine, theirs in lasts):
        return SOUNDS, PairReason.SOUNDS_ALIKE
    if first:
        return FIRST_ONLY, ""
    return (LAST_ONLY, "") if any_last else (0, "")


def _same(one: str, other: str) -> bool:
    """The same name but for spaces and hyphens."""
    return one == other or one.replace(" ", "") == other.replace(" ", "")


def _near(one: str, other: str) -> bool:
    """A slip away, or one a part of the other: Jean and Jean-Pierre, Da Silva and Da Silva Costa."""
    if _same(one, other):
        return True
    mine, theirs = one.replace(" ", ""), other.replace(" ", "")
    if distance(mine, theirs, 2) <= slips_forgiven(min(mine, theirs, key=len)):
        return True
    fewer, more = sorted((set(one.split()), set(other.split())), key=len)
    return len(fewer) < len(more) and fewer <= more and any(len(word) > 2 for word in fewer)


def _heard(one: str, other: str) -> bool:
    return _near(one, other) or alike_by_sound(one.replace(" ", ""), other.replace(" ", ""))


def _compare_places(one: Description, other: Description) -> int:
    if not one.postal_code or one.postal_code != other.postal_code:
        return 0
    same_address = one.address and fold(one.address) == fold(other.address)
    return ADDRESS if same_address else POSTCODE


def _other_gender(one: str, other: str) -> bool:
    known = {"feminin", "masculin"}
    return one in known and other in known and one != other


def _are_family(one: Description, other: Description) -> bool:
    return (one.pk is not None and one.pk in other.family) or (other.pk is not None and other.pk in one.family)

"""What a funder does not see: numbers of people below a threshold, and those by which they could be worked out (rule 20)."""

from collections.abc import Iterable, Mapping

from django.conf import settings

from declic.reporting.indicators import Figure

DEFAULT_THRESHOLD = 11


def threshold() -> int:
    """Numbers of people from 1 to just below it are hidden; the setting `SMALL_CELL_THRESHOLD` changes it."""
    return int(getattr(settings, "SMALL_CELL_THRESHOLD", DEFAULT_THRESHOLD))


def is_small(number: int, limit: int) -> bool:
    """Whether a number of people points at someone; none points at nobody."""
    return 0 < number < limit


def guarded(figure: Figure, limit: int | None, *, also: Iterable[int] = ()) -> Figure:
    """The figure, hidden if one of the numbers of people that can be read or deduced from it (or of `also`) is small."""
    if limit is None or not any_small((*figure.cells, *also), limit):
        return figure
    is_count = figure.unit != "%" and bool(figure.cells) and figure.numerator is not None
    return figure.hide(few=is_count and is_small(figure.cells[0], limit))


def hidden_cells(cells: Mapping[str, int], limit: int | None) -> set[str]:
    """The cells to hide in a split whose total is known: the small ones, then the next smallest until none can be deduced.

    What stays hidden counts at least two cells and `limit` people together, else a subtraction would give it away.
    """
    if limit is None:
        return set()
    hidden = {code for code, number in cells.items() if is_small(number, limit)}
    if not hidden:
        return set()
    others = sorted((number, code) for code, number in cells.items() if number and code not in hidden)
    for _number, code in others:
        if len(hidden) >= 2 and sum(cells[one] for one in hidden) >= limit:
            break
        hidden.add(code)
    return hidden


def hidden_parts(cells: Mapping[str, int], whole: int, limit: int | None) -> set[str]:
    """The cells to hide among parts that overlap (several benefits at once): small ones, and those that nearly all share."""
    if limit is None:
        return set()
    return {code for code, number in cells.items() if is_small(number, limit) or is_small(whole - number, limit)}


def any_small(numbers: Iterable[int], limit: int | None) -> bool:
    """Whether one of the numbers is small."""
    return limit is not None and any(is_small(number, limit) for number in numbers)

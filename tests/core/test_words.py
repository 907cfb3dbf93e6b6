"""What templates say: amounts, hours, phones, French spaces, icons."""

from datetime import UTC, date, datetime

import pytest
from django.utils.safestring import mark_safe

from declic.core.icons import ICONS
from declic.core.templatetags import declic as words


def test_spaces_before_double_signs_no_longer_break() -> None:
    assert words.typo("Prochain : « oui » ; 50 € !") == ("Prochain\u00a0: «\u00a0oui\u00a0»\u202f; 50\u00a0€\u202f!")


def test_words_are_escaped_and_tags_kept_as_they_are() -> None:
    assert words.typo("<b> ?") == "&lt;b&gt;\u202f?"
    assert words.typo(mark_safe('<a title="x !">Et ?</a>')) == '<a title="x !">Et\u202f?</a>'


def test_amounts_and_shares_have_a_dash_where_nothing_is_known() -> None:
    assert words.euros(5000) == "50,00\u00a0€"
    assert words.euros_short(5000) == "50\u00a0€"
    assert [words.euros(None), words.percent(None), words.percent(3, 0), words.short_date(None)] == ["–"] * 4


def test_a_share_is_given_with_one_decimal_at_most() -> None:
    assert words.percent(32, 40) == "80\u00a0%"
    assert words.percent(0.625) == "62,5\u00a0%"
    assert words.number(-1234.56) == "\u22121\u202f234,6"


def test_a_bar_is_never_fuller_than_full() -> None:
    assert [words.share(*pair) for pair in ((6, 24), (50, 40), (-1, 4), (1, 0), (None, 3))] == [
        "25.00",
        "100.00",
        "0.00",
        "0",
        "0",
    ]


@pytest.mark.parametrize(
    ("minutes", "text"), [(360, "6 h"), (90, "1 h 30"), (45, "45 min"), (0, "0 h"), (65, "1 h 05"), (-90, "−1 h 30")]
)
def test_minutes_are_said_in_hours(minutes: int, text: str) -> None:
    assert words.minutes_as_hours(minutes).replace("\u00a0", " ") == text


def test_an_instant_is_shown_on_its_day_in_paris() -> None:
    late = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)
    assert words.short_date(late) == "12/03/2026"
    assert words.clock(late).replace("\u00a0", " ") == "0 h 30"
    assert words.long_date(date(2026, 3, 12)) == "jeudi 12 mars 2026"
    assert words.since(date(2026, 3, 9), late) == "il y a 3 jours"


def test_a_phone_is_shown_by_pairs() -> None:
    assert words.phone("+33612345678").replace("\u00a0", " ") == "06 12 34 56 78"
    assert words.phone("") == "–"
    assert words.phone("poste 12") == "poste 12"


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_hidden_from_screen_readers(name: str) -> None:
    assert 'aria-hidden="true"' in words.icon(name)

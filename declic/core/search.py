"""Folding of names for searches: lower case, no accents, in PostgreSQL."""

from typing import Any

from django.db.models import CharField, Func


class FoldedText(Func):
    """`lower(f_unaccent(a || ' ' || b …))`, immutable, so that generated columns and indexes may use it."""

    template = "lower(f_unaccent(%(expressions)s))"
    arg_joiner = " || ' ' || "
    output_field = CharField()

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, **extra)

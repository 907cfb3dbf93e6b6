"""Dated facts: what happened in some editions until a day, as named SQL relations that every figure is computed on."""

from declic.reporting.facts.engine import Measure, Page, Span, measure, page_of_records
from declic.reporting.facts.relations import RELATIONS

__all__ = ["RELATIONS", "Measure", "Page", "Span", "measure", "page_of_records"]

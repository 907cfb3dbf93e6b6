"""Reads on programmes that more than one place needs."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Partnership
from declic.programmes.models import BudgetLine, Edition, Programme, TermsVersion


def current_terms(edition: Edition, *, for_update: bool = False) -> TermsVersion:
    """The terms under which the next person enters: the version with the highest number."""
    versions = TermsVersion.objects.filter(edition=edition).order_by("-number")
    return (versions.select_for_update() if for_update else versions)[0]


class EditionState(TextChoices):
    """Where an edition stands on a date."""

    COMING = "coming", _("à venir")
    OPEN = "open", _("en cours")
    CLOSED = "closed", _("en cours, entrées closes")
    PAST = "past", _("terminée")


def state_on(edition: Edition, on: datetime.date) -> EditionState:
    """Whether an edition is to come, open for entry, under way without entries, or over on a date."""
    if on < edition.starts_on:
        return EditionState.COMING
    if on > edition.ends_on:
        return EditionState.PAST
    if edition.enrolment_ends_on and on > edition.enrolment_ends_on:
        return EditionState.CLOSED
    return EditionState.OPEN


def versions_with_entries(edition: Edition) -> QuerySet[TermsVersion]:
    """All versions, newest first, each with `entries` (how many enrolments it binds), `first_entry` and `last_entry`."""
    return (
        TermsVersion.objects.filter(edition=edition)
        .select_related("created_by")
        .annotate(
            entries=Count("enrolments"),
            first_entry=Min("enrolments__starts_on"),
            last_entry=Max("enrolments__starts_on"),
        )
        .order_by("-number")
    )


def entries_of(edition: Edition) -> int:
    """How many enrolments an edition has, under all versions of its terms."""
    counted = TermsVersion.objects.filter(edition=edition).aggregate(entries=Count("enrolments"))
    return int(counted["entries"])


def editions_open_for_entry(editions: QuerySet[Edition], on: datetime.date) -> QuerySet[Edition]:
    """The editions among `editions` that a person can enter on a date."""
    return editions.filter(starts_on__lte=on, ends_on__gte=on, programme__archived_on__isnull=True).filter(
        Q(enrolment_ends_on__isnull=True) | Q(enrolment_ends_on__gte=on)
    )


def programmes_in_list(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Programmes with `edition_count`, `entries`, `first_day` and `last_day` over their editions."""
    return programmes.select_related("operator").annotate(
        edition_count=Count("editions", distinct=True),
        entries=Count("editions__enrolments", distinct=True),
        first_day=Min("editions__starts_on"),
        last_day=Max("editions__ends_on"),
    )


def editions_in_list(programme: Programme) -> QuerySet[Edition]:
    """The editions of a programme, newest first, each with `entries` and `version_count`."""
    return (
        Edition.objects.filter(programme=programme)
        .annotate(
            entries=Count("enrolments", distinct=True),
            version_count=Count("versions", distinct=True),
        )
        .order_by("-starts_on", "-pk")
    )


@dataclass(frozen=True)
class BudgetYear:
    """Planned lines of one year (None: the whole edition), with the sums of both sides in cents."""

    year: int | None
    expenses: list[BudgetLine]
    incomes: list[BudgetLine]

    @property
    def expense_total(self) -> int:
        return sum(line.planned for line in self.expenses)

    @property
    def income_total(self) -> int:
        return sum(line.planned for line in self.incomes)

    @property
    def gap(self) -> int:
        """Incomes minus expenses, in cents."""
        return self.income_total - self.expense_total


def budget_by_year(edition: Edition) -> list[BudgetYear]:
    """The planned budget of an edition, year after year."""
    lines = list(edition.budget.select_related("funder").order_by("year", "pk"))
    years = sorted({line.year for line in lines}, key=lambda year: (year is None, year or 0))
    return [
        BudgetYear(
            year,
            [line for line in lines if line.year == year and line.side == BudgetLine.Side.EXPENSE],
            [line for line in lines if line.year == year and line.side == BudgetLine.Side.INCOME],
        )
        for year in years
    ]


def known_funders(operator_id: int) -> list[str]:
    """The names of the operator's funders of today."""
    return list(
        Partnership.objects.filter(operator=operator_id, kind=PartnershipKind.FUNDER, until__isnull=True)
        .order_by("partner__name")
        .values_list("partner__name", flat=True)
    )

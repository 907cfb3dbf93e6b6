"""Reads on programmes that more than one place needs."""

import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from declic.programmes.models import Edition, Programme, TermsVersion


def current_terms(edition: Edition, *, for_update: bool = False) -> TermsVersion:
    """The terms under which the next person enters: the version with the highest number."""
    versions = TermsVersion.objects.filter(edition=edition).order_by("-number")
    return (versions.select_for_update() if for_update else versions)[0]


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

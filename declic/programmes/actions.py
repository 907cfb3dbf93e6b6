"""Every write on programmes and editions; the terms of those who entered already are never touched."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.ledger.actions import open_books
from declic.ledger.models import Section
from declic.organisations.models import Organisation
from declic.programmes.models import BudgetLine, Edition, MeansLine, Objective, Programme, TermsVersion
from declic.programmes.queries import current_terms
from declic.programmes.schema import Terms

_NAME_LENGTH, _EDITION_LENGTH, _SLUG_LENGTH, _NOTE_LENGTH = 200, 120, 60, 300


@dataclass(frozen=True)
class ObjectiveRow:
    """An indicator (see `indicators.INDICATORS`), the aim in words, and the number aimed at."""

    indicator: str
    label: str
    target: Decimal


@dataclass(frozen=True)
class MeansRow:
    """Hours that a role gives, per month, per year or for the whole edition."""

    role: str
    hours: Decimal
    per: str


@dataclass(frozen=True)
class BudgetRow:
    """A planned expense or income in cents; only an income names a funder."""

    side: str
    label: str
    planned: int
    year: int | None = None
    funder: Organisation | None = None


# ------------------------------------------------------------------------------------------------ programmes, editions


@transaction.atomic
def create_programme(
    *, acting_user: User, operator: Organisation, name: str, slug: str = "", summary: str = "", audience: str = ""
) -> Programme:
    """Create a programme without any edition yet; the identifier is made from the name when none is given.

    Raises `DomainError` if the name is empty or too long, or the identifier is taken.
    """
    name = _named(name, _NAME_LENGTH)
    wanted = slugify(slug)[:_SLUG_LENGTH]
    if wanted and Programme.objects.filter(operator=operator, slug=wanted).exists():
        raise DomainError(
            _("Le dispositif « %(slug)s » existe déjà : choisissez un autre identifiant.") % {"slug": wanted},
            field="slug",
        )
    return Programme.objects.create(
        operator=operator,
        name=name,
        slug=wanted or _free_slug(operator, name),
        summary=summary.strip(),
        audience=audience.strip(),
    )


@transaction.atomic
def update_programme(
    *,
    acting_user: User,
    programme: Programme,
    name: str,
    summary: str = "",
    audience: str = "",
    archived_on: datetime.date | None = None,
) -> Programme:
    """Correct the words that present a programme; `archived_on` takes it out of the list of open ones."""
    programme.name = _named(name, _NAME_LENGTH)
    programme.summary = summary.strip()
    programme.audience = audience.strip()
    programme.archived_on = archived_on
    programme.save(update_fields=["name", "summary", "audience", "archived_on"])
    return programme


@transaction.atomic
def create_edition(
    *,
    acting_user: User,
    programme: Programme,
    name: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
    enrolment_ends_on: datetime.date | None = None,
    places: int | None = None,
    terms: Terms | None = None,
) -> Edition:
    """Open one run of a programme: its section in the books, and version 1 of its terms (empty when none are given).

    Raises `DomainError` if the name is taken or the dates are out of order.
    """
    name = _named(name, _EDITION_LENGTH)
    _check_edition(programme, name, starts_on, ends_on, enrolment_ends_on)
    open_books(operator=programme.operator)
    section = Section.objects.create(operator=programme.operator, name=f"{programme.name} · {name}"[:200])
    edition = Edition.objects.create(
        operator=programme.operator,
        programme=programme,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        enrolment_ends_on=enrolment_ends_on,
        places=places,
        section=section,
    )
    _add_version(acting_user, edition, 1, terms or Terms(), note="")
    return edition


@transaction.atomic
def update_edition(
    *,
    acting_user: User,
    edition: Edition,
    name: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
    enrolment_ends_on: datetime.date | None = None,
    places: int | None = None,
) -> Edition:
    """Correct the name, dates and places of an edition; its section in the books follows the name."""
    name = _named(name, _EDITION_LENGTH)
    _check_edition(edition.programme, name, starts_on, ends_on, enrolment_ends_on, but=edition)
    edition.name, edition.starts_on, edition.ends_on = name, starts_on, ends_on
    edition.enrolment_ends_on, edition.places = enrolment_ends_on, places
    edition.save(update_fields=["name", "starts_on", "ends_on", "enrolment_ends_on", "places"])
    Section.objects.filter(pk=edition.section_id).update(name=f"{edition.programme.name} · {name}"[:200])
    return edition


# --------------------------------------------------------------------------------------------------------------- terms


@transaction.atomic
def write_terms(*, acting_user: User, edition: Edition, terms: Terms, note: str = "") -> TermsVersion:
    """Write the terms of an edition: in place while nobody has entered, else as the next version for later entries.

    Terms that do not change write nothing. The frozen version stays as it is; the database refuses any other way.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    latest = current_terms(edition, for_update=True)
    if latest.terms == terms:
        return latest
    note = note.strip()[:_NOTE_LENGTH]
    if latest.frozen_at is not None:
        return _add_version(acting_user, edition, latest.number + 1, terms, note)
    latest.body = terms.model_dump(mode="json")
    latest.note = note or latest.note
    latest.save(update_fields=["body", "note"])
    return current_terms(edition)


@transaction.atomic
def write_terms_part(*, acting_user: User, edition: Edition, changes: dict[str, Any], note: str = "") -> TermsVersion:
    """Write some fields of the terms (`changes`: names of `Terms` fields) and keep the others as they now stand.

    Two people who change two different parts at once therefore lose nothing.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    terms = current_terms(edition).terms.model_copy(update=changes)
    checked = Terms.model_validate(terms.model_dump())
    return write_terms(acting_user=acting_user, edition=edition, terms=checked, note=note)


def _add_version(acting_user: User, edition: Edition, number: int, terms: Terms, note: str) -> TermsVersion:
    return TermsVersion.objects.create(
        operator_id=edition.operator_id,
        edition=edition,
        number=number,
        body=terms.model_dump(mode="json"),
        note=note,
        created_by=acting_user,
    )


# --------------------------------------------------------------------------------------------- objectives, means, budget


@transaction.atomic
def set_objectives(*, acting_user: User, edition: Edition, rows: Sequence[ObjectiveRow]) -> list[Objective]:
    """Replace the objectives of an edition; an indicator has one target at most."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    names = [row.indicator for row in rows]
    if len(set(names)) != len(names):
        raise DomainError(_("Un indicateur ne peut avoir qu'une cible : retirez la ligne en double."))
    edition.objectives.all().delete()
    return Objective.objects.bulk_create(
        [
            Objective(
                operator_id=edition.operator_id,
                edition=edition,
                indicator=row.indicator,
                label=row.label,
                target=row.target,
            )
            for row in rows
        ]
    )


@transaction.atomic
def set_means(*, acting_user: User, edition: Edition, rows: Sequence[MeansRow]) -> list[MeansLine]:
    """Replace the hours that each role gives to an edition."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    edition.means.all().delete()
    return MeansLine.objects.bulk_create(
        [
            MeansLine(operator_id=edition.operator_id, edition=edition, role=row.role, hours=row.hours, per=row.per)
            for row in rows
        ]
    )


@transaction.atomic
def set_budget(*, acting_user: User, edition: Edition, rows: Sequence[BudgetRow]) -> list[BudgetLine]:
    """Replace the planned budget of an edition, in cents; raises `DomainError` if an expense names a funder."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    if any(row.funder is not None and row.side != BudgetLine.Side.INCOME for row in rows):
        raise DomainError(_("Seule une recette a un financeur : retirez le financeur de la dépense."))
    edition.budget.all().delete()
    return BudgetLine.objects.bulk_create(
        [
            BudgetLine(
                operator_id=edition.operator_id,
                edition=edition,
                side=row.side,
                label=row.label,
                year=row.year,
                planned=row.planned,
                funder=row.funder,
            )
            for row in rows
        ]
    )


# ----------------------------------------------------------------------------------------------------------- guards


def _named(name: str, longest: int) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("Donnez un nom."), field="name")
    if len(name) > longest:
        raise DomainError(_("Ce nom est trop long : %(count)s caractères au plus.") % {"count": longest}, field="name")
    return name


def _check_edition(
    programme: Programme,
    name: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
    enrolment_ends_on: datetime.date | None,
    but: Edition | None = None,
) -> None:
    if ends_on < starts_on:
        raise DomainError(_("La fin de l'édition vient avant son début : vérifiez les dates."), field="ends_on")
    if enrolment_ends_on is not None and not starts_on <= enrolment_ends_on <= ends_on:
        raise DomainError(
            _("Les entrées se terminent pendant l'édition : choisissez une date entre son début et sa fin."),
            field="enrolment_ends_on",
        )
    # The lock on the programme makes the check of the name hold until the end of the transaction.
    Programme.objects.select_for_update().get(pk=programme.pk)
    same_name = Edition.objects.filter(programme=programme).annotate(folded=Lower("name")).filter(folded=name.lower())
    if (same_name.exclude(pk=but.pk) if but else same_name).exists():
        raise DomainError(
            _("Une édition s'appelle déjà « %(name)s » : choisissez un autre nom.") % {"name": name}, field="name"
        )


def _free_slug(operator: Organisation, name: str) -> str:
    base = slugify(name)[: _SLUG_LENGTH - 4].strip("-") or "dispositif"
    taken = set(Programme.objects.filter(operator=operator, slug__startswith=base).values_list("slug", flat=True))
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)

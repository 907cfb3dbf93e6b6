"""Programmes, editions and terms; the terms of those who entered already are never touched."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.ledger.actions import open_books
from declic.ledger.models import Section
from declic.messaging.actions import change_budget, create_budget
from declic.organisations.models import Organisation
from declic.programmes.models import Edition, Programme, TermsVersion
from declic.programmes.queries import current_terms
from declic.programmes.schema import Terms

_NAME_LENGTH, _EDITION_LENGTH, _SLUG_LENGTH, _NOTE_LENGTH = 200, 120, 60, 300


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
    message_cents: int | None = None,
    terms: Terms | None = None,
) -> Edition:
    """Open one run of a programme: its section in the books, and version 1 of its terms (empty when none are given).

    `message_cents` is what its SMS and letters may cost. Raises `DomainError` if the name is taken or the dates are out of order.
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
    _set_message_budget(acting_user, edition, message_cents)
    return edition


def _set_message_budget(acting_user: User, edition: Edition, cents: int | None) -> None:
    """What the messages of the edition may cost; a budget that has served keeps its messages and falls to nothing."""
    if cents is None and edition.message_budget is None:
        return
    name = f"{edition.programme.name} · {edition.name}"[:120]
    if edition.message_budget is None:
        edition.message_budget = create_budget(
            acting_user=acting_user, operator=edition.operator, name=name, amount_cents=cents or 0
        )
        edition.save(update_fields=["message_budget"])
        return
    budget = edition.message_budget
    change_budget(
        acting_user=acting_user,
        budget=budget,
        name=name,
        amount_cents=cents or 0,
        warn_at_percent=budget.warn_at_percent,
        letter_cents=budget.letter_cents,
    )


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
    message_cents: int | None = None,
) -> Edition:
    """Correct the name, dates, places and message budget of an edition; its section in the books follows the name."""
    name = _named(name, _EDITION_LENGTH)
    _check_edition(edition.programme, name, starts_on, ends_on, enrolment_ends_on, but=edition)
    edition.name, edition.starts_on, edition.ends_on = name, starts_on, ends_on
    edition.enrolment_ends_on, edition.places = enrolment_ends_on, places
    edition.save(update_fields=["name", "starts_on", "ends_on", "enrolment_ends_on", "places"])
    Section.objects.filter(pk=edition.section_id).update(name=f"{edition.programme.name} · {name}"[:200])
    _set_message_budget(acting_user, edition, message_cents)
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

"""A programme written from a file: all of it, or nothing."""

import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.programmes.actions.partners import partner_named
from declic.programmes.actions.plans import (
    BudgetRow,
    MeansRow,
    ObjectiveRow,
    set_budget,
    set_means,
    set_objectives,
)
from declic.programmes.actions.programmes import create_edition, create_programme
from declic.programmes.document_schema import EditionDocument, ProgrammeDocument
from declic.programmes.documents import read_document
from declic.programmes.indicators import INDICATORS, unit_of
from declic.programmes.models import Edition, Programme, PublishedFigure
from declic.programmes.problems import Problem, ProgrammeFileError
from declic.programmes.schema import cents


@transaction.atomic
def import_programme(*, acting_user: User, operator: Organisation, text: str) -> Programme:
    """Create the programme that a TOML text describes, with its partners, editions, terms, aims, money and figures.

    Raises `ProgrammeFileError` with every problem (key, what is expected) and writes nothing.
    """
    document = read_document(text)
    header = document.programme
    if problems := _problems_here(operator, document):
        raise ProgrammeFileError(problems)
    _write_partners(acting_user, operator, document)
    programme = create_programme(
        acting_user=acting_user,
        operator=operator,
        name=header.name,
        slug=header.slug or "",
        summary=header.summary,
        audience=header.audience,
    )
    editions = {
        _folded(edition.name): _write_edition(acting_user, programme, document, edition) for edition in document.edition
    }
    _write_published(programme, document, editions)
    return programme


def _problems_here(operator: Organisation, document: ProgrammeDocument) -> list[Problem]:
    """What the file gets wrong for this operator, although it is right in itself."""
    problems = []
    slug = slugify(document.programme.slug or "")
    if slug and Programme.objects.filter(operator=operator, slug=slug).exists():
        expected = _("un identifiant encore libre : « %(slug)s » existe déjà ici") % {"slug": slug}
        problems.append(Problem("programme.slug", expected))
    for index, partner in enumerate(document.partner):
        if _folded(partner.name) == _folded(operator.name):
            expected = _("une autre structure que la vôtre")
            problems.append(Problem(f"partner[{index}].name", expected))
    return problems


def _write_partners(acting_user: User, operator: Organisation, document: ProgrammeDocument) -> None:
    first_day = min((edition.starts_on for edition in document.edition), default=None)
    for index, partner in enumerate(document.partner):
        since: datetime.date | None = partner.since or first_day
        if since is None:
            raise ProgrammeFileError([Problem(f"partner[{index}].since", _("la date du début du partenariat"))])
        try:
            partner_named(
                acting_user=acting_user,
                operator=operator,
                name=partner.name,
                kind=partner.kind,
                since=since,
                prescriber_kind=partner.prescriber_kind or "",
            )
        except DomainError as error:
            raise ProgrammeFileError([Problem(f"partner[{index}].name", error.message)]) from None


def _write_edition(
    acting_user: User, programme: Programme, document: ProgrammeDocument, written: EditionDocument
) -> Edition:
    edition = create_edition(
        acting_user=acting_user,
        programme=programme,
        name=written.name,
        starts_on=written.starts_on,
        ends_on=written.ends_on,
        enrolment_ends_on=written.enrolment_ends_on,
        places=written.places,
        terms=document.terms_of(written),
    )
    set_objectives(
        acting_user=acting_user,
        edition=edition,
        rows=[ObjectiveRow(row.indicator, row.label, row.target) for row in written.objective],
    )
    set_means(
        acting_user=acting_user,
        edition=edition,
        rows=[MeansRow(row.role, row.hours, row.per) for row in written.means],
    )
    set_budget(
        acting_user=acting_user,
        edition=edition,
        rows=[
            BudgetRow(row.side, row.label, cents(row.planned_eur), row.year, funder_name=row.funder or "")
            for row in written.budget
        ],
    )
    return edition


def _write_published(programme: Programme, document: ProgrammeDocument, editions: dict[str, Edition]) -> None:
    PublishedFigure.objects.bulk_create(
        [
            PublishedFigure(
                operator_id=programme.operator_id,
                programme=programme,
                edition=editions[_folded(figure.edition)] if figure.edition else None,
                name=name,
                label=figure.label,
                indicator=figure.indicator or (name if name in INDICATORS else ""),
                unit=figure.unit or unit_of(figure.indicator or name),
                value=figure.value,
                printed=figure.printed,
                arithmetic=figure.arithmetic.model_dump(mode="json", exclude_defaults=True)
                if figure.arithmetic
                else None,
                at=figure.at,
                reproduce=figure.reproduce,
                note=figure.note,
            )
            for name, figure in document.published.items()
        ]
    )


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()

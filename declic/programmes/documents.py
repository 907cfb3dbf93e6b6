"""Programmes as TOML files: read with every error at once, written so that what is read again is the same."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import tomli_w
from django.core.exceptions import ValidationError as FormError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from declic.core.forms import refuse_unwanted_text
from declic.organisations.models import Organisation, Partnership
from declic.programmes import document_schema, figures, schema
from declic.programmes.document_schema import (
    BudgetDocument,
    EditionDocument,
    MeansDocument,
    ObjectiveDocument,
    PartnerDocument,
    ProgrammeDocument,
    ProgrammeHeader,
    PublishedDocument,
    nested_problems,
)
from declic.programmes.models import BudgetLine, Edition, Programme
from declic.programmes.problems import Problem, ProgrammeFileError, dotted, from_toml, from_validation
from declic.programmes.schema import Terms

MOST_CHARACTERS = 400_000
# The deepest key of a programme stands seven levels down; what reads a document climbs down it level by level.
_DEEPEST = 20


# -------------------------------------------------------------------------------------------------------------- reading


def text_of_file(content: bytes) -> str:
    """The text of an uploaded file; raises `ProgrammeFileError` when it is too large or not UTF-8."""
    if len(content) > MOST_CHARACTERS * 4:
        raise ProgrammeFileError([_too_large()])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProgrammeFileError(
            [Problem("fichier", _("un texte en UTF-8 : la ligne %(line)s ne l'est pas") % {"line": line})]
        ) from None


def read_document(text: str) -> ProgrammeDocument:
    """The document that a TOML text holds.

    Raises `ProgrammeFileError` with all its problems: a syntax error alone (nothing after it can be read), else every
    wrong key of the document.
    """
    raw = _parse(text)
    problems = list(_unwanted_texts((), raw))
    document = None
    try:
        document = ProgrammeDocument.model_validate(raw, strict=True)
    except ValidationError as error:
        problems += from_validation(error, raw, _known_keys())
    problems += [Problem(dotted(path), expected) for path, expected in nested_problems(raw)]
    if problems or document is None:
        raise ProgrammeFileError(list(dict.fromkeys(problems)))
    return document


def _parse(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise ProgrammeFileError([_too_large()])
    if not text.strip():
        raise ProgrammeFileError([Problem("fichier", _("un dispositif : ce fichier est vide"))])
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeFileError([from_toml(error, text)]) from None
    except RecursionError:
        raise ProgrammeFileError([_too_deep()]) from None
    except (ValueError, ArithmeticError):
        # Dates outside the calendar and numbers beyond reason: the parser says no line for them.
        raise ProgrammeFileError(
            [Problem("fichier", _("des nombres de moins de mille chiffres et des dates du calendrier"))]
        ) from None
    level: list[Any] = [raw]
    for _depth in range(_DEEPEST):
        level = [inner for item in level for inner in _inside(item)]
    if level:
        raise ProgrammeFileError([_too_deep()])
    return raw


def _inside(item: object) -> Iterable[object]:
    """The tables and lists that stand in a table or a list."""
    inner = item.values() if isinstance(item, Mapping) else item if isinstance(item, list) else ()
    return [one for one in inner if isinstance(one, Mapping | list)]


def _too_deep() -> Problem:
    return Problem("fichier", _("moins de listes et de tables les unes dans les autres"))


def _too_large() -> Problem:
    return Problem(
        "fichier", _("un texte de moins de %(count)s caractères : celui-ci est trop grand") % {"count": MOST_CHARACTERS}
    )


def _unwanted_texts(path: tuple[str | int, ...], value: object) -> Iterator[Problem]:
    """Invisible characters and social security numbers are refused here as in every form."""
    if isinstance(value, str):
        try:
            refuse_unwanted_text(value)
        except FormError as error:
            yield Problem(dotted(path), str(error.messages[0]))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unwanted_texts((*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unwanted_texts((*path, index), item)


@cache
def _known_keys() -> tuple[str, ...]:
    models = [
        model
        for module in (schema, figures, document_schema)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
    ]
    return tuple(sorted({name for model in models for name in model.model_fields}))


# -------------------------------------------------------------------------------------------------------------- writing


def export_programme(programme: Programme) -> str:
    """The programme as a TOML text: its words, the operator's partners, and each edition with its current terms."""
    return render(document_of(programme))


def render(document: ProgrammeDocument) -> str:
    """A document as TOML; what has its usual value is left out."""
    return tomli_w.dumps(_writable(document.model_dump(exclude_defaults=True, exclude_none=True)))


def document_of(programme: Programme) -> ProgrammeDocument:
    """What the file of a programme says; terms that all its editions share are written once."""
    editions = list(
        programme.editions.order_by("starts_on", "pk").prefetch_related(
            "versions", "objectives", "means", "budget__funder"
        )
    )
    latest = [max(edition.versions.all(), key=lambda version: version.number).terms for edition in editions]
    shared = _shared(latest)
    return ProgrammeDocument(
        programme=ProgrammeHeader(
            name=programme.name,
            slug=programme.slug,
            operator=programme.operator.name,
            summary=programme.summary,
            audience=programme.audience,
        ),
        partner=_partners(programme.operator, editions),
        terms=shared,
        edition=[_edition(edition, terms, shared) for edition, terms in zip(editions, latest, strict=True)],
        published={
            figure.name: PublishedDocument(
                label=figure.label,
                value=figure.value,
                unit=figure.unit,
                indicator=figure.indicator or None,
                edition=figure.edition.name if figure.edition else None,
                at=figure.at,
                reproduce=figure.reproduce,
                printed=figure.printed,
                arithmetic=figure.arithmetic,
                note=figure.note,
            )
            for figure in programme.published.select_related("edition")
        },
    )


def _shared(all_terms: list[Terms]) -> Terms:
    if not all_terms:
        return Terms()
    first = all_terms[0]
    same = [
        name
        for name in Terms.model_fields
        if all(getattr(terms, name) == getattr(first, name) for terms in all_terms[1:])
    ]
    return Terms.model_validate({name: getattr(first, name) for name in same})


def _partners(operator: Organisation, editions: list[Edition]) -> list[PartnerDocument]:
    """Partners of today, and the funders that a budget names even where their partnership is over or was never opened."""
    found: dict[tuple[str, str], PartnerDocument] = {}
    partnerships = Partnership.objects.filter(operator=operator).select_related("partner").order_by("since", "pk")
    for partnership in partnerships.filter(until__isnull=True):
        partner = partnership.partner
        is_prescriber = partnership.kind == "prescriber"
        found[partner.name, partnership.kind] = PartnerDocument.model_validate(
            {
                "name": partner.name,
                "kind": partnership.kind,
                "prescriber_kind": (partner.prescriber_kind or "AUTRE") if is_prescriber else None,
                "since": partnership.since,
            }
        )
    for edition in editions:
        for line in edition.budget.all():
            if line.funder and (line.funder.name, "funder") not in found:
                found[line.funder.name, "funder"] = PartnerDocument(
                    name=line.funder.name, kind="funder", since=edition.starts_on
                )
    return [found[key] for key in sorted(found)]


def _edition(edition: Edition, terms: Terms, shared: Terms) -> EditionDocument:
    own = {name: getattr(terms, name) for name in Terms.model_fields if getattr(terms, name) != getattr(shared, name)}
    return EditionDocument(
        name=edition.name,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        enrolment_ends_on=edition.enrolment_ends_on,
        places=edition.places,
        terms=Terms.model_validate(own) if own else None,
        objective=[
            ObjectiveDocument(indicator=row.indicator, label=row.label, target=row.target)
            for row in edition.objectives.all()
        ],
        means=[
            MeansDocument.model_validate({"role": m.role, "hours": m.hours, "per": m.per}) for m in edition.means.all()
        ],
        budget=[_budget_line(line) for line in edition.budget.all()],
    )


def _budget_line(line: BudgetLine) -> BudgetDocument:
    return BudgetDocument.model_validate(
        {
            "side": line.side,
            "label": line.label,
            "planned_eur": Decimal(line.planned) / 100,
            "year": line.year,
            "funder": line.funder.name if line.funder else None,
        }
    )


def _writable(value: Any) -> Any:
    """Whole amounts as integers, others with the decimals they need; empty own terms still say that they are own."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_writable(item) for item in value]
    return value

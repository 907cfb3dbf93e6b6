"""A whole programme as one document: its words, partners, editions with their terms, aims, money and published figures."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, model_validator

from declic.programmes.figures import Arithmetic, Figure, Number
from declic.programmes.indicators import INDICATORS
from declic.programmes.schema import (
    Code,
    PrescriberCode,
    Strict,
    Terms,
    as_decimal,
    code_problems,
    delay_problems,
    equipment_problems,
    refuse,
)

type Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
type Name = Annotated[str, Field(pattern=r"\S", min_length=1, max_length=200)]
type OrganisationName = Annotated[str, Field(pattern=r"\S", min_length=1, max_length=160)]
type EditionName = Annotated[str, Field(pattern=r"\S", min_length=1, max_length=120)]
type Words = Annotated[str, Field(max_length=4000)]
type Day = Annotated[datetime.date, Field(ge=datetime.date(1900, 1, 1), le=datetime.date(2199, 12, 31))]
type Decimals = Annotated[Decimal, BeforeValidator(as_decimal)]
type BudgetEuros = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=2), BeforeValidator(as_decimal)]
type PartnerKind = Literal["prescriber", "refurbisher", "training_partner", "funder", "donor", "network"]


class ProgrammeHeader(Strict):
    """The programme in words; `operator` says who wrote the document and decides nothing at import."""

    name: Name
    slug: Slug | None = None
    operator: Annotated[str, Field(max_length=160)] = ""
    summary: Words = ""
    audience: Words = ""


class PartnerDocument(Strict):
    """What a structure does for the operator; a prescriber says of which kind it is."""

    name: OrganisationName
    kind: PartnerKind
    prescriber_kind: PrescriberCode | None = None
    since: Day | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> "PartnerDocument":
        if problems := list(partner_problems(self.__dict__)):
            refuse("PartnerDocument", problems)
        return self


class ObjectiveDocument(Strict):
    indicator: Code
    label: Annotated[str, Field(pattern=r"\S", min_length=1, max_length=200)]
    target: Annotated[Decimals, Field(ge=0, max_digits=12, decimal_places=2)]

    @model_validator(mode="after")
    def _indicator_is_known(self) -> "ObjectiveDocument":
        if problems := list(indicator_problems(self.__dict__)):
            refuse("ObjectiveDocument", problems)
        return self


class MeansDocument(Strict):
    role: Annotated[str, Field(pattern=r"\S", min_length=1, max_length=120)]
    hours: Annotated[Decimals, Field(ge=0, max_digits=8, decimal_places=2)]
    per: Literal["week", "month", "year", "edition"]


class BudgetDocument(Strict):
    """A planned line in euros; `funder` is the name of a partner of kind `funder`."""

    side: Literal["expense", "income"]
    label: Annotated[str, Field(pattern=r"\S", min_length=1, max_length=200)]
    planned_eur: BudgetEuros
    year: Annotated[int, Field(ge=1900, le=2199)] | None = None
    funder: OrganisationName | None = None


class EditionDocument(Strict):
    """One run; what its own terms leave out is taken from the shared terms, part by part."""

    name: EditionName
    starts_on: Day
    ends_on: Day
    enrolment_ends_on: Day | None = None
    places: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    terms: Terms | None = None
    objective: list[ObjectiveDocument] = []
    means: list[MeansDocument] = []
    budget: list[BudgetDocument] = []

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> "EditionDocument":
        if problems := list(edition_problems(self.__dict__)):
            refuse("EditionDocument", problems)
        return self


class PublishedDocument(Strict):
    """A published figure: `value` is what the records should give, `printed` what the source prints instead."""

    label: Annotated[str, Field(pattern=r"\S", min_length=1, max_length=200)]
    value: Figure
    unit: Annotated[str, Field(max_length=20)] = ""
    indicator: Code | None = None
    edition: EditionName | None = None
    at: Day | None = None
    reproduce: bool = True
    printed: Number | None = None
    arithmetic: Arithmetic | None = None
    note: Annotated[str, Field(max_length=400)] = ""

    @model_validator(mode="after")
    def _indicator_is_known(self) -> "PublishedDocument":
        if problems := list(indicator_problems(self.__dict__)):
            refuse("PublishedDocument", problems)
        return self


class ProgrammeDocument(Strict):
    """What a programme file holds; `format` is the version of this shape."""

    format: Literal[1] = 1
    programme: ProgrammeHeader
    partner: list[PartnerDocument] = []
    terms: Terms = Terms()
    edition: list[EditionDocument] = []
    published: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")], PublishedDocument] = {}

    @model_validator(mode="after")
    def _parts_fit(self) -> "ProgrammeDocument":
        if problems := list(document_problems(self.model_dump())):
            refuse("ProgrammeDocument", problems)
        return self

    def terms_of(self, edition: EditionDocument) -> Terms:
        """The complete terms of an edition: the shared ones, replaced part by part by its own."""
        if edition.terms is None:
            return self.terms
        own = {name: getattr(edition.terms, name) for name in edition.terms.model_fields_set}
        return Terms.model_validate(self.terms.model_copy(update=own).model_dump())


# ----------------------------------------------- what holds several keys together, read on data that may be wrong


def partner_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A prescriber says of which kind it is, another partner does not."""
    kind, prescriber_kind = data.get("kind"), data.get("prescriber_kind")
    if kind == "prescriber" and prescriber_kind is None:
        yield "prescriber_kind", _("le type de prescripteur, par exemple PLIE, CCAS ou FT")
    if isinstance(kind, str) and kind != "prescriber" and prescriber_kind is not None:
        yield "prescriber_kind", _('rien : seul un prescripteur (kind = "prescriber") a un type')


def indicator_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An indicator that the reports do not know could never be computed."""
    indicator = data.get("indicator")
    if isinstance(indicator, str) and indicator not in INDICATORS:
        near = get_close_matches(indicator, INDICATORS, n=1, cutoff=0.6)
        yield (
            "indicator",
            _("le nom d'un indicateur connu (peut-être « %(near)s »)") % {"near": near[0]}
            if near
            else _("le nom d'un indicateur connu, par exemple « participants »"),
        )


def edition_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The dates of an edition stand in order."""
    starts, ends, entries_end = data.get("starts_on"), data.get("ends_on"), data.get("enrolment_ends_on")
    starts, ends, entries_end = (day if type(day) is datetime.date else None for day in (starts, ends, entries_end))
    if starts and ends and ends < starts:
        yield "ends_on", _("une date à partir du début de l'édition")
    if starts and ends and entries_end and not starts <= entries_end <= ends:
        yield "enrolment_ends_on", _("une date entre le début et la fin de l'édition")


def document_problems(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the parts of a document must agree on, with the whole path of each key; `raw` may be unchecked."""
    partners = _tables(raw.get("partner"))
    seen: set[tuple[Any, Any]] = set()
    for index, partner in partners:
        pair = (_folded(partner.get("name")), str(partner.get("kind")))
        if pair in seen:
            yield ("partner", index, "name"), _("chaque partenaire une seule fois par nature")
        seen.add(pair)
    funders = {_folded(partner.get("name")) for _index, partner in partners if partner.get("kind") == "funder"}
    editions = _tables(raw.get("edition"))
    names: set[str] = set()
    for index, edition in editions:
        name = _folded(edition.get("name"))
        if name and name in names:
            yield ("edition", index, "name"), _("un nom différent pour chaque édition")
        names.add(name)
        yield from _edition_parts(("edition", index), edition, funders)
    published = raw.get("published")
    for key, figure in published.items() if isinstance(published, Mapping) else ():
        if not isinstance(figure, Mapping):
            continue
        named = figure.get("edition")
        if isinstance(named, str) and _folded(named) not in names:
            yield ("published", key, "edition"), _("le nom d'une édition de ce fichier")
        if figure.get("arithmetic") is not None and isinstance(figure.get("value"), list):
            yield ("published", key, "arithmetic"), _("rien : un calcul vérifie un seul nombre, pas une liste")


def _edition_parts(
    path: tuple[str | int, ...], edition: Mapping[str, Any], funders: set[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    aimed: set[str] = set()
    for index, objective in _tables(edition.get("objective")):
        indicator = str(objective.get("indicator"))
        if indicator in aimed:
            yield (*path, "objective", index, "indicator"), _("un indicateur une seule fois par édition")
        aimed.add(indicator)
    for index, line in _tables(edition.get("budget")):
        funder = line.get("funder")
        if not isinstance(funder, str):
            continue
        if line.get("side") == "expense":
            yield (*path, "budget", index, "funder"), _("rien : seule une recette a un financeur")
        elif _folded(funder) not in funders:
            yield (
                (*path, "budget", index, "funder"),
                _("le nom d'un partenaire de nature « funder », écrit dans [[partner]]"),
            )


def nested_problems(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All rules that hold several keys together, over a document whose single keys may be wrong as well.

    The models check the same rules, but only once all keys of a table are right; here every error shows at once.
    """
    yield from document_problems(raw)
    for index, partner in _tables(raw.get("partner")):
        yield from _under(("partner", index), partner_problems(partner))
    yield from _terms_problems(("terms",), raw.get("terms"))
    for index, edition in _tables(raw.get("edition")):
        yield from _under(("edition", index), edition_problems(edition))
        yield from _terms_problems(("edition", index, "terms"), edition.get("terms"))
        for number, objective in _tables(edition.get("objective")):
            yield from _under(("edition", index, "objective", number), indicator_problems(objective))
    published = raw.get("published")
    for key, figure in published.items() if isinstance(published, Mapping) else ():
        if isinstance(figure, Mapping):
            yield from _under(("published", key), indicator_problems(figure))


def _terms_problems(path: tuple[str | int, ...], terms: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not isinstance(terms, Mapping):
        return
    if isinstance(entry := terms.get("entry"), Mapping):
        yield from _under((*path, "entry"), delay_problems(entry))
    for index, equipment in _tables(terms.get("equipment")):
        yield from _under((*path, "equipment", index), equipment_problems(equipment))
    kinds = [equipment.get("kinds") for _index, equipment in _tables(terms.get("equipment"))]
    yield from _under(
        path,
        code_problems(
            [str(course.get("code")) for _index, course in _tables(terms.get("courses")) if "code" in course],
            [str(barrier.get("code")) for _index, barrier in _tables(terms.get("barriers")) if "code" in barrier],
            [
                (str(equipment.get("mode")), *(str(kind) for kind in (named if isinstance(named, list) else [named])))
                for (_index, equipment), named in zip(_tables(terms.get("equipment")), kinds, strict=True)
                if "mode" in equipment and "kinds" in equipment
            ],
        ),
    )


def _under(
    path: tuple[str | int, ...], problems: Iterator[tuple[str, str]]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, expected in problems:
        yield (*path, key), expected


def _tables(value: object) -> list[tuple[int, Mapping[str, Any]]]:
    return [
        (index, item)
        for index, item in enumerate(value if isinstance(value, list) else [])
        if isinstance(item, Mapping)
    ]


def _folded(value: object) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else ""

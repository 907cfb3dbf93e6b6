"""What hangs on a person, whatever the app: every column of the database that names one, found in the models themselves.

Reuniting two files moves it all. What stays where it was is listed here with its reason; what may not move while another
row stands in its way is said in words.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Field,
    ForeignObjectRel,
    Model,
    Q,
    QuerySet,
    UniqueConstraint,
    Value,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pghistory.models import Event

from declic.people.models import Person

STAYING: dict[str, str] = {
    "people.AccessLog.person": "says which file was opened: the kept file's page shows both",
    "people.DuplicatePair.first": "a pair is of two files, whoever they belong to",
    "people.DuplicatePair.second": "a pair is of two files, whoever they belong to",
    "people.PersonWord.person": "the words of names follow the names by themselves",
    "people.Merge.kept": "the reunion itself",
    "people.Merge.absorbed": "the reunion itself",
    "people.RetentionNotice.person": "was given for that file, and told its days",
    "orientation.SpottingRow.person": "says which file a list opened or found",
}
"""Columns that go on naming the absorbed file, and why; the history of rows stays too."""

STANDING_ASIDE: dict[str, str] = {
    "people.Snapshot": "append_only",
    "people.RightsEvent": "append_only",
    "orientation.Enrolment": "enrolment_keeps_its_terms",
    "practice.Attempt": "append_only",
    "equipment.Allocation": "handed_over_terms_stay",
    "connectivity.RechargeSale": "append_only",
}
"""The triggers that forbid to change whose a row is; they stand aside while files are reunited or parted, and only then."""

REFUSALS: dict[str, str | Promise] = {
    "one_open_referral_per_person_and_edition": _(
        "Les deux dossiers ont une orientation en cours vers la même édition : répondez d'abord à l'une des deux (ou"
        " retirez-la), puis réunissez les dossiers."
    ),
    "one_open_enrolment_per_person_and_edition": _(
        "Les deux dossiers ont un parcours ouvert dans la même édition : enregistrez d'abord la sortie de l'un des deux,"
        " puis réunissez les dossiers."
    ),
}
"""Where both files hold the one thing that a person may have once, what to close first; elsewhere the double stays behind."""

WORDS: dict[str, str | Promise] = {
    "people.PersonPhone.person": _("téléphones"),
    "people.Snapshot.person": _("situations datées"),
    "people.PersonLink.person": _("liens avec d'autres personnes"),
    "people.PersonLink.other": _("liens notés chez d'autres personnes"),
    "people.CaseWorker.person": _("suivis par un collègue"),
    "people.FileShare.person": _("partages"),
    "people.RightsEvent.person": _("droits : informations, demandes, oppositions"),
    "people.RetentionHold.person": _("raisons de garder le dossier"),
    "people.Person.merged_into": _("dossiers réunis auparavant"),
    "orientation.Referral.person": _("orientations"),
    "orientation.Spotted.person": _("repérages"),
    "orientation.Enrolment.person": _("parcours dans un dispositif"),
    "practice.Attempt.person": _("exercices"),
    "training.Visit.person": _("visites à la permanence"),
    "equipment.Allocation.person": _("machines prêtées, données ou vendues"),
    "connectivity.RechargeSale.person": _("recharges"),
    "hotline.Ticket.person": _("demandes d'assistance"),
}
"""What each moving column holds, on the page where two files are compared."""


@dataclass(frozen=True)
class Bearing:
    """One column that names a person."""

    model: type[Model]
    field: Field[Any, Any]

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def column(self) -> str:
        """How a reunion writes down what moved: `table.column`."""
        return f"{self.model._meta.db_table}.{self.field.column}"

    @property
    def stays(self) -> bool:
        return self.label in STAYING or issubclass(self.model, Event)

    @property
    def words(self) -> str:
        return str(WORDS.get(self.label, self.model._meta.verbose_name_plural))

    def rows(self, *people: int) -> QuerySet[Any]:
        """The rows that name one of `people`, in order."""
        return self.model._base_manager.filter(**{f"{self.field.name}__in": people}).order_by("pk")


@cache
def bearings() -> tuple[Bearing, ...]:
    """Every column that names a person, in a stable order."""
    found = [
        Bearing(relation.related_model, relation.field)
        for relation in Person._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)
    ]
    return tuple(sorted(found, key=lambda bearing: bearing.label))


def moving() -> tuple[Bearing, ...]:
    """Those that follow the person when her files are reunited."""
    return tuple(bearing for bearing in bearings() if not bearing.stays)


def once_per_person(bearing: Bearing) -> list[tuple[str, tuple[str, ...], Q | None]]:
    """What the database lets a person have once: the constraint's name, its other columns, and where it holds."""
    name = bearing.field.name
    rules: list[tuple[str, tuple[str, ...], Q | None]] = [
        (rule.name, tuple(field for field in rule.fields if field != name), rule.condition)
        for rule in bearing.model._meta.constraints
        if isinstance(rule, UniqueConstraint) and name in rule.fields
    ]
    if bearing.field.unique:
        rules.append((bearing.label, (), None))
    return rules


def tallies(*people: Person, without: Collection[str] = ()) -> list[tuple[str, list[int]]]:
    """How much of each thing hangs on each of `people`: words and numbers, nothing where all have none. One query.

    `without` names columns (of `WORDS`) that are shown otherwise.
    """
    ids = [person.pk for person in people]
    parts = [
        bearing.rows(*ids)
        .order_by()
        .values_list(Value(bearing.label, output_field=CharField()), bearing.field.attname)
        .annotate(n=Count("pk"))
        for bearing in moving()
    ]
    counted = {(label, person): n for label, person, n in parts[0].union(*parts[1:], all=True).order_by()}
    told = [bearing for bearing in moving() if bearing.label not in without]
    numbers = [(bearing.words, [counted.get((bearing.label, pk), 0) for pk in ids]) for bearing in told]
    return [(words, row) for words, row in numbers if any(row)]

"""The copy of a person's file: all that is declared of her (`core/personal.py`), to read and for other programs.

It holds nothing of other people's: links say what and since when, never whom; what professionals did is told without
their names, but for those who follow her.
"""

import datetime
import json
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.core import paper
from declic.core.dates import format_short
from declic.core.personal import Personal, declarations
from declic.organisations.models import Organisation
from declic.people.models import Person
from declic.people.privacy import files_of

FORMAT = "declic-dossier"
VERSION = 1

_FOLLOWING = {"people.CaseWorker.user", "orientation.Enrolment.adviser"}
_MARKS = {"id", "operator", "pgh_id", "pgh_obj", "pgh_context", "updated_at", "search_key", "sort_key"}

WORDS = {
    "account": gettext_lazy("compte"),
    "act": gettext_lazy("comment"),
    "adviser": gettext_lazy("suivie par"),
    "allocation": gettext_lazy("machine"),
    "amount": gettext_lazy("montant (centimes)"),
    "answers": gettext_lazy("réponses"),
    "assessment": gettext_lazy("bilan"),
    "assigned_to": gettext_lazy("confiée à"),
    "at": gettext_lazy("quand"),
    "attempts": gettext_lazy("essais"),
    "author": gettext_lazy("auteur"),
    "auxiliary": gettext_lazy("compte"),
    "barrier": gettext_lazy("frein"),
    "batch": gettext_lazy("liste"),
    "benefits": gettext_lazy("minima sociaux"),
    "body": gettext_lazy("texte"),
    "ceremony": gettext_lazy("cérémonie"),
    "channel": gettext_lazy("canal"),
    "class_session": gettext_lazy("séance"),
    "code": gettext_lazy("code"),
    "condition_in": gettext_lazy("aspect au retour"),
    "confirmed_on": gettext_lazy("confirmé le"),
    "corrects": gettext_lazy("corrige"),
    "cost_mills": gettext_lazy("coût (millièmes d'euro)"),
    "created": gettext_lazy("dossier ouvert par la liste"),
    "created_at": gettext_lazy("écrit le"),
    "cut_points": gettext_lazy("seuils employés"),
    "decided_at": gettext_lazy("décidé le"),
    "delivered_at": gettext_lazy("reçu le"),
    "deposit": gettext_lazy("caution (centimes)"),
    "detail": gettext_lazy("détail"),
    "device": gettext_lazy("machine"),
    "document": gettext_lazy("document"),
    "due_on": gettext_lazy("échéance"),
    "edition": gettext_lazy("édition"),
    "ended_on": gettext_lazy("fin"),
    "enrolment": gettext_lazy("parcours"),
    "entry_snapshot": gettext_lazy("situation à l'entrée"),
    "error": gettext_lazy("erreur"),
    "exit": gettext_lazy("sortie"),
    "exit_snapshot": gettext_lazy("situation à la sortie"),
    "failure": gettext_lazy("échec"),
    "file": gettext_lazy("fichier"),
    "first_answer_at": gettext_lazy("première réponse"),
    "fixes": gettext_lazy("corrections"),
    "found_on": gettext_lazy("trouvé le"),
    "given_on": gettext_lazy("donné le"),
    "group": gettext_lazy("groupe"),
    "handled_at": gettext_lazy("traité le"),
    "head": gettext_lazy("ligne de budget"),
    "hints": gettext_lazy("aides demandées"),
    "issued_at": gettext_lazy("écrit le"),
    "key": gettext_lazy("numéro de l'envoi"),
    "kind": gettext_lazy("nature"),
    "label": gettext_lazy("libellé"),
    "language": gettext_lazy("langue"),
    "message": gettext_lazy("message"),
    "mime": gettext_lazy("format"),
    "mode": gettext_lazy("mode"),
    "moment": gettext_lazy("moment"),
    "months": gettext_lazy("mois"),
    "note": gettext_lazy("note"),
    "on": gettext_lazy("le"),
    "option_price": gettext_lazy("prix de l'option (centimes)"),
    "options_at_term": gettext_lazy("choix au terme"),
    "paid": gettext_lazy("payé (centimes)"),
    "parts": gettext_lazy("SMS comptés"),
    "person": gettext_lazy("dossier"),
    "place": gettext_lazy("place à la remise"),
    "prescriber": gettext_lazy("prescripteur"),
    "price": gettext_lazy("prix (centimes)"),
    "product": gettext_lazy("recharge"),
    "public_price": gettext_lazy("prix public (centimes)"),
    "reasons": gettext_lazy("raisons"),
    "recorded_at": gettext_lazy("noté le"),
    "referral": gettext_lazy("orientation"),
    "released_at": gettext_lazy("rendue le"),
    "reminded_on": gettext_lazy("relance le"),
    "renews": gettext_lazy("renouvelle"),
    "sale": gettext_lazy("vente"),
    "score": gettext_lazy("note"),
    "sent_at": gettext_lazy("envoyé le"),
    "sha256": gettext_lazy("empreinte"),
    "signed_on": gettext_lazy("signée le"),
    "site": gettext_lazy("lieu"),
    "size": gettext_lazy("taille (octets)"),
    "skill": gettext_lazy("compétence"),
    "solved_at": gettext_lazy("résolue le"),
    "source": gettext_lazy("source"),
    "spotted_on": gettext_lazy("repéré le"),
    "state": gettext_lazy("état"),
    "step": gettext_lazy("étape"),
    "taken_at": gettext_lazy("prise le"),
    "text": gettext_lazy("texte"),
    "ticket": gettext_lazy("demande"),
    "till_session": gettext_lazy("journée de caisse"),
    "undone_at": gettext_lazy("défait le"),
    "user": gettext_lazy("collègue"),
    "values": gettext_lazy("ce que disait la ligne"),
    "verdict": gettext_lazy("lecture"),
    "wrong_since": gettext_lazy("ne répond plus depuis le"),
    "year": gettext_lazy("année"),
}
"""French names of the columns that have none of their own, for the copy to read."""


def shown_columns(declared: Personal, model: type[Model] | None = None) -> list[Field[Any, Any]]:
    """The columns of a declared model that are in the copy, or of its history."""
    return [column for column in (model or declared.model)._meta.concrete_fields if _is_shown(declared, column)]


def _is_shown(declared: Personal, column: Field[Any, Any]) -> bool:
    if column.name in _MARKS or column.name in declared.unshown:
        return False
    if column.related_model is Person:
        return False
    if column.related_model is User:
        return f"{declared.label}.{column.name}" in _FOLLOWING
    return True


def _plain(row: Model, column: Field[Any, Any]) -> Any:
    """A value as another program reads it: codes as they are, things by their name."""
    if column.is_relation:
        other = getattr(row, column.name)
        return None if other is None else {"id": other.pk, **({"nom": str(other)} if _is_named(column) else {})}
    value = getattr(row, column.attname)
    if column.get_internal_type() == "FileField":
        return str(value)
    return value


def _is_named(column: Field[Any, Any]) -> bool:
    """Things that the person knows by a name; rows of her own are told elsewhere in the copy."""
    return column.related_model in (Organisation, User) or not any(
        declared.model is column.related_model for declared in declarations()
    )


def copy_of(person: Person, *, at: datetime.datetime) -> dict[str, Any]:
    """All that is held of the person, table by table: keys are stable, names of columns are those of the tables."""
    people = files_of(person)
    tables: dict[str, dict[int, dict[str, Any]]] = {}
    for declared in declarations():
        if declared.copied:
            table = tables.setdefault(declared.label, {})
            for row in _rows(declared, people):
                table[row.pk] = {
                    "id": row.pk, **{column.name: _plain(row, column) for column in shown_columns(declared)}
                }  # fmt: skip
            _add_history(declared, list(table), tables)
    return {
        "format": FORMAT,
        "version": VERSION,
        "edite_le": at,
        "operateur": str(person.operator),
        "dossier": person.case_number,
        "tables": {label: list(rows.values()) for label, rows in tables.items() if rows},
    }


def _rows(declared: Personal, people: list[int]) -> Any:
    related = [column.name for column in shown_columns(declared) if column.is_relation]
    return declared.of(people).select_related(*related) if related else declared.of(people)


def _add_history(declared: Personal, rows: list[int], tables: dict[str, dict[int, dict[str, Any]]]) -> None:
    model = declared.event_model
    if model is None or not rows:
        return
    table = tables.setdefault(model._meta.label, {})
    columns = [column for column in shown_columns(declared, model) if not column.is_relation]
    for event in model._base_manager.filter(pgh_obj_id__in=rows).order_by("pk"):
        table[event.pk] = {
            "id": event.pgh_obj_id, **{column.name: _plain(event, column) for column in columns}
        }  # fmt: skip


def as_json(person: Person, *, at: datetime.datetime) -> bytes:
    """The copy for other programs: UTF-8, indented."""
    return json.dumps(copy_of(person, at=at), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


# ------------------------------------------------------------------------------------------------------------ to read


def label_of(column: Field[Any, Any]) -> str:
    """A column's French name."""
    if str(column.verbose_name) != column.name.replace("_", " "):
        return str(column.verbose_name)
    return str(WORDS.get(column.name, column.verbose_name))


def _said(row: Model, column: Field[Any, Any]) -> str:
    value = _plain(row, column)
    if isinstance(value, dict) and column.is_relation:
        return str(value.get("nom", ""))
    if value is None or value == "" or value in ([], {}):
        return ""
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    base = getattr(column, "base_field", None)
    if base is not None:
        labels = dict(base.flatchoices) if base.choices else {}
        return ", ".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, datetime.datetime):
        return f"{format_short(value.date())} {value:%H:%M}"
    if isinstance(value, datetime.date):
        return format_short(value)
    if isinstance(value, Decimal | int):
        return str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return str(value)


def sections(person: Person) -> list[dict[str, Any]]:
    """The copy to read: for each kind of thing a title and its rows, each a list of (name, words); nothing empty."""
    people, found, seen = files_of(person), [], set()
    for declared in declarations():
        if not declared.copied:
            continue
        columns = shown_columns(declared)
        rows = []
        for row in _rows(declared, people):
            if (declared.label, row.pk) in seen:
                continue
            seen.add((declared.label, row.pk))
            if said := [(label_of(column), words) for column in columns if (words := _said(row, column))]:
                rows.append(said)
        if rows:
            found.append({"title": str(declared.title), "rows": rows})
    return found


def as_pdf(person: Person, *, on: datetime.date) -> bytes:
    """The copy to read, as a tagged PDF (PDF/UA-1)."""
    html = render_to_string("people/copy.html", {"person": person, "sections": sections(person), "today": on})
    return paper.as_pdf(html, style=paper.REPORT)

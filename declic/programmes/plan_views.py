"""Pages that write what an edition aims at, who gives hours to it, and its budget."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.core.forms import posted
from declic.core.views import submit
from declic.programmes import actions, forms
from declic.programmes.access import access_edition
from declic.programmes.models import Edition
from declic.programmes.queries import known_funders
from declic.programmes.rows import BaseRows


def objectives(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """What the edition aims at: an indicator and its target a line."""
    edition = _access(request, edition_id)
    return _plan(
        request,
        edition,
        forms.ObjectiveRows,
        forms.objective_initial(edition),
        lambda rows: actions.set_objectives(acting_user=request.user, edition=edition, rows=rows),  # type: ignore[arg-type]
        {
            "title": _("Objectifs"),
            "lede": _("Ce que l'édition vise, en nombres. Le bilan montre le résultat à côté de chaque cible."),
            "legend": _("Les objectifs"),
            "row_label": _("Objectif"),
            "add_label": _("Ajouter un objectif"),
            "done": _("Les objectifs sont enregistrés."),
        },
    )


def means(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Hours by role."""
    edition = _access(request, edition_id)
    return _plan(
        request,
        edition,
        forms.MeansRows,
        forms.means_initial(edition),
        lambda rows: actions.set_means(acting_user=request.user, edition=edition, rows=rows),  # type: ignore[arg-type]
        {
            "title": _("Moyens"),
            "lede": _("Les heures que chacun donne à l'édition."),
            "legend": _("Qui donne combien d'heures"),
            "row_label": _("Moyen"),
            "add_label": _("Ajouter une ligne"),
            "done": _("Les moyens sont enregistrés."),
        },
    )


def budget(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Planned expenses and incomes by line, year and funder."""
    edition = _access(request, edition_id)
    return _plan(
        request,
        edition,
        forms.BudgetRows,
        forms.budget_initial(edition),
        lambda rows: actions.set_budget(acting_user=request.user, edition=edition, rows=rows),  # type: ignore[arg-type]
        {
            "title": _("Budget prévu"),
            "lede": _(
                "Une ligne par dépense et par recette. Un nouveau financeur est ajouté à vos partenaires."
                " Une ligne qui suit un compte reçoit ce qui y passe sans nommer de ligne : aides, ventes, remises."
            ),
            "legend": _("Dépenses et recettes"),
            "row_label": _("Ligne"),
            "add_label": _("Ajouter une ligne"),
            "done": _("Le budget est enregistré."),
            "funders": known_funders(edition.operator_id),
        },
    )


def _access(request: HttpRequest, edition_id: int) -> Edition:
    return access_edition(edition_id, request.user, Permission.MANAGE_PROGRAMMES)  # type: ignore[arg-type]


def _plan(
    request: HttpRequest,
    edition: Edition,
    row_set: type[BaseRows],
    initial: list[dict[str, Any]],
    write: Callable[[Sequence[Any]], object],
    words: dict[str, Any],
) -> HttpResponseBase:
    rows = row_set(data=request.POST or None, initial=initial, prefix="rows")
    return submit(
        request,
        forms.PlanForm(**posted(request), versioned=forms.fingerprint(initial)),
        lambda **_typed: write(rows.built()),
        success=words["done"],
        to=reverse("programmes:edition", args=[edition.pk]),
        template="programmes/plan.html",
        context={"edition": edition, "funders": [], **words},
        formset=rows,
    )

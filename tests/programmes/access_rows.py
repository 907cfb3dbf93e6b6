"""Who opens the pages of programmes: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission
from declic.programmes.actions import create_scale
from declic.programmes.models import Scale

_SEE, _WRITE = Permission.SEE_PROGRAMMES, Permission.MANAGE_PROGRAMMES


def _none(_world: Any) -> dict[str, Any]:
    return {}


def _programme(world: Any) -> dict[str, Any]:
    return {"programme_id": world.programme.pk}


def _edition(world: Any) -> dict[str, Any]:
    return {"edition_id": world.edition.pk}


def _scale(world: Any) -> dict[str, Any]:
    found = Scale.objects.filter(operator=world.operator).first() or create_scale(
        acting_user=world.users["coordinator"], operator=world.operator, label="Plafond de ressources"
    )
    return {"scale_id": found.pk}


ROWS = {
    "programmes:list": (_none, _SEE),
    "programmes:create": (_none, _WRITE),
    "programmes:import": (_none, _WRITE),
    "programmes:scales": (_none, _WRITE),
    "programmes:scale_create": (_none, _WRITE),
    "programmes:scale": (_scale, _WRITE),
    "programmes:scale_edit": (_scale, _WRITE),
    "programmes:detail": (_programme, _SEE),
    "programmes:export": (_programme, _SEE),
    "programmes:edit": (_programme, _WRITE),
    "programmes:edition_create": (_programme, _WRITE),
    "programmes:edition": (_edition, _SEE),
    "programmes:edition_edit": (_edition, _WRITE),
    "programmes:version": (lambda world: {**_edition(world), "number": 1}, _SEE),
    "programmes:terms": (lambda world: {**_edition(world), "part": "entree"}, _WRITE),
    "programmes:objectives": (_edition, _WRITE),
    "programmes:means": (_edition, _WRITE),
    "programmes:budget": (_edition, _WRITE),
    "programmes:budget_actual": (_edition, Permission.SEE_BOOKS),
}

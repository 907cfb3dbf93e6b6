"""Who opens the pages of programmes: read by tests/test_access_matrix.py."""

from typing import Any

from declic.accounts.enums import Permission

_SEE, _WRITE = Permission.SEE_PROGRAMMES, Permission.MANAGE_PROGRAMMES


def _none(_world: Any) -> dict[str, Any]:
    return {}


def _programme(world: Any) -> dict[str, Any]:
    return {"programme_id": world.programme.pk}


def _edition(world: Any) -> dict[str, Any]:
    return {"edition_id": world.edition.pk}


ROWS = {
    "programmes:list": (_none, _SEE),
    "programmes:create": (_none, _WRITE),
    "programmes:import": (_none, _WRITE),
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
}

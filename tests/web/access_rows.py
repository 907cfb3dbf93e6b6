"""Who opens the home pages: read by tests/test_access_matrix.py."""

from declic.accounts.enums import Permission

ROWS = {
    "web:today": (lambda world: {}, "any"),
    "web:search": (lambda world: {}, (Permission.SEE_PEOPLE, Permission.SEE_STOCK)),
    "web:file": (lambda world: {"person_id": world.person.pk}, Permission.SEE_PEOPLE),
    "web:reunite": (
        lambda world: {"person_id": world.person.pk, "other_id": world.referred.pk},
        Permission.MERGE_PEOPLE,
    ),
}

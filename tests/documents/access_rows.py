"""Who downloads a stored file: read by tests/test_access_matrix.py."""

from declic.accounts.enums import Permission
from tests.documents.files import a_document

ROWS = {
    "documents:download": (
        lambda world: {"document_id": a_document(world.operator, by=world.users["coordinator"]).pk},
        Permission.SEE_PEOPLE,
    ),
}

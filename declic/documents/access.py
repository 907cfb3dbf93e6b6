"""The way to the files of an operator as a whole; the file of a case is reached through its case and nothing else."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.documents.models import Document, DocumentKind

OPERATOR_WIDE = (DocumentKind.REPORT, DocumentKind.OTHER)
"""What speaks of nobody in particular. The rest (agreements, proofs) is handed over by the app that holds the case."""


def visible_documents(user: User, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Document]:
    """Documents about the operator itself, where `user` is a member with `permission`."""
    return Document.objects.filter(operator__in=scope_of(user).own_operators(permission), kind__in=OPERATOR_WIDE)


def access_document(pk: int, user: User, permission: Permission = Permission.SEE_PEOPLE) -> Document:
    """The document `pk` if `user` reaches it; 404 otherwise, whether it exists or not."""
    try:
        return visible_documents(user, permission).get(pk=pk)
    except Document.DoesNotExist:
        raise Http404 from None

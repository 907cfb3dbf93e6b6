"""The only ways to a stored file: whoever may read the files of people at its operator."""

from django.db.models import QuerySet
from django.http import Http404

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.documents.models import Document


def visible_documents(user: User, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Document]:
    """Documents of the operators of which `user` is a member with `permission`."""
    return Document.objects.filter(operator__in=scope_of(user).own_operators(permission))


def access_document(pk: int, user: User, permission: Permission = Permission.SEE_PEOPLE) -> Document:
    """The document `pk` if `user` reaches it; 404 otherwise, whether it exists or not."""
    try:
        return visible_documents(user, permission).get(pk=pk)
    except Document.DoesNotExist:
        raise Http404 from None

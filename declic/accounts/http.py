"""Who asks: the signed-in user of a request, typed."""

from django.http import Http404, HttpRequest

from declic.accounts.models import User


def user_of(request: HttpRequest) -> User:
    """The user of a request that `LoginRequiredMiddleware` let through; 404 for anybody else."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user

"""What keeps views thin: show a form, run its action, say what happened; run a one-button action and come back."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, NamedTuple
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from declic.core.errors import DomainError
from declic.core.forms import cleaned_rows

UNPROCESSABLE = 422


class SeeOther(HttpResponseRedirect):
    """A redirection after a POST that always leads to a GET."""

    status_code = 303


def submit(
    request: HttpRequest,
    form: forms.BaseForm,
    action: Callable[..., Any],
    *,
    success: str | Callable[[Any], str],
    to: str | Callable[[Any], str],
    template: str,
    context: Mapping[str, Any] | None = None,
    formset: "forms.BaseFormSet[Any] | None" = None,
) -> HttpResponseBase:
    """Show the form, or run `action(**form.cleaned_data)` when it was sent and is valid.

    `success` is the sentence to show next and `to` the address to go to: texts, or functions of what the action
    returned. A DomainError becomes an error of the form, shown again with all that was typed (status 422). With a
    `formset`, the action also receives `rows`, a list of cleaned rows.
    """
    page = {**(context or {}), "form": form, **({"formset": formset} if formset is not None else {})}
    if request.method != "POST":
        return render(request, template, page)
    # Both are asked, so that every error shows at once.
    valid = [form.is_valid(), formset is None or formset.is_valid()]
    if not all(valid):
        return render(request, template, page, status=UNPROCESSABLE)
    rows = {} if formset is None else {"rows": cleaned_rows(formset)}
    try:
        result = action(**form.cleaned_data, **rows)
    except (DomainError, ValidationError) as error:
        add_domain_error(form, error)
        return render(request, template, page, status=UNPROCESSABLE)
    messages.success(request, success(result) if callable(success) else success)
    return SeeOther(to(result) if callable(to) else to)


def add_domain_error(form: forms.BaseForm, error: DomainError | ValidationError) -> None:
    """Put the sentence of a refused action on the field it names, or on top of the form."""
    if isinstance(error, DomainError):
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    for field, sentences in getattr(error, "message_dict", {NON_FIELD_ERRORS: error.messages}).items():
        form.add_error(field if field in form.fields else None, sentences)


class Done(NamedTuple):
    """What a one-button action tells: the sentence to show and where to go (back to the page it came from if None)."""

    message: str
    to: str | None = None


def post_action[**P](
    view: Callable[Concatenate[HttpRequest, P], Done | HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For one-button forms: POST only; the view returns a `Done`. A DomainError is said on the page one came from."""

    @require_POST
    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            done = view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, error.message)
            return SeeOther(way_back(request))
        if not isinstance(done, Done):
            return done
        messages.success(request, done.message)
        return SeeOther(done.to or way_back(request))

    return run


def way_back(request: HttpRequest, default: str = "/") -> str:
    """A safe address of ours to return to: the posted `next`, else the page one came from, else `default`."""
    hosts = {request.get_host()}
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()):
            parts = urlsplit(address)
            # A path that begins with two slashes would be read as another site.
            if parts.path and not parts.path.startswith("//") and parts.path != request.path:
                return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return default

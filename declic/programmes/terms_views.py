"""Pages that write the terms of an edition part by part, and show the versions of before."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import ValidationError

from declic.accounts.enums import Permission
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import submit
from declic.programmes import actions
from declic.programmes.access import access_edition
from declic.programmes.entry_form import EntryForm
from declic.programmes.forms import fingerprint
from declic.programmes.models import TermsVersion
from declic.programmes.parts import PARTS
from declic.programmes.problems import expected_of
from declic.programmes.queries import current_terms, versions_with_entries
from declic.programmes.scales import scale_labels


def terms_part(request: HttpRequest, edition_id: int, part: str) -> HttpResponseBase:
    """Write one part of the terms: in place, or as the next version when people have entered under these."""
    edition = access_edition(edition_id, request.user, Permission.MANAGE_PROGRAMMES)  # type: ignore[arg-type]
    if part not in PARTS:
        raise Http404
    chosen, current = PARTS[part], current_terms(edition)
    terms, frozen = current.terms, current.frozen_at is not None
    state = fingerprint(current.frozen_at, *(getattr(terms, field) for field in chosen.fields))
    form = chosen.form(**posted(request), terms=terms, frozen=frozen, versioned=state)
    if isinstance(form, EntryForm):
        form.offer_scales(scale_labels(edition.operator_id))
    row_set = chosen.form.row_set
    rows = row_set(data=request.POST or None, initial=chosen.form.rows_of(terms), prefix="rows") if row_set else None
    if rows is not None and part == "materiel" and rows.initial_form_count() and "ligne" not in request.GET:
        # A machine takes a whole screen: the empty one comes when asked for.
        rows.extra = 0

    def run(**typed: Any) -> TermsVersion:
        typed.pop("rows", None)
        note = typed.pop("note", "")
        try:
            return actions.write_terms_part(
                acting_user=request.user,  # type: ignore[arg-type]
                edition=edition,
                changes=form.changes(typed, rows.built() if rows is not None else []),
                note=note,
            )
        except ValidationError as error:
            first = expected_of(error.errors(include_url=False)[0])
            raise DomainError(_("Il faut %(expected)s.") % {"expected": first}) from None

    def said(version: TermsVersion) -> str:
        if version.pk == current.pk:
            return _("« %(part)s » : c'est enregistré.") % {"part": chosen.title}
        return _(
            "La version %(number)s est créée. Elle vaut pour les prochaines entrées ; rien ne change pour les personnes"
            " déjà entrées."
        ) % {"number": version.number}

    keys = list(PARTS)
    following = keys[keys.index(part) + 1 :][:1]
    goes_on = "next" in request.POST and following
    return submit(
        request,
        form,
        run,
        success=said,
        to=reverse("programmes:terms", args=[edition.pk, following[0]])
        if goes_on
        else reverse("programmes:edition", args=[edition.pk]),
        template="programmes/terms_part.html",
        context={
            "edition": edition,
            "part": chosen,
            "parts": PARTS.values(),
            "current": current,
            "frozen": frozen,
            "next_number": current.number + 1,
            "following": PARTS[following[0]] if following else None,
            "rule_sentences": chosen.sentences(terms) if part == "entree" else [],
        },
        formset=rows,
    )


def version(request: HttpRequest, edition_id: int, number: int) -> HttpResponse:
    """One version of the terms, as it binds those who entered under it."""
    edition = access_edition(edition_id, request.user)  # type: ignore[arg-type]
    shown = versions_with_entries(edition).filter(number=number).first()
    if shown is None:
        raise Http404
    return render(
        request,
        "programmes/version.html",
        {
            "edition": edition,
            "version": shown,
            "latest": current_terms(edition).number,
            "parts": [(part, part.sentences(shown.terms)) for part in PARTS.values()],
        },
    )

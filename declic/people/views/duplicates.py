"""The queue of files that may be one person's, and what settles it."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now
from declic.core.forms import posted
from declic.core.french import of
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.people import actions
from declic.people.access import access_merge, access_pair, access_person, visible_pairs
from declic.people.enums import PairReason, PairState
from declic.people.forms_around import DistinctForm
from declic.people.views.around import found_people


def queue(request: HttpRequest) -> HttpResponse:
    """Files that may be one person's, the likeliest first: only pairs of which the user sees both."""
    require(request.user, Permission.MERGE_PEOPLE)
    pairs = visible_pairs(user_of(request)).filter(state=PairState.OPEN).select_related("first__site", "second__site")
    page = keyset_page(pairs, request.GET, order=(("score", True), ("pk", False)), size=20)
    labels = dict(PairReason.choices)
    for pair in page.rows:
        pair.why = [str(labels.get(reason, reason)) for reason in pair.reasons]
    return render(request, "people/duplicates.html", {"page": page})


def distinct(request: HttpRequest, pair_id: int) -> HttpResponseBase:
    """Say that two files are two persons', and how one knows: they are never proposed again."""
    user = user_of(request)
    pair = access_pair(pair_id, user)
    return submit(
        request,
        DistinctForm(**posted(request)),
        lambda *, why: actions.settle_pair(acting_user=user, pair=pair, why=why, at=now()),
        success=_("C’est noté : ces deux dossiers ne seront plus rapprochés."),
        to=reverse("people:duplicates"),
        template="people/distinct.html",
        context={"pair": pair},
    )


def reunite_find(request: HttpRequest, person_id: int) -> HttpResponse:
    """Find the other file of the same person."""
    person = access_person(person_id, user_of(request), Permission.MERGE_PEOPLE)
    text, found = found_people(request, person, Permission.MERGE_PEOPLE)
    return render(request, "people/reunite_find.html", {"person": person, "text": text, "found": found})


@post_action
def reunion_undo(request: HttpRequest, merge_id: int) -> Done:
    """Part again two files that were reunited."""
    user = user_of(request)
    merge = actions.undo_merge(acting_user=user, merge=access_merge(merge_id, user), at=now())
    return Done(
        _(
            "Les deux dossiers sont de nouveau séparés, chacun avec ce qui était à lui. L’autre est le dossier %(of_other)s."
        )
        % {"of_other": of(merge.absorbed)},
        to=reverse("web:file", args=[merge.kept_id]),
    )

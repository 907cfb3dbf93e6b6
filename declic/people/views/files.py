"""Pages about people: find someone, open and correct a file, date a situation, see who looked."""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import format_day, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.french import of
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.organisations.models import Site
from declic.people import actions
from declic.people.access import access_person, is_guest, own_site, visible_people
from declic.people.enums import SnapshotMoment
from declic.people.forms import (
    ChangeForm,
    EditPersonForm,
    NewPersonForm,
    PeopleFilter,
    PhoneFormSet,
    facts_of,
    phones_initial,
    situation_initial,
    typed_phones,
)
from declic.people.models import Person, PersonPhone
from declic.people.queries import accesses_of, latest_snapshot, likely_same, search_people, standings_of
from declic.people.views.going_on import file_or_list

MOST_FOUND = 50
"""A search shows its best answers only: past these, one more word finds better than one more page."""

_EDITED = (
    "first_name", "last_name", "birth_name", "called", "birth_date", "gender", "email", "contact_preference",
    "preferred_language", "languages", "needs_help_reading", "address", "postal_code", "city", "site",
)  # fmt: skip


def people_list(request: HttpRequest) -> HttpResponse:
    """Find someone among the people one may see, or leaf through them by name."""
    scope = require(request.user, Permission.SEE_PEOPLE)
    q = request.GET.get("q", "").strip()
    sites = Site.objects.filter(operator__in=scope.operators(Permission.SEE_PEOPLE), closed_on__isnull=True)
    filters = PeopleFilter(request.GET, sites=list(sites.values_list("pk", "name")))
    people = visible_people(request.user)  # type: ignore[arg-type]
    place = filters.cleaned_data["lieu"] if filters.is_valid() else ""
    if place:
        people = people.filter(site__isnull=True) if place == "sans" else people.filter(site=int(place))
    people = people.select_related("site").prefetch_related(
        Prefetch("phones", PersonPhone.objects.order_by("pk"), to_attr="numbers")
    )
    page, found, more = None, [], False
    if q:
        found = list(search_people(people, q)[: MOST_FOUND + 1])
        more = len(found) > MOST_FOUND
        found = found[:MOST_FOUND]
    else:
        page = keyset_page(people, request.GET, order=(("sort_key", False),))
        found = page.rows
    context = {
        "q": q,
        "page": page,
        "people": found,
        "more": more,
        "filters": filters,
        "filtered": bool(place),
        "has_sites": len(filters.fields["lieu"].choices) > 2,  # type: ignore[attr-defined]
        "may_create": scope.can(Permission.EDIT_PEOPLE),
        "may_merge": scope.can(Permission.MERGE_PEOPLE),
        "may_hand_over": scope.can(Permission.MANAGE_SITES),
    }
    return render(request, "people/list.html", context)


def create(request: HttpRequest) -> HttpResponseBase:
    """Open a file, unless the person has one already: likely ones are shown first."""
    operator = acting_operator(request, Permission.EDIT_PEOPLE)
    twins: list[Person] = []
    phones = PhoneFormSet(**posted(request), prefix="phones")

    def register(*, rows: list[Any], informed: bool, **typed: Any) -> Person:
        phones_typed = typed_phones(phones)
        found = likely_same(
            visible_people(request.user, Permission.EDIT_PEOPLE)  # type: ignore[arg-type]
            .filter(operator=operator)
            .select_related("site"),
            first_name=typed["first_name"],
            last_name=typed["last_name"],
            birth_date=typed["birth_date"],
            phones=[phone.number for phone in phones_typed],
            birth_name=typed.get("birth_name") or "",
            email=typed.get("email") or "",
            postal_code=typed.get("postal_code") or "",
            address=typed.get("address") or "",
            gender=typed.get("gender") or "",
        )
        # Only those shown with the question were answered by it: a changed name asks again.
        answered = set(request.POST.getlist("other"))
        if any(str(person.pk) not in answered for person in found):
            twins.extend(found)
            raise DomainError(_("Cette personne a peut-être déjà un dossier : regardez avant d’en ouvrir un autre."))
        return actions.register_person(
            acting_user=request.user,  # type: ignore[arg-type]
            operator=operator,
            on=today(),
            phones=phones_typed,
            informed_on=today() if informed else None,
            **typed,
        )

    names = request.GET.get("nom", "").split()
    initial = {
        "first_name": " ".join(names[:1]),
        "last_name": " ".join(names[1:]),
        "site": own_site(request.user, operator.pk),  # type: ignore[arg-type]
    }
    return submit(
        request,
        NewPersonForm(**posted(request), operator=operator, initial=initial),
        register,
        formset=phones,
        success=lambda person: (
            _("Le dossier %(of_person)s est ouvert (n° %(number)s). Ensuite : l’orienter ou l’inscrire.")
            % {"of_person": of(person), "number": person.case_number}
        ),
        to=lambda person: file_or_list(user_of(request), person),
        template="people/create.html",
        context={"twins": twins, "operator": operator},
    )


@transaction.atomic
def edit(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Correct what the file says of the person."""
    person = access_person(
        person_id,
        request.user,  # type: ignore[arg-type]
        Permission.EDIT_PEOPLE,
        for_update=request.method == "POST",
    )
    phones = PhoneFormSet(**posted(request), prefix="phones", initial=phones_initial(person))
    form = EditPersonForm(
        **posted(request),
        operator=person.operator,
        versioned=person,
        initial={name: getattr(person, name) for name in _EDITED} | {"site": person.site_id or ""},
    )
    # A file that is shared is not given away by those with whom it is shared.
    form.fields["site"].disabled = is_guest(user_of(request), person)
    return submit(
        request,
        form,
        lambda *, rows, **typed: actions.correct_person(
            acting_user=request.user,  # type: ignore[arg-type]
            person=person,
            on=today(),
            changes=typed,
            phones=typed_phones(phones),
        ),
        formset=phones,
        success=_("Le dossier est corrigé."),
        # Given to another place, the file may be closed to whoever gave it.
        to=lambda corrected: file_or_list(user_of(request), corrected),
        template="people/edit.html",
        context={"person": person},
    )


def snapshot(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Write down the person's situation on a date; former ones stay as they were."""
    person = access_person(person_id, request.user, Permission.EDIT_PEOPLE)  # type: ignore[arg-type]
    latest = latest_snapshot(person)
    return submit(
        request,
        ChangeForm(**posted(request), initial={"on": today(), **situation_initial(latest)}),
        lambda *, on, **typed: actions.take_snapshot(
            acting_user=request.user,  # type: ignore[arg-type]
            person=person,
            moment=SnapshotMoment.CHANGE,
            on=on,
            facts=facts_of(typed),
        ),
        success=lambda taken: _("La situation au %(day)s est notée.") % {"day": format_day(taken.on)},
        to=reverse("web:file", args=[person.pk]),
        template="people/snapshot.html",
        context={"person": person, "latest": latest},
    )


def accesses(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who looked at the file, when and how (rule 17)."""
    person = access_person(person_id, user_of(request))
    page = keyset_page(accesses_of(person), request.GET, order=(("at", True), ("pk", True)))
    standings = standings_of({access.user_id for access in page.rows}, person.operator_id)
    for access in page.rows:
        access.standing = standings.get(access.user_id, "")
    return render(request, "people/accesses.html", {"person": person, "page": page})

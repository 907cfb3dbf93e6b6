"""Who is close to a person, who follows her, and which other team reads her file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.queries import advisers_of
from declic.core.dates import format_short, today
from declic.core.forms import posted
from declic.core.french import of
from declic.core.views import Done, post_action, submit
from declic.organisations.models import Site
from declic.people import actions
from declic.people.access import access_follower, access_link, access_person, access_share, visible_people
from declic.people.forms_around import CHILD, FollowerForm, HandOverForm, LinkForm, ShareForm
from declic.people.models import Person, PersonLink
from declic.people.queries import caseloads, followers_of, search_people, shares_of
from declic.people.views.going_on import file_or_list

SHOWN = 20
"""People proposed for one search; more means: type more."""


def found_people(request: HttpRequest, person: Person, permission: Permission) -> tuple[str, list[Person]]:
    """What was searched (`q`) and whom it may mean, among those seen of the same operator, the person left out."""
    text = request.GET.get("q", "").strip()[:100]
    if not text:
        return "", []
    others = visible_people(user_of(request), permission).filter(operator=person.operator_id).exclude(pk=person.pk)
    return text, list(search_people(others.select_related("site"), text)[:SHOWN])


def link_find(request: HttpRequest, person_id: int) -> HttpResponse:
    """Find the one to whom the person is linked."""
    person = access_person(person_id, user_of(request), Permission.EDIT_PEOPLE)
    text, found = found_people(request, person, Permission.EDIT_PEOPLE)
    return render(request, "people/link_find.html", {"person": person, "text": text, "found": found})


def link_add(request: HttpRequest, person_id: int, other_id: int) -> HttpResponseBase:
    """Write what two persons are to each other."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.EDIT_PEOPLE)
    other = access_person(other_id, user, Permission.EDIT_PEOPLE)

    def link(*, kind: str, since: Any) -> PersonLink:
        one, two = (other, person) if kind == CHILD else (person, other)
        return actions.link_people(
            acting_user=user,
            person=one,
            other=two,
            kind="parent" if kind == CHILD else kind,
            since=since,
            on=today(),
        )

    return submit(
        request,
        LinkForm(**posted(request), person=person, other=other, initial={"since": today()}),
        link,
        success=_("Le lien avec %(other)s est noté dans les deux dossiers.") % {"other": other},
        to=reverse("web:file", args=[person.pk]),
        template="people/link_add.html",
        context={"person": person, "other": other},
    )


@post_action
def link_end(request: HttpRequest, person_id: int, link_id: int) -> Done:
    """The link is over."""
    person = access_person(person_id, user_of(request), Permission.EDIT_PEOPLE)
    link = access_link(link_id, user_of(request), person)
    actions.end_link(acting_user=user_of(request), link=link, until=today())
    return Done(
        _("Ce lien est terminé. Il reste dans l’histoire du dossier."), to=reverse("web:file", args=[person.pk])
    )


def followers(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Who follows the person, and who takes over."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.EDIT_PEOPLE)
    running = list(followers_of(person))

    def change(*, user: User, instead_of: User | None) -> Any:
        return actions.change_follower(
            acting_user=user_of(request), person=person, user=user, on=today(), instead_of=instead_of
        )

    form = FollowerForm(
        **posted(request),
        colleagues=advisers_of(person.operator_id, today()),
        followers=[row.user for row in running],
        initial={"instead_of": running[0].user_id if len(running) == 1 else ""},
    )
    return submit(
        request,
        form,
        change,
        success=lambda row: (
            _("%(name)s suit désormais %(person)s. Prévenez la personne.") % {"name": row.user.name, "person": person}
        ),
        to=lambda row: file_or_list(user, person),
        template="people/followers.html",
        context={"person": person, "running": running},
    )


@post_action
def unfollow(request: HttpRequest, person_id: int, follower_id: int) -> Done:
    """A colleague no longer follows the person."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.EDIT_PEOPLE)
    row = access_follower(follower_id, person)
    actions.unfollow(acting_user=user, person=person, user=row.user, until=today())
    return Done(
        _("%(name)s ne suit plus %(person)s.") % {"name": row.user.name, "person": person},
        to=file_or_list(user, person),
    )


def hand_over(request: HttpRequest) -> HttpResponseBase:
    """Give all the people of a colleague to another, when someone leaves or changes work."""
    operator = acting_operator(request, Permission.MANAGE_SITES, whole=True)
    givers = caseloads(operator.pk)
    return submit(
        request,
        HandOverForm(**posted(request), givers=givers, takers=advisers_of(operator, today())),
        lambda *, giver, taker: (
            actions.hand_over_caseload(
                acting_user=user_of(request), operator_id=operator.pk, giver=giver, taker=taker, on=today()
            ),
            taker,
        ),
        success=lambda done: (
            ngettext(
                "%(n)d personne est désormais suivie par %(name)s.",
                "%(n)d personnes sont désormais suivies par %(name)s.",
                done[0],
            )
            % {"n": done[0], "name": done[1].name}
        ),
        to=reverse("people:hand_over"),
        template="people/hand_over.html",
        context={"givers": givers, "operator": operator},
    )


def share(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Open the file to the team of another place, for a reason and until a day."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.SHARE_FILES)
    sites = Site.objects.filter(operator=person.operator_id, closed_on__isnull=True)
    sites = sites if person.site_id is None else sites.exclude(pk=person.site_id)
    return submit(
        request,
        ShareForm(**posted(request), sites=list(sites), initial={"until": ShareForm.usual_end()}),
        lambda **typed: actions.share_file(acting_user=user, person=person, on=today(), **typed),
        success=lambda opened: (
            _("L’équipe du lieu « %(site)s » lit le dossier %(of_person)s jusqu’au %(day)s.")
            % {"site": opened.site, "of_person": of(person), "day": format_short(opened.until)}
        ),
        to=reverse("people:share", args=[person.pk]),
        template="people/share.html",
        context={"person": person, "shares": list(shares_of(person)), "on": today()},
    )


@post_action
def share_end(request: HttpRequest, person_id: int, share_id: int) -> Done:
    """Close the file again to the other team."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.SHARE_FILES)
    ended = actions.end_share(acting_user=user, share=access_share(share_id, person), on=today())
    return Done(_("L’équipe du lieu « %(site)s » ne lit plus ce dossier.") % {"site": ended.site})

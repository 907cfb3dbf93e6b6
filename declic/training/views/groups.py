"""Pages of groups: list, open, fill, schedule."""

from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.core.dates import add_months, format_month, today
from declic.core.forms import posted
from declic.core.french import of
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.diagnosis.enums import AssessmentKind, Level
from declic.diagnosis.models import Assessment
from declic.diagnosis.queries import confirmed_level, confirmed_levels, team
from declic.organisations.models import Site
from declic.orientation.access import access_enrolment, visible_enrolments
from declic.programmes.access import visible_editions
from declic.programmes.models import Edition, TermsVersion
from declic.programmes.queries import current_terms
from declic.training import actions
from declic.training.access import access_group, access_place, knows_files, visible_groups, visible_sessions
from declic.training.enums import GroupKind
from declic.training.forms import GroupFilters, GroupForm, LeaveForm, ScheduleForm, VolunteerTrainingForm
from declic.training.models import CourseGroup, GroupPlace, VolunteerTraining
from declic.training.queries import (
    Offer,
    attended_minutes,
    course_level,
    hours,
    hours_of,
    is_volunteer,
    offers,
    sheet_state,
    volunteers,
    waiting_for_a_place,
    with_fill,
)

WAITING_SHOWN = 20


def group_list(request: HttpRequest) -> HttpResponseBase:
    """Today's classes, then the groups; a volunteer sees today's classes alone."""
    user = user_of(request)
    scope = require(user, Permission.RUN_COURSES, Permission.TEACH)
    day = today()
    sessions = (
        visible_sessions(user, on=day)
        .filter(on=day)
        .select_related("group__edition__programme", "group__site", "trainer")
        .order_by("-half_day", "group__name", "pk")
    )
    page: dict[str, Any] = {
        "today": day,
        "sessions": [{"session": session, "state": sheet_state(session, day)} for session in sessions],
        "runs": scope.can(Permission.RUN_COURSES),
        "welcomes": scope.can(Permission.WELCOME),
    }
    if page["runs"]:
        page |= _groups(request)
    return render(request, "training/list.html", page)


def _groups(request: HttpRequest) -> dict[str, Any]:
    user, day = user_of(request), today()
    filters = GroupFilters(
        request.GET or None,
        editions=visible_editions(user, Permission.RUN_COURSES).select_related("programme"),
    )
    chosen = filters.cleaned_data if filters.is_valid() else {}
    past = chosen.get("quand") == "passes"
    groups = visible_groups(user).filter(**{"ends_on__lt" if past else "ends_on__gte": day})
    if chosen.get("edition"):
        groups = groups.filter(edition=chosen["edition"])
    rows = with_fill(groups.select_related("edition__programme", "site", "trainer"))
    order = (("starts_on", past), ("pk", past))
    return {"filters": filters, "past": past, "page": keyset_page(rows, request.GET, order=order, size=25)}


def group_create(request: HttpRequest) -> HttpResponseBase:
    """First what is opened, in which edition; then the group, with what the terms say already filled in."""
    user = user_of(request)
    require(user, Permission.RUN_COURSES)
    editions = visible_editions(user, Permission.RUN_COURSES).select_related("programme")
    wanted = request.GET.get("edition", "")
    edition = editions.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    offer = None
    if edition is not None:
        found = offers(current_terms(edition).terms)
        offer = next((one for one in found if one.code == request.GET.get("offre")), None)
    if edition is None or offer is None:
        shown = [edition] if edition else list(editions.filter(ends_on__gte=today()).order_by("starts_on", "pk")[:20])
        return render(request, "training/group_choose.html", {"choices": _choices(shown)})
    return _group_form(request, edition, offer)


def _choices(editions: list[Edition]) -> list[dict[str, Any]]:
    versions = {
        version.edition_id: version
        for version in TermsVersion.objects.filter(edition__in=editions).order_by("edition", "number")
    }
    return [{"edition": edition, "offers": offers(versions[edition.pk].terms)} for edition in editions]


def _group_form(request: HttpRequest, edition: Edition, offer: Offer) -> HttpResponseBase:
    user = user_of(request)
    first = max(today(), edition.starts_on)
    sites = Site.objects.filter(operator=edition.operator_id, closed_on__isnull=True)
    own_sites = [reach.site_id for reach in scope_of(user).having(Permission.RUN_COURSES) if reach.site_id]
    form = GroupForm(
        **posted(request),
        sites=sites,
        team=team(edition.operator_id, Permission.TEACH, today()),
        initial={
            "name": f"{offer.name}, {format_month(first)}",
            "audience": offer.audience,
            "hours": offer.hours,
            "capacity": offer.capacity or 10,
            "starts_on": first,
            "ends_on": min(add_months(first, 1), edition.ends_on),
            "site": own_sites[0] if own_sites else None,
            "trainer": user.pk,
        },
    )
    return submit(
        request,
        form,
        lambda **typed: actions.open_group(
            acting_user=user,
            edition=edition,
            kind=offer.kind,
            course_code=offer.course_code,
            theme=offer.name if offer.kind == GroupKind.WORKSHOP else "",
            **typed,
        ),
        success=lambda group: _("Groupe ouvert : %(name)s. Prochain pas : ses séances.") % {"name": group.name},
        to=lambda group: reverse("training:schedule", args=[group.pk]),
        template="training/group_form.html",
        context={"edition": edition, "offer": offer},
    )


def group(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """A group: who is in it, who waits, its classes."""
    user = user_of(request)
    found = access_group(group_id, user)
    day = today()
    terms = current_terms(found.edition).terms
    level = course_level(found, terms)
    places = list(
        GroupPlace.objects.filter(group=found, left_on__isnull=True)
        .select_related("enrolment__person", "enrolment__terms")
        .order_by("enrolment__person__last_name", "enrolment__person__first_name", "pk")
    )
    waiting, more = _waiting(found, level, user) if found.ends_on >= day else ([], 0)
    enrolments = [place.enrolment for place in places]
    levels = confirmed_levels([place.enrolment_id for place in places])
    counted = hours_of(enrolments) if found.kind == GroupKind.COURSE else {}
    attended = attended_minutes([place.enrolment_id for place in places], kinds=(found.kind,))
    sessions = list(
        found.sessions.select_related("trainer")
        .annotate(
            present=Count(
                "attendances",
                filter=Q(attendances__corrected_by__isnull=True, attendances__status="present"),
            )
        )
        .order_by("on", "-half_day")
    )
    page = {
        "group": found,
        "level": Level(level) if level else None,
        "places": [
            {
                "place": place,
                "level": levels.get(place.enrolment_id),
                "differs": bool(level and levels.get(place.enrolment_id, level) != level),
                "hours": counted.get(place.enrolment_id),
                "attended": attended.get(place.enrolment_id, 0),
            }
            for place in places
        ],
        "left": max(found.capacity - len(places), 0),
        "waiting": waiting,
        "more": more,
        "sessions": [{"session": session, "state": sheet_state(session, day)} for session in sessions],
        "scheduled": sum(session.minutes for session in sessions if session.held is not False),
        "files": knows_files(user, found.operator_id),
        "over": found.ends_on < day,
        "named": found.kind != GroupKind.PROFESSIONALS,
    }
    return render(request, "training/group.html", page)


def _waiting(found: CourseGroup, level: str, user: User) -> tuple[list[dict[str, Any]], int]:
    """People whom `user` may give a place, those of the group's level first; and how many more there are."""
    if found.kind == GroupKind.PROFESSIONALS:
        return [], 0
    last = (
        Assessment.objects.filter(enrolment=OuterRef("pk"), kind=AssessmentKind.ENTRY)
        .exclude(confirmed_level="")
        .order_by("-on", "-pk")
    )
    reached = visible_enrolments(user, Permission.RUN_COURSES).values("pk")
    waiting = (
        waiting_for_a_place(found)
        .filter(pk__in=reached)
        .annotate(
            level=Subquery(last.values("confirmed_level")[:1]),
            fit=Case(When(level=level, then=Value(0)), default=Value(1), output_field=IntegerField()),
        )
    )
    rows = list(waiting.order_by("fit", "starts_on", "pk")[: WAITING_SHOWN + 1])
    more = waiting.count() - WAITING_SHOWN if len(rows) > WAITING_SHOWN else 0
    return (
        [
            {
                "enrolment": row,
                "level": Level(row.level) if row.level else None,
                "fits": bool(level) and row.level == level,
            }
            for row in rows[:WAITING_SHOWN]
        ],
        more,
    )


@post_action
def take(request: HttpRequest, group_id: int, enrolment_id: int) -> Done:
    """Give the person a place in the group."""
    user = user_of(request)
    found = access_group(group_id, user)
    enrolment = access_enrolment(enrolment_id, user, Permission.RUN_COURSES)
    actions.take_place(acting_user=user, group=found, enrolment=enrolment, on=today())
    return Done(
        _("%(person)s a une place dans « %(group)s ».") % {"person": enrolment.person, "group": found.name},
        to=reverse("training:group", args=[found.pk]),
    )


def place(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Groups in which the person may have a place, those of the confirmed level first."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.RUN_COURSES)
    level = confirmed_level(enrolment.pk)
    terms = current_terms(enrolment.edition).terms
    held = set(GroupPlace.objects.filter(enrolment=enrolment, left_on__isnull=True).values_list("group_id", flat=True))
    groups = (
        with_fill(visible_groups(user))
        .filter(edition=enrolment.edition_id, ends_on__gte=today())
        .exclude(kind=GroupKind.PROFESSIONALS)
        .select_related("site")
        .order_by("starts_on", "pk")
    )
    rows = [
        {
            "group": one,
            "level": Level(made_for) if (made_for := course_level(one, terms)) else None,
            "fits": bool(level) and made_for == level,
            "differs": bool(level and made_for and made_for != level),
            "left": max(one.capacity - one.taken, 0),  # type: ignore[attr-defined]
            "held": one.pk in held,
        }
        for one in groups
    ]
    rows.sort(key=lambda row: (row["held"], not row["fits"], bool(row["differs"]), not row["left"]))
    return render(
        request,
        "training/place.html",
        {
            "enrolment": enrolment,
            "level": level,
            "to_confirm": None if level else Assessment.objects.filter(enrolment=enrolment).first(),
            "rows": rows,
            "hours": hours(enrolment),
            "edition": enrolment.edition,
        },
    )


def leave(request: HttpRequest, place_id: int) -> HttpResponseBase:
    """Free a place, and say why."""
    user = user_of(request)
    found = access_place(place_id, user)
    return submit(
        request,
        LeaveForm(**posted(request), initial={"on": today()}),
        lambda **typed: actions.leave_group(acting_user=user, place=found, **typed),
        success=_("La place %(of_person)s est libre.") % {"of_person": of(found.enrolment.person)},
        to=reverse("training:group", args=[found.group_id]),
        template="training/leave.html",
        context={"place": found},
    )


def schedule(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """One class or many at once."""
    user = user_of(request)
    found = access_group(group_id, user)
    day = today()
    last = found.sessions.order_by("-on", "-pk").first()
    form = ScheduleForm(
        **posted(request),
        team=team(found.operator_id, Permission.TEACH, day),
        volunteers=volunteers(found.operator_id, day),
        initial={
            "first": found.starts_on,
            "last": found.ends_on,
            "minutes": last.minutes if last else 180,
            "room": last.room if last else "",
            "trainer": last.trainer_id if last else found.trainer_id,
            "half_days": ["morning"],
        },
    )

    def run(**typed: Any) -> list[Any]:
        by_volunteer = is_volunteer(typed["trainer"], found.operator_id, day)
        return actions.schedule_pattern(acting_user=user, group=found, led_by_volunteer=by_volunteer, **typed)

    return submit(
        request,
        form,
        run,
        success=lambda added: (
            ngettext("%(count)s séance ajoutée.", "%(count)s séances ajoutées.", len(added)) % {"count": len(added)}
        ),
        to=reverse("training:group", args=[found.pk]),
        template="training/schedule.html",
        context={"group": found, "scheduled": sum(found.sessions.values_list("minutes", flat=True))},
    )


def volunteer_list(request: HttpRequest) -> HttpResponseBase:
    """What volunteers learned before they teach."""
    user = user_of(request)
    operator = acting_operator(request, Permission.RUN_COURSES)
    trained = VolunteerTraining.objects.filter(operator=operator).select_related("user")
    return submit(
        request,
        VolunteerTrainingForm(
            **posted(request),
            volunteers=volunteers(operator.pk, today()),
            today=today(),
            initial={"on": today()},
        ),
        lambda **typed: actions.record_volunteer_training(
            acting_user=user, operator=operator, user=typed.pop("user"), **typed
        ),
        success=lambda done: _("Formation notée : %(name)s peut animer dès le lendemain.") % {"name": done.user},
        to=reverse("training:volunteers"),
        template="training/volunteers.html",
        context={"page": keyset_page(trained, request.GET, order=(("on", True), ("pk", True)), size=30)},
    )

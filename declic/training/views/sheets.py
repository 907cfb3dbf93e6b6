"""Pages of one class: its sheet, on screen and on paper, and its corrections."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.views import Done, SeeOther, post_action, submit
from declic.diagnosis.queries import confirmed_levels
from declic.orientation.enums import Need
from declic.orientation.models import Enrolment
from declic.people.actions import log_accesses
from declic.people.models import AccessLog
from declic.training import actions
from declic.training.access import access_attendance, access_session, knows_files
from declic.training.enums import AttendanceStatus, GroupKind
from declic.training.forms import CorrectForm, HeadcountForm, SheetForm
from declic.training.models import Attendance, ClassSession
from declic.training.queries import places_on, sheet_state

_NEEDS = dict(Need.choices)


def _needs(enrolment: Enrolment, level: Any) -> str:
    """What whoever teaches must know of a person, and nothing else (rule 18)."""
    known = [str(level.label)] if level else []
    if enrolment.person.needs_help_reading:
        known.append(_("aide pour lire"))
    if enrolment.referral is not None:
        known += [str(_NEEDS[need]) for need in enrolment.referral.needs if need in _NEEDS]
    return ", ".join(known)


def sheet(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Sign who came; signed lines stand below, to be corrected only."""
    user = user_of(request)
    session = access_session(session_id, user, on=today())
    enrolments = [place.enrolment for place in places_on(session)]
    lines = list(
        session.attendances.filter(corrected_by__isnull=True)
        .select_related("enrolment__person", "recorded_by", "corrects")
        .order_by("enrolment__person__last_name", "enrolment__person__first_name", "pk")
    )
    signed = {line.enrolment_id for line in lines}
    unsigned = [enrolment for enrolment in enrolments if enrolment.pk not in signed]
    if request.method == "POST" and not unsigned:
        messages.info(request, _("Cette feuille est déjà signée. Pour changer une ligne, corrigez-la."))
        return SeeOther(request.path)
    levels = confirmed_levels([enrolment.pk for enrolment in unsigned])
    needs = {enrolment.pk: _needs(enrolment, levels.get(enrolment.pk)) for enrolment in unsigned}
    form = SheetForm(**posted(request), enrolments=unsigned, needs=needs, minutes=session.minutes)
    state = sheet_state(session, today())
    page = {
        "session": session,
        "state": state,
        "lines": lines,
        "unsigned": unsigned,
        "may_sign": session.on <= today() and session.held is not False,
        "nobody_present": not any(line.status == AttendanceStatus.PRESENT for line in lines),
        "named": session.group.kind != GroupKind.PROFESSIONALS,
        "files": knows_files(user, session.operator_id),
        "runs": scope_of(user).can(Permission.RUN_COURSES, session.operator_id),
    }
    return submit(
        request,
        form,
        lambda **typed: actions.sign_attendance(acting_user=user, class_session=session, at=now(), **typed),
        success=_said,
        to=reverse("training:sheet", args=[session.pk]),
        template="training/sheet.html",
        context=page,
    )


def _said(lines: list[Attendance]) -> str:
    present = sum(line.status == AttendanceStatus.PRESENT for line in lines)
    return ngettext(
        "Feuille signée : %(present)s présence sur %(all)s. Les heures sont comptées.",
        "Feuille signée : %(present)s présences sur %(all)s. Les heures sont comptées.",
        present,
    ) % {"present": present, "all": len(lines)}


def sheet_print(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The sheet to sign on paper: by each person and by whoever teaches (rule 12)."""
    session = access_session(session_id, user_of(request), on=today())
    places = list(places_on(session))
    log_accesses(
        acting_user=user_of(request),
        operator_id=session.operator_id,
        people=[place.enrolment.person_id for place in places],
        act=AccessLog.Act.PRINT,
        at=now(),
    )
    page = {"session": session, "places": places, "blank": range(3)}
    return render(request, "training/sheet_print.html", page)


def correct(request: HttpRequest, attendance_id: int) -> HttpResponseBase:
    """A new line that replaces a signed one."""
    user = user_of(request)
    line = access_attendance(attendance_id, user, on=today())
    history: list[Attendance] = []
    earlier = line.corrects
    while earlier is not None:
        history.append(earlier)
        earlier = earlier.corrects
    return submit(
        request,
        CorrectForm(
            **posted(request),
            initial={"status": line.status, "minutes": line.minutes or line.class_session.minutes},
        ),
        lambda **typed: actions.correct_attendance(acting_user=user, attendance=line, at=now(), **typed),
        success=_("Ligne corrigée pour %(person)s. Les heures sont recomptées.") % {"person": line.enrolment.person},
        to=reverse("training:sheet", args=[line.class_session_id]),
        template="training/correct.html",
        context={"line": line, "history": history},
    )


def headcount(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """How many came without giving a name."""
    user = user_of(request)
    session = access_session(session_id, user, on=today())
    return submit(
        request,
        HeadcountForm(**posted(request), initial={"headcount": session.headcount}),
        lambda **typed: actions.close_class(acting_user=user, class_session=session, held=True, **typed),
        success=lambda done: (
            ngettext("Séance tenue : %(count)s personne.", "Séance tenue : %(count)s personnes.", done.headcount)
            % {"count": done.headcount}
        ),
        to=reverse("training:sheet", args=[session.pk]),
        template="training/headcount.html",
        context={"session": session},
    )


@post_action
def not_held(request: HttpRequest, session_id: int) -> Done:
    """The class did not take place."""
    user = user_of(request)
    session: ClassSession = access_session(session_id, user, on=today())
    actions.close_class(acting_user=user, class_session=session, held=False)
    return Done(_("C’est noté : la séance n’a pas eu lieu."), to=reverse("training:sheet", args=[session.pk]))

"""The rights of a person: what she was told and asked, the copy of her file, why it is kept, how it is opened again."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.views import Done, post_action, submit
from declic.people import rights_actions
from declic.people.access import access_person, visible_people
from declic.people.actions import log_access
from declic.people.enums import Purpose, RightsHow
from declic.people.models import AccessLog, Person, RetentionHold, RightsEvent
from declic.people.queries import objects_to
from declic.people.rights_access import access_hold
from declic.people.rights_export import as_json, as_pdf
from declic.people.rights_forms import HoldForm, RestoreForm, RightForm

_MIMES = {"pdf": ("application/pdf", "PDF"), "json": ("application/json", "JSON")}


def rights(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """What the person was told and asked, and what she may ask now."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.EDIT_PEOPLE)

    def record(**said: Any) -> RightsEvent:
        return rights_actions.record_right(acting_user=user, person=person, at=now(), **said)

    return submit(
        request,
        RightForm(**posted(request), initial={"on": today(), "how": RightsHow.ORAL, "kind": "informed"}),
        record,
        success=lambda event: _NEXT.get(event.kind, lambda: _("C’est noté."))(),
        to=reverse("people:rights", args=[person.pk]),
        template="people/rights.html",
        context={
            "person": person,
            "events": RightsEvent.objects.filter(person=person).select_related("recorded_by"),
            "objections": [purpose.label for purpose in Purpose if objects_to(person, purpose)],
            "may_manage": visible_people(user, Permission.MANAGE_RIGHTS).filter(pk=person.pk).exists(),
        },
    )


_NEXT: dict[str, Any] = {
    "informed": lambda: _("C’est noté : la personne est informée de ses droits."),
    "correction": lambda: _(
        "C’est noté. Corrigez maintenant le dossier : la personne a un mois pour avoir sa réponse."
    ),
    "objection": lambda: _("C’est noté, et Déclic en tient compte dès maintenant."),
    "objection_lifted": lambda: _("C’est noté : l’opposition est retirée."),
    "joint_consent": lambda: _("C’est noté : gardez l’accord signé avec le dossier."),
}


@post_action
def copy(request: HttpRequest, person_id: int) -> HttpResponse:
    """The copy of the file that the person asked for, to read or for other programs."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.MANAGE_RIGHTS)
    form = request.POST.get("format", "")
    if form not in _MIMES:
        raise DomainError(_("Choisissez la copie à lire (PDF) ou la copie pour ordinateur (JSON)."))
    mime, words = _MIMES[form]
    at, on = now(), today()
    content = as_pdf(person, on=on) if form == "pdf" else as_json(person, at=at)
    rights_actions.record_copy(acting_user=user, person=person, on=on, at=at, note=words)
    log_access(acting_user=user, person=person, act=AccessLog.Act.EXPORT, at=at)
    name = f"dossier-{person.case_number}-{on:%Y-%m-%d}.{form}"
    return HttpResponse(content, content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def hold(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Keep a file beyond its time, or lift what keeps it."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.MANAGE_RIGHTS)

    def place(**said: Any) -> RetentionHold:
        return rights_actions.place_hold(acting_user=user, person=person, on=today(), **said)

    return submit(
        request,
        HoldForm(**posted(request), initial={"kind": "funder"}),
        place,
        success=_("Ce dossier est gardé. Levez la garde quand la raison n’y est plus."),
        to=reverse("people:hold", args=[person.pk]),
        template="people/hold.html",
        context={
            "person": person,
            "holds": RetentionHold.objects.filter(person=person).select_related("placed_by", "released_by"),
            "on": today(),
        },
    )


@post_action
def hold_release(request: HttpRequest, person_id: int, hold_id: int) -> Done:
    """The reason to keep the file is over."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.MANAGE_RIGHTS)
    rights_actions.release_hold(acting_user=user, hold=access_hold(hold_id, person), on=today())
    return Done(_("La garde est levée : la durée de conservation compte de nouveau."), to=_hold_page(person))


def _hold_page(person: Person) -> str:
    return reverse("people:hold", args=[person.pk])


def restore(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Open an archived file again."""
    user = user_of(request)
    require(user, Permission.MANAGE_RIGHTS)
    person = access_person(person_id, user, Permission.MANAGE_RIGHTS)

    def again(*, reason: str) -> Person:
        return rights_actions.restore(acting_user=user, person=person, reason=reason, on=today(), at=now())

    return submit(
        request,
        RestoreForm(**posted(request)),
        again,
        success=_("Le dossier de %(person)s est rouvert. L’équipe le voit de nouveau.") % {"person": person},
        to=reverse("web:file", args=[person.pk]),
        template="people/restore.html",
        context={"person": person},
    )

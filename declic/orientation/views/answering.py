"""Reading a referral, answering it, enrolling, and what was agreed on."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.french import of
from declic.core.views import SeeOther, submit
from declic.orientation import actions
from declic.orientation.access import access_enrolment, access_referral, visible_enrolments, visible_referrals
from declic.orientation.enums import OPEN_STATES, Need, ReferralState
from declic.orientation.following import waiting_rank
from declic.orientation.forms import (
    ACCEPT,
    WAIT,
    AnswerForm,
    EnrolForm,
)
from declic.orientation.models import Enrolment, Referral
from declic.orientation.queries import days_waiting, entry_terms, may_close, places_left
from declic.orientation.sources import begin_with, told_facts, told_persons
from declic.people.access import access_person, own_site, visible_people
from declic.people.actions import log_access
from declic.people.forms import SituationForm, facts_of, situation_initial
from declic.people.models import AccessLog, Person, Snapshot
from declic.people.queries import latest_snapshot, likely_same
from declic.programmes.access import visible_editions
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms, editions_open_for_entry


def detail(request: HttpRequest, referral_id: int) -> HttpResponse:
    """A referral and its answer; a prescriber reads there what was agreed on, and nothing else."""
    user = user_of(request)
    referral = access_referral(referral_id, user)
    # Someone may answer for one place and refer from elsewhere: each referral is read in the role that reaches it.
    team = visible_referrals(user, Permission.ANSWER_REFERRALS).filter(pk=referral.pk).exists()
    log_access(acting_user=user, person=referral.person, act=AccessLog.Act.VIEW, at=now())
    entry = current_terms(referral.edition).terms.entry
    days = days_waiting(referral, today())
    enrolment = Enrolment.objects.filter(referral=referral).select_related("site", "adviser").first()
    reached = visible_enrolments(user, Permission.OPEN_TICKETS)
    context = {
        "referral": referral,
        "enrolment": enrolment,
        "may_ask_help": not team and enrolment is not None and reached.filter(pk=enrolment.pk).exists(),
        "days": days,
        "is_late": days > entry.answer_days,
        "answer_days": entry.answer_days,
        "closable": may_close(referral, entry.close_days, today()),
        "rank": waiting_rank(referral),
        "asks_evaluation": entry.social_evaluation_required,
        "is_open": referral.state in OPEN_STATES,
        "needs": need_words(referral),
        "phones": list(referral.person.phones.all()) if team else [],
        "proofs": list(referral.documents.select_related("document")),
        "has_started": not team and actions.was_told(referral, "started"),
        "today": today(),
    }
    return render(request, "orientation/detail.html" if team else "orientation/own_detail.html", context)


def need_words(referral: Referral) -> list[str]:
    """What the referral asks for, in words."""
    labels = dict(Need.choices)
    return [str(labels.get(need, need)) for need in referral.needs]


def answer(request: HttpRequest, referral_id: int) -> HttpResponseBase:
    """Accept, put on the waiting list or refuse, with the entry rules read one by one."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.ANSWER_REFERRALS)
    if request.method != "POST" and referral.state not in OPEN_STATES:
        messages.info(request, _("Cette orientation a déjà sa réponse : la voici."))
        return SeeOther(reverse("orientation:detail", args=[referral.pk]))
    person = referral.person
    latest = latest_snapshot(person)
    entry = current_terms(referral.edition).terms.entry
    initial = {
        **situation_initial(begin_with(latest, referral)),
        "on": today(),
        "site": person.site_id or referral.site_id or own_site(user, referral.operator_id) or "",
        "adviser": user.pk,
        "persons": told_persons(referral),
    }
    form = AnswerForm(
        **posted(request), person=person, referral=referral, asks_persons=bool(entry.scale_codes()), initial=initial
    )
    others = visible_people(user).filter(operator=person.operator_id).exclude(pk=person.pk).select_related("site")
    context = {
        "referral": referral,
        "person": person,
        "latest": latest,
        "needs": need_words(referral),
        "entry": entry,
        "told": bool(told_facts(referral)),
        "rank": waiting_rank(referral),
        "places_left": places_left(referral.edition),
        "twins": likely_same(
            others,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            phones=list(person.phones.values_list("number", flat=True)),
            person=person,
        ),
        "rules": _read_rules(form, person=person, edition=referral.edition, referral=referral, latest=latest),
    }
    if "check" in request.POST:
        form.keep_only_errors_of_facts()
        return render(request, "orientation/answer.html", {**context, "form": form, "checked": True})

    def decide(*, decision: str, reason: str, **typed: Any) -> Referral | Enrolment:
        given: dict[str, Any] = {
            "acting_user": user,
            "referral": referral,
            "on": typed["on"],
            "answer": typed["answer"],
            "facts": facts_of(typed),
            "persons": typed.get("persons"),
        }
        if decision == ACCEPT:
            given |= {key: typed.get(key) for key in ("site", "adviser", "exception_reason", "birth_date")}
            return actions.accept_referral(**given)
        if decision == WAIT:
            return actions.put_on_waiting_list(**given, reason=typed["waiting_reason"])
        return actions.refuse_referral(**given, reason=reason)

    return submit(
        request,
        form,
        decide,
        success=lambda done: _said(done, referral),
        to=lambda done: (
            reverse("web:file", args=[person.pk])
            if isinstance(done, Enrolment)
            else reverse("orientation:detail", args=[referral.pk])
        ),
        template="orientation/answer.html",
        context=context,
    )


def _said(done: Referral | Enrolment, referral: Referral) -> str:
    about = {
        "person": referral.person,
        "of_person": of(referral.person),
        "edition": referral.edition,
        "who": referral.referent_name,
    }
    if isinstance(done, Enrolment):
        said = _("%(person)s entre dans « %(edition)s ». Ensuite : le diagnostic.") % about
    elif done.state == ReferralState.WAITING:
        said = _("%(person)s est en liste d’attente pour « %(edition)s ».") % about
    else:
        said = _("L’orientation %(of_person)s est refusée, avec sa raison.") % about
    if referral.referent_email:
        return f"{said} " + _("%(who)s reçoit la réponse par courriel.") % {
            "who": referral.referent_name or referral.referent_email
        }
    if referral.prescriber_id:
        return f"{said} " + _("Aucun courriel n’est connu : prévenez le prescripteur vous-même.")
    return said


def _read_rules(
    form: AnswerForm | EnrolForm,
    *,
    person: Person,
    edition: Edition,
    referral: Referral | None,
    latest: Snapshot | None,
) -> list[Any]:
    """The entry rules, read against what the form holds now: what was typed, else what the file knows."""
    typed: Mapping[str, Any]
    if form.is_bound:
        form.is_valid()
        typed = {name: form.cleaned_data.get(name) for name in form.fields}
    else:
        begun = SituationForm(data={name: form[name].value() for name in SituationForm.base_fields})
        begun.is_valid()
        typed = {**begun.cleaned_data, "persons": form.initial.get("persons")}
    about = person
    if person.birth_date is None and typed.get("birth_date"):
        about = Person(birth_date=typed["birth_date"])
    return actions.check_entry(
        person=about,
        edition=edition,
        referral=referral,
        facts=facts_of(typed),
        on=typed.get("on") or today(),
        persons=typed.get("persons"),
        latest=latest,
        typed=_("saisi maintenant"),
    )


def enrol(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Enrol someone who came without referral, where the programme does not ask for one."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.ANSWER_REFERRALS)
    reached = visible_editions(user).filter(operator=person.operator_id).select_related("programme", "operator")
    open_now = list(editions_open_for_entry(reached, today()).order_by("programme__name", "starts_on", "pk"))
    entries = entry_terms(open_now)
    editions = [edition for edition in open_now if not entries[edition.pk].prescriber_required]
    chosen = request.GET.get("edition", "")
    latest = latest_snapshot(person)
    initial: dict[str, Any] = {
        **situation_initial(latest),
        "on": today(),
        "site": person.site_id or own_site(user, person.operator_id) or "",
        "adviser": user.pk,
    }
    if any(str(edition.pk) == chosen for edition in editions):
        initial["edition"] = chosen
    asks_persons = any(entries[edition.pk].scale_codes() for edition in editions)
    form = EnrolForm(**posted(request), person=person, editions=editions, asks_persons=asks_persons, initial=initial)
    wanted = form.editions.get(str(form["edition"].value() or ""))
    context = {
        "person": person,
        "editions": editions,
        "by_referral": [edition for edition in open_now if edition not in editions],
        "rules": _read_rules(form, person=person, edition=wanted, referral=None, latest=latest) if wanted else None,
        "wanted": wanted,
    }
    if "check" in request.POST:
        form.keep_only_errors_of_facts()
        return render(request, "orientation/enrol.html", {**context, "form": form, "checked": True})

    def enter(*, edition: Edition, **typed: Any) -> Enrolment:
        entry: dict[str, Any] = {
            key: typed.get(key) for key in ("on", "site", "adviser", "exception_reason", "birth_date", "persons")
        }
        return actions.enrol(acting_user=user, person=person, edition=edition, facts=facts_of(typed), **entry)

    return submit(
        request,
        form,
        enter,
        success=lambda done: (
            _("%(person)s entre dans « %(edition)s ». Ensuite : le diagnostic.")
            % {"person": person, "edition": done.edition}
        ),
        to=reverse("web:file", args=[person.pk]),
        template="orientation/enrol.html",
        context=context,
    )


def agreed(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """For the prescriber of an enrolment: its dates and nothing more. A team goes to the file."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.REFER)
    if visible_people(user).filter(pk=enrolment.person_id).exists():
        return SeeOther(reverse("web:file", args=[enrolment.person_id]))
    return SeeOther(reverse("orientation:detail", args=[enrolment.referral_id]))

"""Asking: a prescriber in one page, a team from a file, a paper or a phone call; drafts on the way, proofs afterwards."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.core.forms import Form, posted
from declic.core.french import of
from declic.core.views import UNPROCESSABLE, Done, SeeOther, add_domain_error, post_action, submit
from declic.documents.http import as_attachment
from declic.organisations.models import Organisation
from declic.orientation import actions
from declic.orientation.access import access_referral
from declic.orientation.asking_forms import (
    PrescriberReferralForm,
    ProofsForm,
    ReceivedForKnownForm,
    ReceivedReferralForm,
)
from declic.orientation.doors import access_draft, visible_drafts
from declic.orientation.enums import ReferralChannel
from declic.orientation.following import answer_days
from declic.orientation.models import Referral, ReferralDocument, ReferralDraft
from declic.orientation.queries import editions_to_refer_to, entry_terms, prescriber_of
from declic.people.access import access_person
from declic.people.actions import log_access
from declic.people.models import AccessLog
from declic.programmes.models import Edition

_NOT_TYPED = ("csrfmiddlewaretoken", "draft", "proofs")


def create(request: HttpRequest) -> HttpResponseBase:
    """Refer someone: a prescriber in one page, a team from a file, a paper or a phone call."""
    scope = require(request.user, Permission.REFER)
    user = user_of(request)
    number = request.GET.get("brouillon", "")
    draft = access_draft(int(number), user) if number.isdecimal() and len(number) < 18 else None
    editions = list(editions_to_refer_to(user, today()))
    chosen = request.GET.get("edition", "")
    initial: dict[str, Any] = {"edition": chosen} if any(str(one.pk) == chosen for one in editions) else {}
    if not scope.can(Permission.ANSWER_REFERRALS):
        return _create_by_prescriber(request, user, editions, initial, draft)
    operator = acting_operator(request, Permission.ANSWER_REFERRALS)
    known = request.GET.get("person", "")
    person = access_person(int(known), user) if known.isdecimal() and len(known) < 18 else None
    if person is not None:
        operator = person.operator
    elif draft is not None and scope.can(Permission.ANSWER_REFERRALS, draft.operator_id):
        operator = draft.operator
    editions = [edition for edition in editions if edition.operator_id == operator.pk]
    form_class = ReceivedReferralForm if person is None else ReceivedForKnownForm

    def receive(**typed: Any) -> Referral:
        typed |= {"draft": draft, "at": now()}
        if person is not None:
            return actions.send_referral(acting_user=user, person=person, **typed)
        return actions.refer_new_person(acting_user=user, **typed)

    form = form_class(
        **posted(request),
        editions=editions,
        entries=entry_terms(editions),
        operator=operator,
        initial={"on": today(), **initial, **_begun(form_class, draft)},
    )
    return _submit_or_keep(
        request,
        form,
        receive,
        operator=operator,
        draft=draft,
        success=lambda sent: (
            _("L’orientation %(of_person)s est enregistrée. Ensuite : y répondre.") % {"of_person": of(sent.person)}
        ),
        template="orientation/create_team.html",
        context={"person": person, "editions": editions, "operator": operator, "draft": draft},
    )


def _create_by_prescriber(
    request: HttpRequest,
    user: User,
    editions: list[Edition],
    initial: dict[str, Any],
    draft: ReferralDraft | None,
) -> HttpResponseBase:
    def send(*, edition: Edition, **typed: Any) -> Referral:
        return actions.refer_new_person(
            acting_user=user,
            edition=edition,
            on=today(),
            at=now(),
            channel=ReferralChannel.ACCOUNT,
            prescriber=prescriber_of(user, edition.operator_id),
            referent=user,
            draft=draft,
            **typed,
        )

    form = PrescriberReferralForm(
        **posted(request),
        editions=editions,
        entries=entry_terms(editions),
        initial={**initial, **_begun(PrescriberReferralForm, draft)},
    )
    operators = sorted(require(user, Permission.REFER).operators(Permission.REFER))
    return _submit_or_keep(
        request,
        form,
        send,
        operator=draft.operator if draft else Organisation.objects.get(pk=operators[0]),
        draft=draft,
        success=lambda sent: (
            _(
                "Votre orientation est bien arrivée, sous le numéro %(number)s. L’équipe vous répond sous %(days)d jours :"
                " vous recevrez un courriel, et la réponse sera ici."
            )
            % {"number": sent.number, "days": answer_days(sent)}
        ),
        template="orientation/create_prescriber.html",
        context={"editions": editions, "draft": draft},
    )


def _submit_or_keep(
    request: HttpRequest,
    form: Any,
    action: Callable[..., Referral],
    *,
    operator: Organisation,
    draft: ReferralDraft | None,
    success: Callable[[Referral], str],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponseBase:
    """Send the form, or keep it as a draft whatever it holds when that button was pressed."""
    if request.method != "POST" or "draft" not in request.POST:
        return submit(
            request,
            form,
            action,
            success=success,
            to=lambda sent: reverse("orientation:detail", args=[sent.pk]),
            template=template,
            context=context,
        )
    edition = form.editions.get(request.POST.get("edition", ""))
    try:
        actions.save_draft(
            acting_user=user_of(request),
            operator=edition.operator if edition else operator,
            edition=edition,
            typed={
                name: values for name, values in request.POST.lists() if name in form.fields and name not in _NOT_TYPED
            },
            at=now(),
            draft=draft,
        )
    except DomainError as error:
        form.is_valid()
        form.errors.clear()
        add_domain_error(form, error)
        return render(request, template, {**context, "form": form}, status=UNPROCESSABLE)
    messages.success(request, _kept(request))
    return SeeOther(reverse("orientation:drafts"))


def _kept(request: HttpRequest) -> str:
    said = _("Le brouillon est gardé : vous seul le voyez, et rien n’est envoyé. Reprenez-le quand vous voulez.")
    if request.FILES:
        said += " " + _("Les fichiers ne sont pas gardés avec lui : vous les joindrez à l’envoi.")
    return said


def _begun(form_class: type[Form], draft: ReferralDraft | None) -> dict[str, Any]:
    """What a form begins with when it goes on from a draft: everything that was typed, as it was typed."""
    if draft is None:
        return {}
    begun = {}
    for name, values in draft.typed.items():
        if (field := form_class.base_fields.get(name)) is not None:
            several = getattr(field.widget, "allow_multiple_selected", False)
            begun[name] = values if several else (values or [""])[0]
    return begun


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """One's own drafts, the newest first."""
    require(request.user, Permission.REFER)
    found = visible_drafts(user_of(request)).select_related("edition__programme", "operator")
    return render(request, "orientation/drafts.html", {"drafts": found, "kept_days": actions.KEPT_DAYS})


@post_action
def draft_delete(request: HttpRequest, draft_id: int) -> Done:
    """Forget a draft."""
    user = user_of(request)
    actions.delete_draft(acting_user=user, draft=access_draft(draft_id, user))
    return Done(_("Le brouillon est effacé."), to=reverse("orientation:drafts"))


def add_proofs(request: HttpRequest, referral_id: int) -> HttpResponseBase:
    """Join proofs to a referral already sent."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.REFER)
    return submit(
        request,
        ProofsForm(**posted(request)),
        lambda **typed: actions.add_proofs(acting_user=user, referral=referral, **typed),
        success=_("Les justificatifs sont joints : l’équipe qui répond les voit."),
        to=reverse("orientation:detail", args=[referral.pk]),
        template="orientation/add_proofs.html",
        context={"referral": referral},
    )


@require_safe
def document(request: HttpRequest, referral_id: int, document_id: int) -> HttpResponse:
    """A proof of a referral, to whoever reaches the referral; written down as an export."""
    user = user_of(request)
    referral = access_referral(referral_id, user, Permission.REFER)
    joined = get_object_or_404(
        ReferralDocument.objects.select_related("document"), referral=referral, document=document_id
    )
    answer = as_attachment(joined.document)
    log_access(acting_user=user, person=referral.person, act=AccessLog.Act.EXPORT, at=now())
    return answer


@post_action
def withdraw(request: HttpRequest, referral_id: int) -> Done:
    """Take a referral back while it has no final answer."""
    referral = access_referral(referral_id, user_of(request), Permission.REFER)
    actions.withdraw_referral(acting_user=user_of(request), referral=referral, on=today(), at=now())
    return Done(_("L’orientation est retirée."), to=reverse("orientation:detail", args=[referral.pk]))

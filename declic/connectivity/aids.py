"""Pages of internet aids: the evaluation, the request, the queue, the decision, the proof, the payment, the end."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.connectivity import actions
from declic.connectivity.access import access_aid, visible_aids
from declic.connectivity.enums import AidState
from declic.connectivity.forms import AidPaymentForm, AidProofForm, AidRefusalForm, AidRequestForm, EvaluationForm
from declic.connectivity.models import InternetAid
from declic.connectivity.queries import ending_soon, lacks_social_evaluation, renewable, social_evaluation
from declic.core.dates import format_short, now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.documents.actions import check_file
from declic.documents.http import as_attachment
from declic.ledger.enums import Means
from declic.orientation.access import access_enrolment
from declic.people.access import visible_people
from declic.programmes.schema import cents

# The steps of an aid: what each tab holds, since when its rows wait, and in which order; who waits longest comes first.
_TABS: dict[str, tuple[Any, str, bool]] = {
    "a-decider": (lambda aids, on: aids.filter(state=AidState.REQUESTED), "requested_on", False),
    "justificatif": (lambda aids, on: aids.filter(state=AidState.GRANTED, proof=""), "decided_on", False),
    "a-verser": (lambda aids, on: aids.filter(state=AidState.GRANTED).exclude(proof=""), "decided_on", False),
    "en-cours": (lambda aids, on: aids.filter(state=AidState.PAID), "paid_on", True),
    "bientot-finies": (ending_soon, "ends_on", False),
    "terminees": (lambda aids, on: aids.filter(state__in=[AidState.ENDED, AidState.REFUSED]), "decided_on", True),
}


def aid_list(request: HttpRequest) -> HttpResponseBase:
    """The aids by what they wait for: a decision, a proof, a payment, their end."""
    user = user_of(request)
    scope = require(user, Permission.DECIDE_AID, Permission.REQUEST_AID)
    tab = request.GET.get("etat", "")
    tab = tab if tab in _TABS else "a-decider"
    chosen, since, down = _TABS[tab]
    rows = chosen(visible_aids(user), today()).select_related(
        "enrolment__person", "enrolment__edition__programme", "requested_by"
    )
    page = keyset_page(rows, request.GET, order=((since, down), ("pk", down)))
    return render(
        request,
        "connectivity/aids.html",
        {
            "page": page,
            "rows": [{"aid": aid, "since": getattr(aid, since)} for aid in page.rows],
            "tab": tab,
            "decides": scope.can(Permission.DECIDE_AID),
            "today": today(),
        },
    )


def evaluation_create(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Write down the social evaluation that the referral did not bring."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.REQUEST_AID)
    return submit(
        request,
        EvaluationForm(**posted(request), today=today(), initial={"on": today()}),
        lambda **typed: actions.add_social_evaluation(acting_user=user, enrolment=enrolment, at=now(), **typed),
        success=_("Évaluation sociale enregistrée. L'aide peut être demandée."),
        to=reverse("connectivity:aid_request", args=[enrolment.pk]),
        template="connectivity/evaluation.html",
        context={"enrolment": enrolment, "known": social_evaluation(enrolment)},
    )


def aid_request(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Ask for the aid that the terms promise, or for its renewal; what is missing is said before, not after."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.REQUEST_AID)
    former = InternetAid.objects.filter(enrolment=enrolment).exclude(state=AidState.REFUSED).order_by("-rank").first()
    if former is not None:
        former.enrolment = enrolment
        if request.method == "GET" and not renewable(former, today()):
            return redirect("connectivity:aid", former.pk)
    promised = enrolment.terms.terms.connectivity
    return submit(
        request,
        AidRequestForm(**posted(request), since=enrolment.starts_on, today=today(), initial={"on": today()}),
        lambda **typed: actions.request_aid(acting_user=user, enrolment=enrolment, **typed),
        success=lambda aid: (
            _("Aide internet de %(amount)s demandée. Elle attend maintenant une décision.")
            % {"amount": format_euros(aid.amount)}
        ),
        to=lambda aid: reverse("connectivity:aid", args=[aid.pk]),
        template="connectivity/aid_request.html",
        context={
            "enrolment": enrolment,
            "amount": cents(promised.aid_eur),
            "months": promised.aid_months,
            "lacks_evaluation": lacks_social_evaluation(enrolment),
            "evaluation": social_evaluation(enrolment),
            "over": enrolment.ended_on,
            "former": former,
            "refused": InternetAid.objects.filter(enrolment=enrolment, state=AidState.REFUSED).first(),
        },
    )


def aid(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """One request with all that a decision needs, and the decision."""
    user = user_of(request)
    found = access_aid(aid_id, user)
    return render(
        request,
        "connectivity/aid.html",
        {
            "aid": found,
            "person": found.enrolment.person,
            "enrolment": found.enrolment,
            "snapshot": found.enrolment.entry_snapshot,
            "evaluation": social_evaluation(found.enrolment),
            "needs_evaluation": found.enrolment.terms.terms.entry.social_evaluation_required,
            "decides": visible_aids(user, Permission.DECIDE_AID).filter(pk=found.pk).exists(),
            "asks": visible_aids(user, Permission.REQUEST_AID).filter(pk=found.pk).exists(),
            "again": found.enrolment.ended_on is None and renewable(found, today()) and not found.renewals.exists(),
            "next_aid": found.renewals.exclude(state=AidState.REFUSED).first(),
            "reads_file": visible_people(user).filter(pk=found.enrolment.person_id).exists(),
            "today": today(),
        },
    )


@post_action
def aid_grant(request: HttpRequest, aid_id: int) -> Done:
    """Grant: one button, since all there is to say is yes."""
    user = user_of(request)
    found = access_aid(aid_id, user, Permission.DECIDE_AID)
    granted = actions.grant_aid(acting_user=user, aid=found, on=today())
    said = _("Aide de %(amount)s accordée à %(person)s. Prochain pas : la verser, sur justificatif d'abonnement.")
    return Done(
        said % {"amount": format_euros(granted.amount), "person": granted.enrolment.person},
        to=reverse("connectivity:aid", args=[found.pk]),
    )


def aid_refuse(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """Refuse, with the reason that the person is owed."""
    user = user_of(request)
    found = access_aid(aid_id, user, Permission.DECIDE_AID)
    return submit(
        request,
        AidRefusalForm(**posted(request)),
        lambda **typed: actions.refuse_aid(acting_user=user, aid=found, on=today(), at=now(), **typed),
        success=lambda refused: (
            _("Demande refusée. Qui l'a faite et le référent reçoivent la raison ; dites-la à %(person)s.")
            % {"person": refused.enrolment.person}
        ),
        to=reverse("connectivity:aid", args=[found.pk]),
        template="connectivity/aid_refuse.html",
        context={"aid": found, "person": found.enrolment.person},
    )


def aid_prove(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """Keep the proof of the subscription, as soon as the person brings it."""
    user = user_of(request)
    found = access_aid(aid_id, user)
    if found.state not in (AidState.REQUESTED, AidState.GRANTED) and request.method == "GET":
        return redirect("connectivity:aid", found.pk)

    def prove(*, upload: Any, **typed: Any) -> InternetAid:
        checked = check_file(upload) if upload else None
        return actions.prove_subscription(acting_user=user, aid=found, on=today(), checked=checked, **typed)

    return submit(
        request,
        AidProofForm(
            **posted(request),
            today=today(),
            initial={
                "provider": found.provider,
                "subscribed_on": found.subscribed_on,
                "proof": "" if found.proof_document_id else found.proof,
            },
        ),
        prove,
        success=lambda proved: (
            (
                _("Justificatif gardé : %(provider)s, depuis le %(day)s. L'aide peut être versée.")
                if proved.state == AidState.GRANTED
                else _("Justificatif gardé : %(provider)s, depuis le %(day)s. La demande attend sa décision.")
            )
            % {"provider": proved.provider, "day": format_short(proved.subscribed_on)}
        ),
        to=reverse("connectivity:aid", args=[found.pk]),
        template="connectivity/aid_prove.html",
        context={"aid": found, "person": found.enrolment.person},
    )


def aid_proof(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """The proof itself, to be saved."""
    found = access_aid(aid_id, user_of(request))
    if found.proof_document is None:
        raise Http404
    return as_attachment(found.proof_document)


def aid_pay(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """Pay a granted aid on proof of a subscription."""
    user = user_of(request)
    found = access_aid(aid_id, user, Permission.DECIDE_AID)
    if found.state != AidState.GRANTED and request.method == "GET":
        return redirect("connectivity:aid", found.pk)
    return submit(
        request,
        AidPaymentForm(
            **posted(request),
            since=found.decided_on or found.requested_on,
            today=today(),
            proved=bool(found.proof),
            initial={"on": today(), "means": Means.BANK},
        ),
        lambda **typed: actions.pay_aid(acting_user=user, aid=found, **typed),
        success=_paid,
        to=reverse("connectivity:aid", args=[found.pk]),
        template="connectivity/aid_pay.html",
        context={"aid": found, "person": found.enrolment.person},
    )


def _paid(paid: InternetAid) -> str:
    facts = {"amount": format_euros(paid.amount), "person": paid.enrolment.person}
    if paid.ends_on is None:
        return _("%(amount)s versés à %(person)s : l'aide est soldée.") % facts
    return _("%(amount)s versés à %(person)s : l'aide est soldée. Elle couvre jusqu'au %(day)s.") % {
        **facts,
        "day": format_short(paid.ends_on),
    }

"""Pages of internet aids: ask, queue, decide, pay."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.connectivity import actions
from declic.connectivity.access import access_aid, visible_aids
from declic.connectivity.forms import AidPaymentForm, AidRefusalForm, AidRequestForm
from declic.connectivity.models import AidState, InternetAid
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.ledger.enums import Means
from declic.orientation.access import access_enrolment
from declic.people.access import visible_people
from declic.programmes.schema import cents

# What each tab of the queue holds; the oldest waits first, the latest decision comes first.
_TABS = {
    "a-decider": ((AidState.REQUESTED,), (("requested_on", False), ("pk", False))),
    "a-verser": ((AidState.GRANTED,), (("decided_on", False), ("pk", False))),
    "terminees": ((AidState.PAID, AidState.REFUSED), (("decided_on", True), ("pk", True))),
}


def aid_list(request: HttpRequest) -> HttpResponseBase:
    """The aids to decide, to pay, and those that are over."""
    user = user_of(request)
    scope = require(user, Permission.DECIDE_AID, Permission.REQUEST_AID)
    tab = request.GET.get("etat", "")
    tab = tab if tab in _TABS else "a-decider"
    states, order = _TABS[tab]
    rows = (
        visible_aids(user)
        .filter(state__in=states)
        .select_related("enrolment__person", "enrolment__edition__programme", "requested_by")
    )
    page = {
        "page": keyset_page(rows, request.GET, order=order),
        "tab": tab,
        "decides": scope.can(Permission.DECIDE_AID),
        "today": today(),
    }
    return render(request, "connectivity/aids.html", page)


def aid_request(request: HttpRequest, enrolment_id: int) -> HttpResponseBase:
    """Ask for the aid that the terms promise; what is missing is said before, not after."""
    user = user_of(request)
    enrolment = access_enrolment(enrolment_id, user, Permission.REQUEST_AID)
    existing = InternetAid.objects.filter(enrolment=enrolment).exclude(state=AidState.REFUSED).first()
    if existing is not None and request.method == "GET":
        return redirect("connectivity:aid", existing.pk)
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
            "lacks_evaluation": actions.lacks_social_evaluation(enrolment),
            "over": enrolment.ended_on,
            "refused": InternetAid.objects.filter(enrolment=enrolment, state=AidState.REFUSED).first(),
        },
    )


def aid(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """One request with all that a decision needs, and the decision."""
    user = user_of(request)
    found = access_aid(aid_id, user)
    return render(request, "connectivity/aid.html", _page(request, found))


def _page(request: HttpRequest, found: InternetAid) -> dict[str, object]:
    user = user_of(request)
    referral = found.enrolment.referral
    return {
        "aid": found,
        "person": found.enrolment.person,
        "enrolment": found.enrolment,
        "snapshot": found.enrolment.entry_snapshot,
        "evaluation": "" if referral is None else referral.social_evaluation,
        "prescriber": None if referral is None else referral.prescriber,
        "needs_evaluation": found.enrolment.terms.terms.entry.social_evaluation_required,
        "decides": visible_aids(user, Permission.DECIDE_AID).filter(pk=found.pk).exists(),
        "reads_file": visible_people(user).filter(pk=found.enrolment.person_id).exists(),
        "today": today(),
    }


@post_action
def aid_grant(request: HttpRequest, aid_id: int) -> Done:
    """Grant: one button, since all there is to say is yes."""
    user = user_of(request)
    found = access_aid(aid_id, user, Permission.DECIDE_AID)
    granted = actions.grant_aid(acting_user=user, aid=found, on=today())
    return Done(
        _("Aide de %(amount)s accordée à %(person)s. Prochain pas : la verser, sur justificatif d'abonnement.")
        % {"amount": format_euros(granted.amount), "person": granted.enrolment.person},
        to=reverse("connectivity:aid", args=[found.pk]),
    )


def aid_refuse(request: HttpRequest, aid_id: int) -> HttpResponseBase:
    """Refuse, with the reason that the person is owed."""
    user = user_of(request)
    found = access_aid(aid_id, user, Permission.DECIDE_AID)
    return submit(
        request,
        AidRefusalForm(**posted(request)),
        lambda **typed: actions.refuse_aid(acting_user=user, aid=found, on=today(), **typed),
        success=lambda refused: (
            _("Demande refusée. Dites à %(person)s pourquoi : la raison est dans son dossier.")
            % {"person": refused.enrolment.person}
        ),
        to=reverse("connectivity:aid", args=[found.pk]),
        template="connectivity/aid_refuse.html",
        context={"aid": found, "person": found.enrolment.person},
    )


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
            initial={"on": today(), "means": Means.BANK},
        ),
        lambda **typed: actions.pay_aid(acting_user=user, aid=found, **typed),
        success=lambda paid: (
            _("%(amount)s versés à %(person)s : l'aide est soldée.")
            % {"amount": format_euros(paid.amount), "person": paid.enrolment.person}
        ),
        to=reverse("connectivity:aid", args=[found.pk]),
        template="connectivity/aid_pay.html",
        context={"aid": found, "person": found.enrolment.person},
    )

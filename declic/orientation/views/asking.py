"""Asking: a prescriber in one page, a team from a file, a paper or a phone call."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.french import of
from declic.core.views import Done, post_action, submit
from declic.orientation import actions
from declic.orientation.access import access_referral
from declic.orientation.enums import ReferralChannel
from declic.orientation.forms import (
    PrescriberReferralForm,
    ReceivedForKnownForm,
    ReceivedReferralForm,
)
from declic.orientation.models import Referral
from declic.orientation.queries import (
    LATE_AFTER_DAYS,
    editions_to_refer_to,
    entry_terms,
    prescriber_of,
)
from declic.people.access import access_person
from declic.programmes.models import Edition


def create(request: HttpRequest) -> HttpResponseBase:
    """Refer someone: a prescriber in one page, a team from a file, a paper or a phone call."""
    require(request.user, Permission.REFER)
    user = user_of(request)
    editions = list(editions_to_refer_to(user, today()))
    chosen = request.GET.get("edition", "")
    initial: dict[str, Any] = {"edition": chosen} if any(str(one.pk) == chosen for one in editions) else {}
    if not require(user, Permission.REFER).can(Permission.ANSWER_REFERRALS):
        return _create_by_prescriber(request, user, editions, initial)
    operator = acting_operator(request, Permission.ANSWER_REFERRALS)
    person = access_person(int(known), user) if (known := request.GET.get("person", "")).isdecimal() else None
    if person is not None:
        operator = person.operator
    editions = [edition for edition in editions if edition.operator_id == operator.pk]
    form_class = ReceivedReferralForm if person is None else ReceivedForKnownForm

    def receive(*, phone: str = "", **typed: Any) -> Referral:
        if person is not None:
            return actions.send_referral(acting_user=user, person=person, **typed)
        return actions.refer_new_person(acting_user=user, phones=[phone] if phone else [], **typed)

    return submit(
        request,
        form_class(
            **posted(request),
            editions=editions,
            entries=entry_terms(editions),
            operator=operator,
            initial={"on": today(), **initial},
        ),
        receive,
        success=lambda sent: (
            _("L’orientation %(of_person)s est enregistrée. Ensuite : y répondre.") % {"of_person": of(sent.person)}
        ),
        to=lambda sent: reverse("orientation:detail", args=[sent.pk]),
        template="orientation/create_team.html",
        context={"person": person, "editions": editions, "operator": operator},
    )


def _create_by_prescriber(
    request: HttpRequest, user: User, editions: list[Edition], initial: dict[str, Any]
) -> HttpResponseBase:
    def send(*, edition: Edition, phone: str = "", **typed: Any) -> Referral:
        return actions.refer_new_person(
            acting_user=user,
            edition=edition,
            on=today(),
            channel=ReferralChannel.ACCOUNT,
            prescriber=prescriber_of(user, edition.operator_id),
            referent=user,
            phones=[phone] if phone else [],
            **typed,
        )

    return submit(
        request,
        PrescriberReferralForm(**posted(request), editions=editions, entries=entry_terms(editions), initial=initial),
        send,
        success=_(
            "Votre orientation est bien arrivée. L’équipe vous répond sous %(days)d jours : vous recevrez un courriel,"
            " et la réponse sera ici."
        )
        % {"days": LATE_AFTER_DAYS},
        to=lambda sent: reverse("orientation:detail", args=[sent.pk]),
        template="orientation/create_prescriber.html",
        context={"editions": editions},
    )


@post_action
def withdraw(request: HttpRequest, referral_id: int) -> Done:
    """Take a referral back while it has no final answer."""
    referral = access_referral(referral_id, user_of(request), Permission.REFER)
    actions.withdraw_referral(acting_user=user_of(request), referral=referral, on=today())
    return Done(_("L’orientation est retirée."), to=reverse("orientation:detail", args=[referral.pk]))

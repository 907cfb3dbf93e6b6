"""Every night: teams that owe answers are reminded, with case numbers and no name."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Role
from declic.accounts.models import Membership
from declic.messaging.actions import queue_message
from declic.messaging.models import Channel
from declic.orientation.enums import UNANSWERED_STATES
from declic.orientation.models import Referral
from declic.orientation.queries import to_close, to_remind, with_deadlines

AGAIN_AFTER_DAYS = 7
"""A request still without answer is reminded once a week: every day would not be read."""

type Team = tuple[int, int | None]


@transaction.atomic
def remind_teams(*, on: datetime.date, at: datetime.datetime) -> int:
    """Write to the advisers and coordinators of each team about the requests that passed their delay; how many emails.

    Each member receives one email a day at most; a request is named once a week. Run twice on a day, the second run
    finds nothing. A team is the place that owes the answer, else the one where the person is followed.
    """
    again = Q(reminded_on__isnull=True) | Q(reminded_on__lte=on - datetime.timedelta(days=AGAIN_AFTER_DAYS))
    due = list(
        with_deadlines(Referral.objects.filter(again, state__in=UNANSWERED_STATES))
        .filter(to_remind(on))
        .select_related("person", "edition__programme", "operator")
        .select_for_update(of=("self",))
        .order_by("sent_on", "pk")
    )
    if not due:
        return 0
    by_team: dict[Team, list[Referral]] = defaultdict(list)
    for referral in due:
        by_team[referral.operator_id, referral.site_id or referral.person.site_id].append(referral)
    members = _members({referral.operator_id for referral in due}, on)
    letters: dict[tuple[int, int], list[Referral]] = defaultdict(list)
    users = {}
    for team, referrals in by_team.items():
        for member in _recipients(members, team):
            users[member.user_id] = member.user
            letters[team[0], member.user_id].extend(referrals)
    operators = {referral.operator_id: referral.operator for referral in due}
    for (operator, user), referrals in letters.items():
        queue_message(
            operator=operators[operator],
            channel=Channel.EMAIL,
            template="referral_reminder",
            recipient=users[user].name,
            address=users[user].email,
            subject=_subject(len(referrals)),
            body=_body(referrals, on),
            reference=f"reminder:{user}:{on:%Y-%m-%d}",
            at=at,
        )
    Referral.objects.filter(pk__in=[referral.pk for referral in due]).update(reminded_on=on)
    return len(letters)


def _members(operators: Iterable[int], on: datetime.date) -> list[Membership]:
    return list(
        Membership.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            starts_on__lte=on,
            organisation__in=operators,
            role__in=(Role.ADVISER, Role.COORDINATOR),
            user__is_active=True,
        )
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )


def _recipients(members: list[Membership], team: Team) -> list[Membership]:
    """Those of the place, else those who work for all places, else everybody: a reminder always reaches someone."""
    operator, site = team
    staff = [one for one in members if one.organisation_id == operator]
    here = [one for one in staff if one.site_id == site]
    everywhere = [one for one in staff if one.site_id is None]
    return here or everywhere or staff


def _subject(count: int) -> str:
    return ngettext("Une orientation attend votre réponse", "%(count)d orientations attendent votre réponse", count) % {
        "count": count
    }


def _body(referrals: list[Referral], on: datetime.date) -> str:
    lines = [
        _("- dossier %(number)s, « %(programme)s » : envoyée il y a %(days)d jours")
        % {
            "number": referral.person.case_number,
            "programme": referral.edition.programme.name,
            "days": (on - referral.sent_on).days if referral.sent_on else 0,
        }
        for referral in referrals
    ]
    closable = sum(to_close(referral, on) for referral in referrals)
    parts = [
        _("Bonjour,"),
        _("Un professionnel attend votre réponse, même un non, pour :") + "\n" + "\n".join(lines),
        _("Répondre : %(address)s") % {"address": settings.PUBLIC_URL.rstrip("/") + reverse("orientation:list")},
    ]
    if closable:
        parts.append(
            ngettext(
                "L'une attend depuis si longtemps que vous pouvez la clore : %(address)s",
                "%(count)d attendent depuis si longtemps que vous pouvez les clore : %(address)s",
                closable,
            )
            % {"count": closable, "address": settings.PUBLIC_URL.rstrip("/") + reverse("orientation:close")}
        )
    return "\n\n".join(parts)

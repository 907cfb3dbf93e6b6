"""The tills: who is at which one, its day, its count."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.views import Done, post_action, submit
from declic.ledger import actions
from declic.ledger.access import access_session, access_till, reached, visible_tills
from declic.ledger.enums import AccountRole
from declic.ledger.forms.tills import COINS, CloseForm, MoveForm, OpenForm, TillForm
from declic.ledger.models import Line, Till, TillSession
from declic.ledger.queries import drawers, session_cash, till_cash
from declic.ledger.sessions import own_session
from declic.organisations.models import Site

P = Permission


def tills(request: HttpRequest) -> HttpResponseBase:
    """The drawers of the structure: open ones with what they hold, closed ones with what was left in them."""
    operator = acting_operator(request, P.TAKE_MONEY)
    user = user_of(request)
    mine = own_session(operator, user)
    here = set(visible_tills(user).filter(operator=operator).values_list("pk", flat=True))
    rows = [
        {**row, "mine": mine is not None and row["session"] == mine}
        for row in drawers(operator)
        if row["till"].pk in here
    ]
    past = TillSession.objects.filter(till__in=here, closed_at__isnull=False).select_related("till", "closed_by")
    context = {
        "rows": rows,
        "past": list(past.annotate(gap=F("counted") - F("expected")).order_by("-closed_at", "-pk")[:20]),
        "can_add": scope_of(user).can(P.MANAGE_SITES, operator.pk),
        "sees_books": scope_of(user).can(P.SEE_BOOKS, operator.pk),
    }
    return render(request, "ledger/tills.html", context)


def till_create(request: HttpRequest) -> HttpResponseBase:
    """Set up a drawer at a place."""
    operator = acting_operator(request, P.MANAGE_SITES, whole=True)
    return submit(
        request,
        TillForm(**posted(request), sites=Site.objects.filter(operator=operator, closed_on__isnull=True)),
        lambda **typed: actions.add_till(acting_user=user_of(request), operator=operator, **typed),
        success=lambda till: _("La caisse « %(till)s » est prête. Ouvrez-la avant d'encaisser.") % {"till": till},
        to=reverse("ledger:tills"),
        template="ledger/till_form.html",
    )


@post_action
def till_retire(request: HttpRequest, till_id: int) -> Done:
    """Put a drawer away for good."""
    till = reached(Till, till_id, user_of(request), P.MANAGE_SITES, whole=True)
    actions.retire_till(acting_user=user_of(request), till=till, on=today())
    return Done(_("La caisse « %(till)s » est retirée.") % {"till": till}, to=reverse("ledger:tills"))


def till_open(request: HttpRequest, till_id: int) -> HttpResponseBase:
    """Open a drawer after counting it."""
    till = access_till(till_id, user_of(request))
    expected = till_cash(till)
    return submit(
        request,
        OpenForm(**posted(request), initial={"counted": expected}),
        lambda **typed: actions.open_till(acting_user=user_of(request), till=till, at=now(), **typed),
        success=lambda session: (
            _("La caisse « %(till)s » est ouverte avec %(cash)s. Vous pouvez encaisser.")
            % {"till": till, "cash": format_euros(session.opening_counted)}
        ),
        to=lambda session: reverse("ledger:session", args=[session.pk]),
        template="ledger/till_open.html",
        context={"till": till, "expected": expected, "known": till.sessions.exists()},
    )


def _session(request: HttpRequest, session_id: int) -> TillSession:
    return access_session(session_id, user_of(request))


def _day_of(session: TillSession) -> dict[str, Any]:
    lines = list(
        Line.objects.filter(
            entry__till_session=session, account__operator=session.operator_id, account__role=AccountRole.CASH
        )
        .select_related("entry", "entry__receipt", "entry__recorded_by")
        .order_by("pk")
    )
    gap = None if session.counted is None or session.expected is None else session.counted - session.expected
    # The difference found on closing is told apart, so that opening, in and out make what was expected.
    return {
        "session": session,
        "lines": lines,
        "came": sum(line.debit for line in lines) - max(gap or 0, 0),
        "went": sum(line.credit for line in lines) - max(-(gap or 0), 0),
        "cash": session_cash(session),
        "gap": gap,
    }


def session(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The day of a till: what it held, what came and went, what it holds."""
    found = _session(request, session_id)
    user = user_of(request)
    context = {
        **_day_of(found),
        "cashiers": [place.user for place in found.cashiers.select_related("user")],
        "joined": found.cashiers.filter(user=user).exists(),
        "sees_books": scope_of(user).can(P.SEE_BOOKS, found.operator_id),
    }
    return render(request, "ledger/session.html", context)


def session_sheet(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The closing sheet, to print and sign."""
    found = _session(request, session_id)
    coins = [
        (value, found.coins[str(value)], value * found.coins[str(value)])
        for value in COINS
        if str(value) in found.coins
    ]
    return render(
        request,
        "ledger/session_sheet.html",
        {
            **_day_of(found),
            "coins": coins,
            "today": today(),
            "sees_books": scope_of(user_of(request)).can(P.SEE_BOOKS, found.operator_id),
        },
    )


@post_action
def session_join(request: HttpRequest, session_id: int) -> Done:
    """Take money at a drawer that a colleague opened."""
    found = _session(request, session_id)
    actions.join_till(acting_user=user_of(request), session=found, at=now())
    return Done(
        _("Vous encaissez maintenant à la caisse « %(till)s ».") % {"till": found.till},
        to=reverse("ledger:session", args=[found.pk]),
    )


def session_move(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Cash to or from the bank, a small purchase, another income."""
    found = _session(request, session_id)
    return submit(
        request,
        MoveForm(**posted(request)),
        lambda **typed: actions.move_cash(acting_user=user_of(request), session=found, on=today(), **typed),
        success=_("Le mouvement est enregistré."),
        to=reverse("ledger:session", args=[found.pk]),
        template="ledger/session_move.html",
        context={"session": found, "cash": session_cash(found)},
    )


def session_close(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Count a drawer and close it."""
    found = _session(request, session_id)
    return submit(
        request,
        CloseForm(**posted(request)),
        lambda **typed: actions.close_till(acting_user=user_of(request), session=found, at=now(), **typed),
        success=lambda closed: (
            _("La caisse « %(till)s » est fermée sur %(cash)s. Imprimez la feuille et rangez-la avec l'argent.")
            % {"till": closed.till, "cash": format_euros(closed.counted or 0)}
        ),
        to=lambda closed: reverse("ledger:session", args=[closed.pk]),
        template="ledger/session_close.html",
        context={"session": found, "cash": session_cash(found)},
    )

"""The till of the day, the journal, one entry with its corrections, and the chart of accounts."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import format_month, now, today
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.ledger import actions
from declic.ledger.access import access_entry, keeps_whole, visible_entries
from declic.ledger.enums import AccountRole, Event, Means
from declic.ledger.forms.books import AccountsForm, CorrectionForm, DayForm, JournalFilters, MeansForm, MonthForm
from declic.ledger.models import Account, ClosedMonth, Entry, Line
from declic.ledger.queries import balances, deposits_held, drawers, months_to_close, movements, open_auxiliaries
from declic.ledger.runs import last_runs

_MOST_SHOWN = 200


def till(request: HttpRequest) -> HttpResponseBase:
    """Today's money: what came and went, what cash and bank hold, whose deposits are held."""
    operator = acting_operator(request, Permission.SEE_BOOKS)
    day_form = DayForm(request.GET or None)
    chosen = day_form.cleaned_data.get("jour") if day_form.is_bound and day_form.is_valid() else None
    day = chosen or today()
    if not day_form.is_bound:
        day_form = DayForm(initial={"jour": day})
    lines = list(movements(operator, on=day)[: _MOST_SHOWN + 1])
    deposits = list(open_auxiliaries(operator, AccountRole.DEPOSITS_HELD)[: _MOST_SHOWN + 1])
    held = deposits_held(operator)
    tills = drawers(operator)
    sums = balances(operator, at=day)
    named = open_auxiliaries(operator, AccountRole.DEPOSITS_HELD).aggregate(total=Sum("balance"))["total"] or 0
    context = {
        "day": day,
        "is_today": day == today(),
        "day_form": day_form,
        "lines": lines[:_MOST_SHOWN],
        "more_lines": len(lines) > _MOST_SHOWN,
        "came": {role: sum(x.debit for x in lines if x.account.role == role) for role in ("cash", "bank")},
        "went": {role: sum(x.credit for x in lines if x.account.role == role) for role in ("cash", "bank")},
        "balances": sums,
        "deposits": deposits[:_MOST_SHOWN],
        "more_deposits": len(deposits) > _MOST_SHOWN,
        "held": held,
        "right": held == named and all(row["balance"] > 0 for row in deposits),
        "debts": [
            (row["auxiliary__label"], -row["balance"])
            for row in open_auxiliaries(operator, AccountRole.RECEIVABLE)[:_MOST_SHOWN]
        ],
        "operator": operator,
        "tills": tills,
        "apart": sums[AccountRole.CASH] - sum(row["cash"] for row in tills) if tills and day == today() else 0,
    }
    return render(request, "ledger/till.html", context)


def journal(request: HttpRequest) -> HttpResponseBase:
    """Every entry, the latest first."""
    require(request.user, Permission.SEE_BOOKS)
    filters = JournalFilters(request.GET or None)
    entries = visible_entries(user_of(request))
    chosen = filters.cleaned_data if filters.is_bound and filters.is_valid() else {}
    if chosen.get("event"):
        entries = entries.filter(event=chosen["event"])
    if chosen.get("role"):
        entries = entries.filter(Exists(Line.objects.filter(entry=OuterRef("pk"), account__role=chosen["role"])))
    if chosen.get("since"):
        entries = entries.filter(on__gte=chosen["since"])
    if chosen.get("until"):
        entries = entries.filter(on__lte=chosen["until"])
    entries = entries.select_related("section", "reversed_by").prefetch_related(
        Prefetch("lines", Line.objects.select_related("account").order_by("pk"))
    )
    page = keyset_page(entries, request.GET, order=(("on", True), ("pk", True)), size=50)
    for entry in page.rows:
        entry.total = sum(line.debit for line in entry.lines.all())
    context = {"page": page, "filters": filters, "filtered": any(chosen.values())}
    return render(request, "ledger/journal.html", context)


def _entry_context(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    lines = list(entry.lines.select_related("account", "auxiliary").order_by("pk"))
    roles = {line.account.role for line in lines}
    undone = Entry.objects.filter(reverses=entry).first()
    free = entry.event != Event.REVERSAL and undone is None
    can_correct = scope_of(user_of(request)).can(Permission.TAKE_MONEY, entry.operator_id)
    return {
        "entry": entry,
        "lines": lines,
        "total": sum(line.debit for line in lines),
        "undone": undone,
        "moves_deposit": AccountRole.DEPOSITS_HELD in roles,
        "can_reverse": free
        and can_correct
        and entry.event not in actions.KEPT_BY_THEIR_PAGE
        and not any(line.auxiliary_id for line in lines),
        "can_change_means": free
        and can_correct
        and entry.event not in actions.KEPT_BY_THE_TILL
        and bool(roles & set(actions.MONEY_ROLES.values())),
    }


def entry(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """One entry with its lines and what corrects it."""
    found = access_entry(entry_id, user_of(request))
    return render(request, "ledger/entry.html", _entry_context(request, found))


def entry_reverse(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Undo an entry by its mirror image, with the reason."""
    user = user_of(request)
    found = access_entry(entry_id, user)
    access_entry(entry_id, user, Permission.TAKE_MONEY)
    return submit(
        request,
        CorrectionForm(**posted(request), initial={"on": today()}),
        lambda **typed: actions.reverse(acting_user=user, entry=found, **typed),
        success=_("L'écriture est annulée par une écriture contraire. L'une et l'autre restent dans le journal."),
        to=lambda mirror: reverse("ledger:entry", args=[mirror.pk]),
        template="ledger/reverse.html",
        context=_entry_context(request, found),
    )


def entry_means(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Put the money of an entry in the other drawer; deposits and debts stay as they are."""
    user = user_of(request)
    found = access_entry(entry_id, user)
    access_entry(entry_id, user, Permission.TAKE_MONEY)
    context = _entry_context(request, found)
    roles = {line.account.role for line in context["lines"]}
    other = Means.BANK if AccountRole.CASH in roles else Means.CASH
    return submit(
        request,
        MeansForm(**posted(request), initial={"on": today(), "means": other}),
        lambda **typed: actions.correct_means(acting_user=user, entry=found, **typed),
        success=_("Le moyen de paiement est corrigé. L'ancienne écriture et son annulation restent dans le journal."),
        to=lambda corrected: reverse("ledger:entry", args=[corrected.pk]),
        template="ledger/means.html",
        context=context,
    )


def _usage(account: Account) -> str:
    """What an account serves for, when the name given to it does not say the same."""
    usage = str(account.get_role_display())
    return "" if usage.lower() == account.name.lower() else usage


def accounts(request: HttpRequest) -> HttpResponseBase:
    """The accounts with their balances; whoever manages the organisation maps their numbers."""
    operator = acting_operator(request, Permission.SEE_BOOKS)
    rows = list(Account.objects.filter(operator=operator).order_by("code", "pk"))
    totals = balances(operator)
    context = {
        "rows": [(account, _usage(account), totals[account.role]) for account in rows],
        "can_map": keeps_whole(user_of(request), Permission.MANAGE_SITES, operator.pk),
        "closed": list(ClosedMonth.objects.filter(operator=operator).select_related("closed_by")[:24]),
        "to_close": months_to_close(operator, on=today()),
        "operator": operator,
        "runs": last_runs(operator.pk),
    }
    return render(request, "ledger/accounts.html", context)


def accounts_edit(request: HttpRequest) -> HttpResponseBase:
    """Give the accounts the operator's own numbers."""
    operator = acting_operator(request, Permission.MANAGE_SITES, whole=True)
    if not scope_of(user_of(request)).can(Permission.SEE_BOOKS, operator.pk):
        raise Http404
    rows = list(Account.objects.filter(operator=operator).order_by("code", "pk"))
    return submit(
        request,
        AccountsForm(**posted(request), accounts=rows),
        lambda **typed: actions.map_accounts(acting_user=user_of(request), operator=operator, **typed),
        success=_("Les numéros de compte sont enregistrés. Les écritures passées les suivent."),
        to=reverse("ledger:accounts"),
        template="ledger/accounts_edit.html",
    )


def month_close(request: HttpRequest) -> HttpResponseBase:
    """Close a month that is over: nothing more is written in it."""
    operator = acting_operator(request, Permission.MANAGE_SITES, whole=True)
    if not scope_of(user_of(request)).can(Permission.SEE_BOOKS, operator.pk):
        raise Http404
    months = [(f"{month:%Y-%m}", format_month(month)) for month in months_to_close(operator, on=today())]
    return submit(
        request,
        MonthForm(**posted(request), months=months),
        lambda month: actions.close_month(acting_user=user_of(request), operator=operator, month=month, at=now()),
        success=lambda closed: (
            _("Le mois de %(month)s est clôturé : plus rien ne s'y écrit.") % {"month": format_month(closed.month)}
        ),
        to=reverse("ledger:accounts"),
        template="ledger/month_close.html",
        context={"months": months},
    )

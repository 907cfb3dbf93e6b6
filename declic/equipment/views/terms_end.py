"""The end of an edition: each loan with its choice on one page, a summary with the money, then all of them in one go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import add_months, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.pagination import keyset_page
from declic.core.views import SeeOther, submit
from declic.equipment import actions
from declic.equipment.access import visible_allocations
from declic.equipment.actions.terms_end import Ending, EndingResult, Outcome
from declic.equipment.effects import Effect, effect_of, offered_choices
from declic.equipment.enums import HELD_STATES, AllocationState, Condition, TermChoice
from declic.equipment.forms.terms_end import EndLoansForm
from declic.equipment.models import Allocation
from declic.equipment.queries import ending_editions, guarantees, held_loans, money_of
from declic.equipment.views.moments import moment_on
from declic.equipment.views.reminders import chosen_keys
from declic.programmes.models import Edition

PAGE = 250
MOST_AT_ONCE = 100
"""Ended in one request; the page then goes on with the others."""

_SESSION = "loans_ended"


@dataclass(frozen=True)
class Row:
    """A loan with what may be chosen, what is chosen and what it does to the money."""

    loan: Allocation
    held: int
    choice: str
    effect: Effect | None
    choices: list[tuple[str, str, Effect]]
    is_near: bool


def terms(request: HttpRequest) -> HttpResponseBase:
    """Editions whose loans are still out, the one that ends first on top."""
    require(request.user, Permission.HAND_OVER)
    allocations = visible_allocations(user_of(request), Permission.HAND_OVER)
    editions = list(ending_editions(allocations, on=today())[:100])
    return render(request, "equipment/terms.html", {"editions": editions, "today": today()})


def _edition(request: HttpRequest, edition_id: int) -> Edition:
    """An edition of which one may see a loan at least, of whatever state; 404 otherwise."""
    mine = visible_allocations(user_of(request), Permission.HAND_OVER).filter(handed_over_on__isnull=False)
    found = Edition.objects.filter(pk=edition_id, pk__in=mine.order_by().values("edition")).select_related("programme")
    return get_object_or_404(found)


def _loans(user: User, edition: Edition) -> QuerySet[Allocation]:
    return (
        visible_allocations(user, Permission.HAND_OVER)
        .filter(edition=edition, handed_over_on__isnull=False)
        .select_related("person", "device")
    )


def _rows(loans: Iterable[Allocation]) -> list[Row]:
    loans = list(loans)
    held = guarantees(loans)
    return [_row(loan, held[loan.pk]) for loan in loans]


def _row(loan: Allocation, held: int) -> Row:
    def effect(choice: str) -> Effect:
        return effect_of(choice, held=held, option_price=loan.option_price)

    choices = [(choice.value, str(choice.label), effect(choice)) for choice in offered_choices(loan)]
    chosen = loan.choice_at_term
    near = loan.due_on is not None and (loan.due_on - today()).days <= 30
    return Row(loan, held, chosen, effect(chosen) if chosen else None, choices, near)


def term(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """Every loan of the edition that is still out: write the choices down, then go on to the summary of those ticked."""
    user = user_of(request)
    edition = _edition(request, edition_id)
    loans = held_loans(_loans(user, edition))
    if request.method == "POST":
        return _choices_posted(request, edition, loans)
    page = keyset_page(loans, request.GET, order=(("due_on", False),), size=PAGE)
    rows = _rows(page.rows)
    ended = _loans(user, edition).exclude(state__in=HELD_STATES)
    context = {
        "edition": edition,
        "page": page,
        "rows": rows,
        "count": len(rows),
        "answered": sum(1 for row in rows if row.choice),
        "choices": TermChoice.choices,
        "settled": ended.filter(state=AllocationState.SETTLED).count(),
        "unsettled": ended.exclude(state=AllocationState.SETTLED).count(),
        "today": today(),
    }
    return render(request, "equipment/term.html", context)


def _choices_posted(request: HttpRequest, edition: Edition, loans: QuerySet[Allocation]) -> HttpResponseBase:
    """Write the choices that changed, then stay here, or go on to the summary."""
    user, here = user_of(request), reverse("equipment:term", args=[edition.pk])
    count, refused = 0, ""
    for_others = request.POST.get("autres", "")
    for loan in loans.order_by("due_on", "pk")[:PAGE]:
        choice = request.POST.get(f"choix-{loan.pk}", "") or ("" if loan.choice_at_term else for_others)
        if choice not in TermChoice.values or choice == loan.choice_at_term:
            continue
        try:
            actions.record_choice(acting_user=user, allocation=loan, choice=choice, on=today())
            count += 1
        except DomainError as refusal:
            refused = f"{loan.person} : {refusal.message}"
    if refused:
        notices.warning(request, refused)
    if request.POST.get("suite") == "bilan":
        keys = chosen_keys(request.POST.getlist("pret"))[:PAGE]
        if keys:
            return SeeOther(_summary_address(edition, keys))
        notices.error(request, _("Cochez les prêts à terminer."))
        return SeeOther(here)
    said = ngettext("%(count)d choix noté.", "%(count)d choix notés.", count) % {"count": count}
    notices.success(request, said if count else _("Aucun choix n'a changé."))
    return SeeOther(here)


def _summary_address(edition: Edition, keys: Iterable[int]) -> str:
    return f"{reverse('equipment:term_summary', args=[edition.pk])}?{urlencode([('pret', key) for key in keys])}"


def term_summary(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """What will happen to each loan ticked and to its money, before anything is done; then one button does it."""
    user = user_of(request)
    edition = _edition(request, edition_id)
    keys = chosen_keys(request.POST.getlist("pret") or request.GET.getlist("pret"))[:PAGE]
    found = _rows(held_loans(_loans(user, edition)).filter(pk__in=keys).order_by("due_on", "pk"))
    rows = [row for row in found if row.effect is not None]
    if request.method == "GET" and not rows:
        said = _("Aucun de ces prêts n'attend d'être terminé : notez d'abord les choix.")
        notices.info(request, said if keys else _("Cochez les prêts à terminer, puis relisez le bilan."))
        return SeeOther(reverse("equipment:term", args=[edition.pk]))
    by_choice = [
        (TermChoice(choice), [row for row in rows if row.choice == choice])
        for choice in TermChoice.values
        if any(row.choice == choice for row in rows)
    ]
    context = {
        "edition": edition,
        "rows": rows,
        "by_choice": by_choice,
        "without": [row for row in found if row.effect is None],
        "given_back": sum(row.effect.given_back for row in rows if row.effect),
        "kept": sum(row.effect.kept for row in rows if row.effect),
        "to_pay": sum(row.effect.to_pay for row in rows if row.effect),
        "conditions": Condition.choices,
        "most": MOST_AT_ONCE,
    }
    renewing = any(row.choice == TermChoice.RENEW for row in rows)
    initial = {"on": today(), "renewed_until": add_months(today(), 3)}
    allowed = set(_loans(user, edition).filter(pk__in=keys).values_list("pk", flat=True))
    endings = _endings(request, [key for key in keys if key in allowed])
    return submit(
        request,
        EndLoansForm(**posted(request), initial=initial, renewing=renewing),
        lambda on, **typed: actions.end_loans(
            acting_user=user, endings=endings[:MOST_AT_ONCE], at=moment_on(on), **typed
        ),
        success=_ended_said,
        to=lambda results: _remember(request, edition, results, [one.allocation for one in endings[MOST_AT_ONCE:]]),
        template="equipment/term_summary.html",
        context=context,
    )


def _endings(request: HttpRequest, keys: Iterable[int]) -> list[Ending]:
    """What the summary asked for each loan; a forged choice or condition names nothing."""
    endings = []
    for key in keys:
        choice = request.POST.get(f"choix-{key}", "")
        condition = request.POST.get(f"aspect-{key}", "") or Condition.GOOD
        if choice in TermChoice.values and condition in Condition.values:
            endings.append(Ending(key, TermChoice(choice), Condition(condition)))
    return endings


def _ended_said(results: list[EndingResult]) -> str:
    done = sum(1 for result in results if result.outcome == Outcome.DONE)
    if not done:
        return _("Rien de nouveau : voyez chaque prêt ci-dessous.")
    return ngettext("%(count)d prêt traité.", "%(count)d prêts traités.", done) % {"count": done}


def _remember(request: HttpRequest, edition: Edition, results: list[EndingResult], rest: list[int]) -> str:
    """Keep what became of each loan for the page that tells it, and go there."""
    told = {str(result.allocation): [result.outcome.value, result.words] for result in results}
    request.session[_SESSION] = {"edition": edition.pk, "told": told, "rest": rest}
    return reverse("equipment:term_done", args=[edition.pk])


def term_done(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """What became of each loan of the last batch, what was refused and why, and what is left."""
    user = user_of(request)
    edition = _edition(request, edition_id)
    kept: Mapping[str, Any] = request.session.get(_SESSION) or {}
    told: dict[str, list[str]] = kept["told"] if kept.get("edition") == edition.pk else {}
    rest: list[int] = kept["rest"] if told else []
    loans = list(_loans(user, edition).filter(pk__in=[int(key) for key in told]).order_by("person__sort_key", "pk"))
    money = money_of(loans)
    rows = [(loan, *told[str(loan.pk)], *money[loan.pk]) for loan in loans]
    refused = [loan.pk for loan in loans if told[str(loan.pk)][0] == Outcome.REFUSED]
    context = {
        "edition": edition,
        "rows": rows,
        "again": _summary_address(edition, refused) if refused else "",
        "rest": _summary_address(edition, rest) if rest else "",
        "rest_count": len(rest),
        "out": held_loans(_loans(user, edition)).count(),
        "unsettled": _loans(user, edition).exclude(state__in=[*HELD_STATES, AllocationState.SETTLED]).count(),
    }
    return render(request, "equipment/term_done.html", context)

"""What can wait a little, counted: messages, letters, doubles, lists, calls, drafts, late payments, scans, low stocks."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.accounts.scope import Scope, scope_of
from declic.connectivity.queries import low_products
from declic.equipment.access import visible_agreements, visible_allocations
from declic.equipment.instalments import late_instalments
from declic.equipment.papers import without_scan
from declic.equipment.queries import in_view
from declic.equipment.shelves import low_parts, low_stock
from declic.ledger.queries import expiring_cheques
from declic.ledger.runs import wrong_runs
from declic.messaging.queries import budgets_to_watch, failed_messages, letters_to_post
from declic.orientation.access import visible_referrals
from declic.orientation.enums import ImportState
from declic.orientation.models import ReferralDraft
from declic.orientation.queries import is_closable, with_deadlines
from declic.orientation.spotting.access import visible_imports, visible_spotted
from declic.orientation.spotting.queries import to_call
from declic.people.access import visible_pairs
from declic.people.enums import PairState

P = Permission
MOST = 99
"""Nobody needs to know how many more there are: beyond, the page says "more than 99"."""


@dataclass(frozen=True)
class Queue:
    """How many things of a kind wait, and where."""

    words: str
    href: str
    icon: str


# Who hears of it, its rows, the page that lists them (a name, or a name and what follows the "?"), a drawing, the words.
type Source = tuple[Permission, Callable[[User, datetime.date], QuerySet[Any]], str, str, Callable[[int], str]]

_SOURCES: tuple[Source, ...] = (
    (
        P.ANSWER_REFERRALS,
        lambda user, on: to_call(visible_spotted(user), on),
        "orientation:to_call",
        "phone",
        lambda n: ngettext("%(n)s personne à appeler", "%(n)s personnes à appeler", n),
    ),
    (
        P.ANSWER_REFERRALS,
        lambda user, on: with_deadlines(visible_referrals(user, P.ANSWER_REFERRALS)).filter(is_closable(on)),
        "orientation:close",
        "clock",
        lambda n: ngettext("%(n)s orientation à clore", "%(n)s orientations à clore", n),
    ),
    (
        P.ANSWER_REFERRALS,
        lambda user, on: failed_messages(user),
        "messaging:list",
        "alert",
        lambda n: ngettext("%(n)s message non reçu", "%(n)s messages non reçus", n),
    ),
    (
        P.ANSWER_REFERRALS,
        lambda user, on: letters_to_post(user),
        "messaging:letters",
        "mail",
        lambda n: ngettext("%(n)s lettre à poster", "%(n)s lettres à poster", n),
    ),
    (
        P.TAKE_MONEY,
        lambda user, on: expiring_cheques(scope_of(user).operators(P.SEE_BOOKS), on),
        "ledger:cheques",
        "clock",
        lambda n: ngettext(
            "%(n)s chèque de caution arrive à sa fin", "%(n)s chèques de caution arrivent à leur fin", n
        ),
    ),
    (
        P.TAKE_MONEY,
        lambda user, on: late_instalments(visible_allocations(user, P.TAKE_MONEY), on),
        "equipment:loans?vue=paiements-en-retard",
        "euro",
        lambda n: ngettext("%(n)s paiement en retard", "%(n)s paiements en retard", n),
    ),
    (
        P.HAND_OVER,
        lambda user, on: in_view(visible_allocations(user, P.HAND_OVER), "retours-annonces", on=on),
        "equipment:loans?vue=retours-annonces",
        "laptop",
        lambda n: ngettext("%(n)s retour annoncé à recevoir", "%(n)s retours annoncés à recevoir", n),
    ),
    (
        P.HAND_OVER,
        lambda user, on: without_scan(visible_agreements(user, P.HAND_OVER)),
        "equipment:papers_missing",
        "file",
        lambda n: ngettext("%(n)s convention signée à scanner", "%(n)s conventions signées à scanner", n),
    ),
    (
        P.MANAGE_STOCK,
        lambda user, on: low_stock(scope_of(user).operators(P.MANAGE_STOCK)),
        "equipment:shelves",
        "box",
        lambda n: ngettext("%(n)s sorte de machine sous son minimum", "%(n)s sortes de machines sous leur minimum", n),
    ),
    (
        P.MANAGE_STOCK,
        lambda user, on: low_parts(scope_of(user).operators(P.MANAGE_STOCK)),
        "equipment:parts",
        "box",
        lambda n: ngettext("%(n)s pièce bientôt épuisée", "%(n)s pièces bientôt épuisées", n),
    ),
    (
        P.TAKE_MONEY,
        lambda user, on: low_products(scope_of(user).operators(P.TAKE_MONEY), on),
        "connectivity:shop",
        "phone",
        lambda n: ngettext("%(n)s recharge bientôt épuisée", "%(n)s recharges bientôt épuisées", n),
    ),
    (
        P.SEE_BOOKS,
        lambda user, on: wrong_runs(scope_of(user).operators(P.SEE_BOOKS)),
        "ledger:accounts",
        "alert",
        lambda n: ngettext("%(n)s vérification de nuit à regarder", "%(n)s vérifications de nuit à regarder", n),
    ),
    (
        P.MERGE_PEOPLE,
        lambda user, on: visible_pairs(user).filter(state=PairState.OPEN),
        "people:duplicates",
        "person",
        lambda n: ngettext("%(n)s doublon possible", "%(n)s doublons possibles", n),
    ),
    (
        P.IMPORT_PEOPLE,
        lambda user, on: visible_imports(user).filter(state=ImportState.CHECKED),
        "orientation:spotting",
        "list",
        lambda n: ngettext("%(n)s liste de repérage à relire", "%(n)s listes de repérage à relire", n),
    ),
    (
        P.REFER,
        lambda user, on: ReferralDraft.objects.filter(user=user),
        "orientation:drafts",
        "pencil",
        lambda n: ngettext("%(n)s brouillon à finir", "%(n)s brouillons à finir", n),
    ),
)


def queues_of(user: User, scope: Scope, *, on: datetime.date) -> list[Queue]:
    """The queues of `user` where something waits, each counted up to `MOST`; one query, one more for who keeps budgets."""
    parts = [
        rows(user, on).order_by().annotate(t_queue=Value(number, output_field=IntegerField())).values_list("t_queue")[: MOST + 1]
        for number, (permission, rows, *_rest) in enumerate(_SOURCES)
        if scope.can(permission)
    ]  # fmt: skip
    if not parts:
        return []
    first, *others = parts
    counts = Counter(number for (number,) in (first.union(*others, all=True).order_by("t_queue") if others else first))
    found = []
    for number, (_permission, _source, name, icon, words) in enumerate(_SOURCES):
        if count := counts[number]:
            shown = str(count) if count <= MOST else _("plus de %(n)d") % {"n": MOST}
            page, mark, query = name.partition("?")
            found.append(Queue(words(count) % {"n": shown}, f"{reverse(page)}{mark}{query}", icon))
    if scope.can(P.MANAGE_PROGRAMMES):
        for state in budgets_to_watch(user):
            spent = _("Messages de « %(budget)s » : %(percent)d %% dépensés")
            facts = {"budget": state.budget.name, "percent": state.percent}
            found.append(Queue(spent % facts, reverse("messaging:budgets"), "euro"))
    return found

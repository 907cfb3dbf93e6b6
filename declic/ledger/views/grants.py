"""Grants and what they pay; expenses with their papers; other incomes."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.scope import scope_of
from declic.core.dates import now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import submit
from declic.documents.http import as_attachment
from declic.ledger import actions
from declic.ledger.access import keeps_whole, reached
from declic.ledger.enums import AccountRole
from declic.ledger.forms.grants import ExpenseForm, GrantForm, IncomeForm, PayForm, PaymentForm, ShareForm
from declic.ledger.models import BudgetHead, Expense, Grant, GrantPayment, GrantShare, Line, Section
from declic.ledger.queries import expense_lines
from declic.organisations.enums import PartnershipKind
from declic.organisations.models import Organisation

P = Permission


def _keeper(request: HttpRequest) -> Organisation:
    """The operator whose grants and expenses the user keeps: books read, and the whole structure managed."""
    operator = acting_operator(request, P.MANAGE_SITES, whole=True)
    if not scope_of(user_of(request)).can(P.SEE_BOOKS, operator.pk):
        raise Http404
    return operator


def _places(operator: Organisation) -> dict[str, Any]:
    return {
        "sections": list(Section.objects.filter(operator=operator)),
        "heads": list(BudgetHead.objects.filter(operator=operator).select_related("section")),
        "today": today(),
    }


def _sum(rows: QuerySet[Any], name: str) -> Coalesce:
    total = rows.order_by().values(name).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(total), 0)


def _with_sums(grants: QuerySet[Grant]) -> QuerySet[Any]:
    paid = GrantPayment.objects.filter(grant=OuterRef("pk"), entry__reversed_by__isnull=True)
    return grants.annotate(got=_sum(paid, "grant"), used=_sum(GrantShare.objects.filter(grant=OuterRef("pk")), "grant"))


def grants(request: HttpRequest) -> HttpResponseBase:
    """Each grant: notified, received, used."""
    require(request.user, P.SEE_BOOKS)
    scope = scope_of(user_of(request))
    rows = Grant.objects.filter(operator__in=scope.operators(P.SEE_BOOKS)).select_related(
        "section", "entry__reversed_by"
    )
    page = keyset_page(_with_sums(rows), request.GET, order=(("notified_on", True), ("pk", True)), size=50)
    for row in page.rows:
        row.undone = hasattr(row.entry, "reversed_by")
    context = {
        "page": page,
        "sections": Section.objects.filter(operator__in=scope.operators(P.SEE_BOOKS), edition__isnull=False)
        .select_related("edition")
        .order_by("-edition__starts_on", "pk")[:50],
        "can_write": scope.can(P.MANAGE_SITES),
    }
    return render(request, "ledger/grants.html", context)


def grant_create(request: HttpRequest) -> HttpResponseBase:
    """Record a grant that a funder promises."""
    operator = _keeper(request)
    funders = Organisation.objects.filter(
        partnerships__operator=operator, partnerships__kind=PartnershipKind.FUNDER
    ).distinct()
    return submit(
        request,
        GrantForm(**posted(request), funders=list(funders.order_by("name")), **_places(operator)),
        lambda **typed: actions.enter_grant(acting_user=user_of(request), operator=operator, **typed),
        success=lambda grant: (
            _("La subvention de %(amount)s est enregistrée. Dites maintenant quelles dépenses elle paie.")
            % {"amount": format_euros(grant.amount)}
        ),
        to=lambda grant: reverse("ledger:grant", args=[grant.pk]),
        template="ledger/entry_form.html",
        context={
            "title": _("Nouvelle subvention"),
            "lede": _("Quand le financeur l'a promise par écrit."),
            "back": reverse("ledger:grants"),
            "above": _("Subventions"),
            "missing": not funders and _("Aucun financeur n'est dans vos partenaires : ajoutez-le d'abord."),
        },
    )


def grant(request: HttpRequest, grant_id: int) -> HttpResponseBase:
    """One grant: what came, what it pays, which expenses wait for a payer."""
    user = user_of(request)
    found = reached(Grant, grant_id, user, P.SEE_BOOKS, "section", "head", "entry__reversed_by")
    found = _with_sums(Grant.objects.filter(pk=found.pk)).select_related("operator", "section", "head", "entry").get()
    shares = list(
        GrantShare.objects.filter(grant=found)
        .select_related("line__entry", "line__account", "line__expense")
        .order_by("-line__entry__on", "-pk")
    )
    lines = expense_lines(found.operator_id, section=found.section_id).exclude(shares__grant=found)
    page = keyset_page(lines.filter(free__gt=0), request.GET, order=(("entry__on", True), ("pk", True)), size=30)
    context = {
        "grant": found,
        "shares": shares,
        "page": page,
        "payments": list(found.payments.filter(entry__reversed_by__isnull=True)),
        "left": found.amount - found.used,
        "owed": found.amount - found.got,
        "undone": hasattr(found.entry, "reversed_by"),
        "can_write": keeps_whole(user, P.MANAGE_SITES, found.operator_id),
        "formats": ("csv", "xlsx", "ods") if keeps_whole(user, P.SEE_BOOKS, found.operator_id) else (),
    }
    return render(request, "ledger/grant.html", context)


def grant_payment(request: HttpRequest, grant_id: int) -> HttpResponseBase:
    """Money of a grant reached the bank."""
    found = _kept(request, grant_id)
    rest = found.amount - actions.received(found)
    return submit(
        request,
        PaymentForm(**posted(request), initial={"amount": rest, "on": today()}, today=today()),
        lambda **typed: actions.receive_grant_payment(acting_user=user_of(request), grant=found, **typed),
        success=lambda payment: _("%(amount)s sont reçus.") % {"amount": format_euros(payment.amount)},
        to=reverse("ledger:grant", args=[found.pk]),
        template="ledger/entry_form.html",
        context={
            "title": _("Versement reçu"),
            "lede": _("%(funder)s · il reste %(rest)s à recevoir.")
            % {"funder": found.funder_name, "rest": format_euros(rest)},
            "back": reverse("ledger:grant", args=[found.pk]),
            "above": found.funder_name,
            "missing": "",
        },
    )


def grant_share(request: HttpRequest, grant_id: int, line_id: int) -> HttpResponseBase:
    """Say what a grant pays of an expense."""
    found = _kept(request, grant_id)
    line = (
        expense_lines(found.operator_id, section=found.section_id)
        .select_related("entry", "account")
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        raise Http404
    share = GrantShare.objects.filter(grant=found, line=line).first()
    used = GrantShare.objects.filter(grant=found).aggregate(sum=Coalesce(Sum("amount"), 0))["sum"]
    most = min(line.free, found.amount - used) + (share.amount if share else 0)
    return submit(
        request,
        ShareForm(**posted(request), initial={"amount": share.amount if share else most}),
        lambda amount: actions.share_grant(
            acting_user=user_of(request), grant=found, line=line, amount=amount, at=now()
        ),
        success=_("La répartition est enregistrée."),
        to=reverse("ledger:grant", args=[found.pk]),
        template="ledger/entry_form.html",
        context={
            "title": _("Ce que paie la subvention"),
            "lede": _("%(label)s, %(amount)s. Au plus %(most)s ici.")
            % {"label": line.entry.label, "amount": format_euros(line.debit), "most": format_euros(max(most, 0))},
            "back": reverse("ledger:grant", args=[found.pk]),
            "above": found.funder_name,
            "missing": "",
        },
    )


def _kept(request: HttpRequest, grant_id: int) -> Grant:
    user = user_of(request)
    found = reached(Grant, grant_id, user, P.MANAGE_SITES, "section", "head", "entry", whole=True)
    if not scope_of(user).can(P.SEE_BOOKS, found.operator_id):
        raise Http404
    return found


def expenses(request: HttpRequest) -> HttpResponseBase:
    """Every expense entered, the latest first, with its paper and what is still to be paid."""
    require(request.user, P.SEE_BOOKS)
    scope = scope_of(user_of(request))
    rows = Expense.objects.filter(operator__in=scope.operators(P.SEE_BOOKS)).select_related(
        "entry__section", "entry__head", "entry__reversed_by", "document", "line"
    )
    rows = rows.annotate(
        shared=Coalesce(Subquery(GrantShare.objects.filter(line=OuterRef("line")).order_by().values("line")
                                 .annotate(sum=Sum("amount")).values("sum")), 0),
        waits=Subquery(Line.objects.filter(entry=OuterRef("entry"), account__role=AccountRole.SUPPLIERS).values("pk")[:1]),
    )  # fmt: skip
    page = keyset_page(rows, request.GET, order=(("pk", True),), size=50)
    for row in page.rows:
        row.undone = hasattr(row.entry, "reversed_by")
    context = {"page": page, "can_write": scope.can(P.MANAGE_SITES)}
    return render(request, "ledger/expenses.html", context)


@require_safe
def expense_file(request: HttpRequest, expense_id: int) -> HttpResponseBase:
    """The invoice itself, to be saved."""
    found = reached(Expense, expense_id, user_of(request), P.SEE_BOOKS, "document")
    if found.document is None:
        raise Http404
    return as_attachment(found.document)


def expense_create(request: HttpRequest) -> HttpResponseBase:
    """Enter an invoice or a pay slip."""
    operator = _keeper(request)
    return submit(
        request,
        ExpenseForm(**posted(request), **_places(operator)),
        lambda **typed: actions.enter_expense(acting_user=user_of(request), operator=operator, **typed),
        success=lambda expense: (
            _("La dépense de %(amount)s est enregistrée.") % {"amount": format_euros(expense.amount)}
        ),
        to=reverse("ledger:expenses"),
        template="ledger/entry_form.html",
        context={
            "title": _("Nouvelle dépense"),
            "lede": _("Une facture, un ticket, des salaires : une page pour chaque pièce."),
            "back": reverse("ledger:expenses"),
            "above": _("Dépenses"),
            "missing": "",
        },
    )


def expense_pay(request: HttpRequest, expense_id: int) -> HttpResponseBase:
    """Pay an invoice entered before."""
    user = user_of(request)
    found = reached(Expense, expense_id, user, P.MANAGE_SITES, "entry", whole=True)
    if not scope_of(user).can(P.SEE_BOOKS, found.operator_id):
        raise Http404
    return submit(
        request,
        PayForm(**posted(request), initial={"on": today(), "means": "bank"}, today=today()),
        lambda **typed: actions.pay_expense(acting_user=user, expense=found, **typed),
        success=_("La dépense est payée."),
        to=reverse("ledger:expenses"),
        template="ledger/entry_form.html",
        context={
            "title": _("Payer la dépense"),
            "lede": f"{found} · {format_euros(found.amount)}",
            "back": reverse("ledger:expenses"),
            "above": _("Dépenses"),
            "missing": "",
        },
    )


def income_create(request: HttpRequest) -> HttpResponseBase:
    """Record an income that is no grant: own funds, a donation."""
    operator = _keeper(request)
    return submit(
        request,
        IncomeForm(**posted(request), **_places(operator)),
        lambda **typed: actions.enter_income(acting_user=user_of(request), operator=operator, **typed),
        success=_("La recette est enregistrée."),
        to=lambda entry: reverse("ledger:entry", args=[entry.pk]),
        template="ledger/entry_form.html",
        context={
            "title": _("Nouvelle recette"),
            "lede": _("Fonds propres, don, participation. Les cautions, ventes et subventions ont leurs pages."),
            "back": reverse("ledger:expenses"),
            "above": _("Dépenses"),
            "missing": "",
        },
    )

"""Pages of the counter: find the person, sell a recharge, show its code, undo a sale, read the sales."""

import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from declic.accounts.access import acting_operator
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.connectivity import actions
from declic.connectivity.access import access_sale, visible_sales
from declic.connectivity.enums import Stocked
from declic.connectivity.forms import AgainForm, CancelSaleForm, DayForm, RechargeSaleForm
from declic.connectivity.models import RechargeSale, SaleCancellation
from declic.connectivity.queries import (
    find_buyers,
    kept,
    mean_saving,
    products_on_sale,
    saved_by,
    saving_a_month,
)
from declic.core.dates import add_months, format_month, now, today
from declic.core.errors import DomainError
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import UNPROCESSABLE, add_domain_error, submit
from declic.organisations.models import Site
from declic.orientation.models import Enrolment
from declic.people.access import access_person, visible_people


def shop(request: HttpRequest) -> HttpResponseBase:
    """Who buys, what is sold, what the day brought."""
    user = user_of(request)
    operator = acting_operator(request, Permission.TAKE_MONEY)
    words = request.GET.get("q", "").strip()
    here = visible_people(user, Permission.TAKE_MONEY).filter(operator=operator)
    products = [_line(product) for product in products_on_sale(operator, today())]
    page = {
        "operator": operator,
        "q": words,
        "found": find_buyers(here, words),
        "products": products,
        "low": [line for line in products if line["is_low"]],
        "day": _totals(visible_sales(user).filter(operator=operator, on=today())),
        "today": today(),
        "keeps_prices": scope_of(user).can(Permission.MANAGE_PROGRAMMES, operator.pk),
    }
    return render(request, "connectivity/shop.html", page)


def _line(product: Any) -> dict[str, Any]:
    stocked = product.stocked != Stocked.NOTHING
    return {
        "product": product,
        "saving": saving_a_month(product.public_now, product.price_now, product.months),
        "stocked": stocked,
        "is_out": stocked and not product.stock,
        "is_low": stocked and product.stock <= product.minimum,
    }


def sell(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Sell one recharge: the price, the price elsewhere, and what is saved stand side by side."""
    user = user_of(request)
    person = access_person(person_id, user, Permission.TAKE_MONEY)
    products = list(products_on_sale(person.operator_id, today()))
    editions = [
        enrolment.edition
        for enrolment in Enrolment.objects.filter(person=person, ended_on__isnull=True)
        .select_related("edition__programme", "edition__section")
        .order_by("-starts_on", "pk")
    ]
    return submit(
        request,
        RechargeSaleForm(**posted(request), products=products, editions=editions),
        lambda **typed: actions.sell_recharge(
            acting_user=user, person=person, on=today(), site=_site_of(user, person.operator_id), **typed
        ),
        success=_sold,
        to=lambda sale: reverse("connectivity:sale", args=[sale.pk]),
        template="connectivity/sell.html",
        context={
            "person": person,
            "products": products,
            "bought": list(RechargeSale.objects.filter(person=person).select_related("product", "cancellation")[:5]),
            "saved": saved_by(person, today()),
            "saving": mean_saving(RechargeSale.objects.filter(person=person)).cents,
            "keeps_prices": scope_of(user).can(Permission.MANAGE_PROGRAMMES, person.operator_id),
            "reads_file": visible_people(user).filter(pk=person.pk).exists(),
        },
    )


def _sold(sale: RechargeSale) -> str:
    return _("%(product)s vendue à %(person)s : %(paid)s encaissés, %(saved)s économisés.") % {
        "product": sale.product.name,
        "person": sale.person,
        "paid": format_euros(sale.paid),
        "saved": format_euros(sale.public_price - sale.paid),
    }


def sale(request: HttpRequest, sale_id: int) -> HttpResponseBase:
    """One sale: what was paid and saved, its code to show, and how to undo it."""
    found = access_sale(sale_id, user_of(request))
    return render(request, "connectivity/sale.html", _sale_page(found))


def _sale_page(found: RechargeSale) -> dict[str, Any]:
    return {
        "sale": found,
        "person": found.person,
        "saved": found.public_price - found.paid,
        "code": getattr(found, "code", None),
        "cancellation": getattr(found, "cancellation", None),
        "showings": list(found.showings.select_related("by").order_by("at", "pk")),
        "today": today(),
    }


@never_cache
def sale_code(request: HttpRequest, sale_id: int) -> HttpResponseBase:
    """The code of a sale, for one reading: the first needs nothing but a button, the others a reason."""
    user = user_of(request)
    found = access_sale(sale_id, user)
    page = _sale_page(found)
    form = AgainForm(**posted(request))
    # The first reading is one button: a reason is asked for where the action wants one.
    form.fields["reason"].required = bool(page["showings"]) and request.method != "POST"
    if request.method != "POST":
        return render(request, "connectivity/sale_code.html", {**page, "form": form, "shown": None})
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    try:
        if form.errors:
            raise DomainError(_("Relisez la raison."))
        shown = actions.show_code(acting_user=user, sale=found, at=now(), reason=reason)
    except DomainError as refused:
        if not form.errors:
            add_domain_error(form, refused)
        return render(
            request, "connectivity/sale_code.html", {**page, "form": form, "shown": None}, status=UNPROCESSABLE
        )
    answer = render(request, "connectivity/sale_code.html", {**page, "form": form, "shown": _grouped(shown)})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _grouped(code: str) -> str:
    """Four by four, as they are typed on a telephone."""
    if not code.isalnum():
        return code
    return " ".join(code[first : first + 4] for first in range(0, len(code), 4))


def sale_cancel(request: HttpRequest, sale_id: int) -> HttpResponseBase:
    """Undo a sale, with its reason."""
    user = user_of(request)
    found = access_sale(sale_id, user)
    return submit(
        request,
        CancelSaleForm(**posted(request)),
        lambda **typed: actions.cancel_sale(acting_user=user, sale=found, on=today(), **typed),
        success=_cancelled,
        to=reverse("connectivity:sale", args=[found.pk]),
        template="connectivity/sale_cancel.html",
        context=_sale_page(found),
    )


def _cancelled(done: SaleCancellation) -> str:
    if not done.refunded:
        return _("Vente annulée. Il n'y a rien à rendre.")
    return _("Vente annulée. Rendez %(amount)s à %(person)s, par le moyen dont elle a payé.") % {
        "amount": format_euros(done.refunded),
        "person": done.sale.person,
    }


def sales(request: HttpRequest) -> HttpResponseBase:
    """The sales of a day, with what they brought and saved, and the month around it."""
    user = user_of(request)
    operator = acting_operator(request, Permission.TAKE_MONEY)
    form = DayForm(request.GET if "jour" in request.GET else None, initial={"jour": today()})
    day = (form.cleaned_data["jour"] if form.is_valid() else None) or today()
    here = visible_sales(user).filter(operator=operator)
    rows = here.filter(on=day).select_related("person", "product", "sold_by", "edition__programme", "cancellation")
    month = here.filter(on__gte=day.replace(day=1), on__lte=_last_of(day))
    page = {
        "operator": operator,
        "form": form,
        "day": day,
        "month": format_month(day),
        "today": today(),
        "totals": _totals(here.filter(on=day)),
        "month_totals": _totals(month),
        "saving": mean_saving(month),
        "page": keyset_page(rows, request.GET, order=(("pk", True),)),
    }
    return render(request, "connectivity/sales.html", page)


def _last_of(day: datetime.date) -> datetime.date:
    first = day.replace(day=1)
    return day if first.year >= 9999 else add_months(first, 1) - datetime.timedelta(days=1)


def _totals(sales: QuerySet[RechargeSale]) -> dict[str, int]:
    sums = kept(sales).aggregate(count=Count("pk"), cashed=Sum("paid"), saved=Sum(F("public_price") - F("paid")))
    return {name: value or 0 for name, value in sums.items()}


def _site_of(user: User, operator_id: int) -> Site | None:
    """The site at which the seller works, when the seller's role names one."""
    sites = {
        reach.site_id
        for reach in scope_of(user).having(Permission.TAKE_MONEY)
        if reach.operator_id == operator_id and reach.site_id is not None
    }
    return Site.objects.filter(pk__in=sites).first() if len(sites) == 1 else None

"""Pages of the solidarity shop: find the person, sell a recharge, read the day's sales, keep the price list."""

import datetime

from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.accounts.scope import scope_of
from declic.connectivity import actions
from declic.connectivity.access import access_product, visible_sales
from declic.connectivity.forms import DayForm, ProductForm, RechargeSaleForm
from declic.connectivity.models import RechargeSale
from declic.connectivity.queries import find_buyers, monthly_saving, products_on_sale, saved_by
from declic.core.dates import today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.pagination import keyset_page
from declic.core.views import Done, post_action, submit
from declic.organisations.models import Organisation, Site
from declic.orientation.models import Enrolment
from declic.people.access import access_person, visible_people


def shop(request: HttpRequest) -> HttpResponseBase:
    """Who buys, what is sold, what the day brought."""
    user = user_of(request)
    operator = acting_operator(request, Permission.TAKE_MONEY)
    words = request.GET.get("q", "").strip()
    here = visible_people(user, Permission.TAKE_MONEY).filter(operator=operator)
    products = [
        {"product": product, "saving": monthly_saving(product)} for product in products_on_sale(operator, today())
    ]
    page = {
        "operator": operator,
        "q": words,
        "found": find_buyers(here, words),
        "products": products,
        "day": _totals(user, operator, today()),
        "today": today(),
        "keeps_prices": scope_of(user).can(Permission.MANAGE_PROGRAMMES, operator.pk),
    }
    return render(request, "connectivity/shop.html", page)


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
        success=lambda sale: (
            _("%(product)s vendue à %(person)s : %(paid)s encaissés, %(saved)s économisés.")
            % {
                "product": sale.product.name,
                "person": sale.person,
                "paid": format_euros(sale.paid),
                "saved": format_euros(sale.public_price - sale.paid),
            }
        ),
        to=reverse("connectivity:sell", args=[person.pk]),
        template="connectivity/sell.html",
        context={
            "person": person,
            "products": products,
            "bought": list(RechargeSale.objects.filter(person=person).select_related("product")[:5]),
            "saved": saved_by(person, today()),
            "keeps_prices": scope_of(user).can(Permission.MANAGE_PROGRAMMES, person.operator_id),
            "reads_file": visible_people(user).filter(pk=person.pk).exists(),
        },
    )


def sales(request: HttpRequest) -> HttpResponseBase:
    """The sales of a day, with what they brought and what they saved."""
    user = user_of(request)
    operator = acting_operator(request, Permission.TAKE_MONEY)
    form = DayForm(request.GET if "jour" in request.GET else None, initial={"jour": today()})
    day = (form.cleaned_data["jour"] if form.is_valid() else None) or today()
    rows = (
        visible_sales(user)
        .filter(operator=operator, on=day)
        .select_related("person", "product", "sold_by", "edition__programme")
    )
    page = {
        "operator": operator,
        "form": form,
        "day": day,
        "today": today(),
        "totals": _totals(user, operator, day),
        "page": keyset_page(rows, request.GET, order=(("pk", True),)),
    }
    return render(request, "connectivity/sales.html", page)


def product_create(request: HttpRequest) -> HttpResponseBase:
    """Add a recharge to the price list."""
    user = user_of(request)
    operator = acting_operator(request, Permission.MANAGE_PROGRAMMES)
    return submit(
        request,
        ProductForm(**posted(request)),
        lambda **typed: actions.add_product(acting_user=user, operator=operator, **typed),
        success=lambda product: (
            _("« %(name)s » est en vente à %(price)s.")
            % {"name": product.name, "price": format_euros(product.solidarity_price)}
        ),
        to=reverse("connectivity:shop"),
        template="connectivity/product_create.html",
        context={"operator": operator},
    )


@post_action
def product_stop(request: HttpRequest, product_id: int) -> Done:
    """No longer sell a recharge, from tomorrow on."""
    user = user_of(request)
    require(user, Permission.MANAGE_PROGRAMMES)
    product = access_product(product_id, user, Permission.MANAGE_PROGRAMMES)
    actions.stop_product(acting_user=user, product=product, on=today())
    return Done(
        _("« %(name)s » ne sera plus vendue à partir de demain.") % {"name": product.name},
        to=reverse("connectivity:shop"),
    )


def _totals(user: User, operator: Organisation, day: datetime.date) -> dict[str, int]:
    sums = (
        visible_sales(user)
        .filter(operator=operator, on=day)
        .aggregate(count=Count("pk"), cashed=Sum("paid"), saved=Sum(F("public_price") - F("paid")))
    )
    return {name: value or 0 for name, value in sums.items()}


def _site_of(user: User, operator_id: int) -> Site | None:
    """The site at which the seller works, when the seller's role names one."""
    sites = {
        reach.site_id
        for reach in scope_of(user).having(Permission.TAKE_MONEY)
        if reach.operator_id == operator_id and reach.site_id is not None
    }
    return Site.objects.filter(pk__in=sites).first() if len(sites) == 1 else None

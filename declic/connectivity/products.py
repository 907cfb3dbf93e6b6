"""Pages of what the shop sells: prices, what is handed over, codes in stock."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from declic.accounts.access import acting_operator, require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.connectivity import actions
from declic.connectivity.access import access_product
from declic.connectivity.enums import CodeState, Stocked
from declic.connectivity.forms import CodesForm, PriceForm, ProductForm, StockForm
from declic.connectivity.models import CodeBatch, RechargeProduct
from declic.connectivity.queries import price_on, saving_a_month, with_stock
from declic.core.dates import format_short, now, today
from declic.core.forms import posted
from declic.core.money import format_euros
from declic.core.views import Done, post_action, submit

_KEEPS = Permission.MANAGE_PROGRAMMES


def product_create(request: HttpRequest) -> HttpResponseBase:
    """Add a recharge to the price list."""
    user = user_of(request)
    operator = acting_operator(request, _KEEPS)
    return submit(
        request,
        ProductForm(**posted(request)),
        lambda **typed: actions.add_product(acting_user=user, operator=operator, **typed),
        success=_created,
        to=_after_creation,
        template="connectivity/product_create.html",
        context={"operator": operator},
    )


def _created(product: RechargeProduct) -> str:
    said = _("« %(name)s » est en vente à %(price)s.") % {
        "name": product.name,
        "price": format_euros(product.solidarity_price),
    }
    return said if product.stocked == Stocked.NOTHING else f"{said} {_('Prochain pas : ajouter son stock.')}"


def _after_creation(product: RechargeProduct) -> str:
    if product.stocked == Stocked.NOTHING:
        return reverse("connectivity:shop")
    return reverse("connectivity:product", args=[product.pk])


def product(request: HttpRequest, product_id: int) -> HttpResponseBase:
    """One product: its prices over time, its stock and where it came from."""
    user = user_of(request)
    found = access_product(product_id, user, _KEEPS)
    price = price_on(found, today())
    counted = with_stock(RechargeProduct.objects.filter(pk=found.pk), today()).get()
    first = found.codes.filter(state=CodeState.IN_STOCK, expires_on__gte=today()).order_by("expires_on").first()
    return render(
        request,
        "connectivity/product.html",
        {
            "product": found,
            "price": price,
            "saving": saving_a_month(price.public, price.solidarity, found.months),
            "prices": list(found.prices.select_related("set_by")),
            "stock": counted.stock,
            "is_low": counted.stock <= found.minimum,
            "expires_first": None if first is None else first.expires_on,
            "expired": found.codes.filter(state=CodeState.IN_STOCK, expires_on__lt=today()).count(),
            "batches": list(found.batches.select_related("imported_by")[:20]),
            "today": today(),
        },
    )


def product_stock(request: HttpRequest, product_id: int) -> HttpResponseBase:
    """Say what is handed over, the stock under which to warn, and the limit per person."""
    user = user_of(request)
    found = access_product(product_id, user, _KEEPS)
    initial = {"stocked": found.stocked, "minimum": found.minimum, "monthly_limit": found.monthly_limit}
    return submit(
        request,
        StockForm(**posted(request), initial=initial),
        lambda **typed: actions.change_product(acting_user=user, product=found, **typed),
        success=_("Réglages enregistrés : ils valent dès la prochaine vente."),
        to=reverse("connectivity:product", args=[found.pk]),
        template="connectivity/product_form.html",
        context={"product": found, "here": _("Stock et limite"), "send": _("Enregistrer")},
    )


def product_price(request: HttpRequest, product_id: int) -> HttpResponseBase:
    """Change the prices from a day on."""
    user = user_of(request)
    found = access_product(product_id, user, _KEEPS)
    price = price_on(found, today())
    initial = {"since": today(), "public_price": price.public, "solidarity_price": price.solidarity}
    return submit(
        request,
        PriceForm(**posted(request), today=today(), initial=initial),
        lambda **typed: actions.change_price(acting_user=user, product=found, on=today(), at=now(), **typed),
        success=lambda dated: (
            _("« %(name)s » se vendra %(price)s à partir du %(day)s.")
            % {"name": found.name, "price": format_euros(dated.solidarity_price), "day": format_short(dated.since)}
        ),
        to=reverse("connectivity:product", args=[found.pk]),
        template="connectivity/product_form.html",
        context={"product": found, "here": _("Nouveaux prix"), "send": _("Changer les prix")},
    )


@sensitive_post_parameters("lines")
def product_codes(request: HttpRequest, product_id: int) -> HttpResponseBase:
    """Bring a list of codes or cards into stock."""
    user = user_of(request)
    found = access_product(product_id, user, _KEEPS)
    return submit(
        request,
        CodesForm(**posted(request), today=today()),
        lambda **typed: actions.add_codes(acting_user=user, product=found, at=now(), **typed),
        success=_added,
        to=reverse("connectivity:product", args=[found.pk]),
        template="connectivity/product_codes.html",
        context={"product": found, "cards": found.stocked == Stocked.CARDS},
    )


def _added(batch: CodeBatch) -> str:
    said = ngettext("%(n)s ajouté au stock.", "%(n)s ajoutés au stock.", batch.count) % {"n": batch.count}
    if batch.known:
        said += " " + ngettext(
            "%(n)s était déjà connu : il n'a pas été repris.",
            "%(n)s étaient déjà connus : ils n'ont pas été repris.",
            batch.known,
        ) % {"n": batch.known}
    return said


@post_action
def product_stop(request: HttpRequest, product_id: int) -> Done:
    """No longer sell a recharge, from tomorrow on."""
    user = user_of(request)
    require(user, _KEEPS)
    found = access_product(product_id, user, _KEEPS)
    actions.stop_product(acting_user=user, product=found, on=today())
    return Done(
        _("« %(name)s » ne sera plus vendue à partir de demain.") % {"name": found.name},
        to=reverse("connectivity:shop"),
    )

"""What the shop sells: products, what is handed over with them, their limits and their dated prices."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.connectivity.enums import Stocked
from declic.connectivity.models import RechargePrice, RechargeProduct
from declic.core.dates import format_short
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.ledger.actions import open_books
from declic.organisations.models import Organisation


@transaction.atomic
def add_product(
    *,
    acting_user: User,
    operator: Organisation,
    name: str,
    public_price: int,
    solidarity_price: int,
    months: int = 1,
    stocked: str = Stocked.NOTHING,
    minimum: int = 0,
    monthly_limit: int | None = None,
) -> RechargeProduct:
    """Add a recharge to the operator's shop; prices in cents, `months` that one recharge covers.

    `stocked` says what is handed over with it, `minimum` the stock under which the shop is warned, `monthly_limit` how
    many one person may buy in a calendar month.
    """
    if not name.strip():
        raise DomainError(_("Donnez un nom à la recharge."), field="name")
    _check_prices(public_price, solidarity_price)
    if months < 1:
        raise DomainError(_("Une recharge couvre au moins un mois."), field="months")
    _check_stock(stocked, minimum, monthly_limit)
    # A shop sells even where no edition has opened the books yet.
    open_books(operator=operator)
    product, created = RechargeProduct.objects.get_or_create(
        operator=operator,
        name=name.strip(),
        defaults={
            "public_price": public_price,
            "solidarity_price": solidarity_price,
            "months": months,
            "stocked": Stocked(stocked),
            "minimum": minimum,
            "monthly_limit": monthly_limit,
        },
    )
    if not created:
        raise DomainError(_("La boutique a déjà une recharge de ce nom : donnez-lui un autre nom."), field="name")
    return product


@transaction.atomic
def change_product(
    *, acting_user: User, product: RechargeProduct, stocked: str, minimum: int, monthly_limit: int | None
) -> RechargeProduct:
    """Change what is handed over, the minimum stock and the limit; what is in stock keeps its kind."""
    product = RechargeProduct.objects.select_for_update().get(pk=product.pk)
    _check_stock(stocked, minimum, monthly_limit)
    if stocked != product.stocked and product.codes.exists():
        raise DomainError(
            _("Cette recharge a déjà un stock : ce qui est remis ne change plus. Créez une autre recharge."),
            field="stocked",
        )
    product.stocked, product.minimum, product.monthly_limit = Stocked(stocked), minimum, monthly_limit
    product.save(update_fields=["stocked", "minimum", "monthly_limit"])
    return product


@transaction.atomic
def change_price(
    *,
    acting_user: User,
    product: RechargeProduct,
    since: datetime.date,
    public_price: int,
    solidarity_price: int,
    on: datetime.date,
    at: datetime.datetime,
) -> RechargePrice:
    """Set the prices (cents) of a product from `since` on, today or later; what is sold already keeps its own."""
    product = RechargeProduct.objects.select_for_update().get(pk=product.pk)
    _check_prices(public_price, solidarity_price)
    if since < on:
        raise DomainError(
            _("Un prix change aujourd'hui ou plus tard : les ventes passées gardent le leur."), field="since"
        )
    try:
        with transaction.atomic():
            return RechargePrice.objects.create(
                operator_id=product.operator_id,
                product=product,
                since=since,
                public_price=public_price,
                solidarity_price=solidarity_price,
                set_by=acting_user,
                set_at=at,
            )
    except IntegrityError:
        raise DomainError(
            _("Un prix commence déjà le %(day)s : choisissez un autre jour.") % {"day": format_short(since)},
            field="since",
        ) from None


@transaction.atomic
def stop_product(*, acting_user: User, product: RechargeProduct, on: datetime.date) -> RechargeProduct:
    """Sell a recharge until `on` and no longer; its past sales stay as they are."""
    product = RechargeProduct.objects.select_for_update().get(pk=product.pk)
    if product.sold_until is not None:
        raise DomainError(
            _("Cette recharge n'est déjà plus vendue depuis le %(day)s.") % {"day": format_short(product.sold_until)}
        )
    product.sold_until = on
    product.save(update_fields=["sold_until"])
    return product


def _check_prices(public_price: int, solidarity_price: int) -> None:
    if public_price <= 0:
        raise DomainError(_("Écrivez le prix public : c'est lui qui dit l'économie."), field="public_price")
    if solidarity_price < 0 or solidarity_price > public_price:
        raise DomainError(
            _("Le prix solidaire ne dépasse pas le prix public, %(price)s.") % {"price": format_euros(public_price)},
            field="solidarity_price",
        )


def _check_stock(stocked: str, minimum: int, monthly_limit: int | None) -> None:
    if stocked not in Stocked.values:
        raise DomainError(_("Dites ce qui est remis à la vente."), field="stocked")
    if minimum < 0:
        raise DomainError(_("Le stock minimum est zéro ou plus."), field="minimum")
    if monthly_limit is not None and monthly_limit < 1:
        raise DomainError(
            _("La limite laisse passer au moins une recharge par mois, ou reste vide."), field="monthly_limit"
        )

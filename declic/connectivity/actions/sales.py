"""At the counter: a recharge sold once, its code shown once, a sale undone with its money and its code."""

import datetime
import uuid

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.models import User
from declic.connectivity.enums import CodeState, Stocked
from declic.connectivity.means import money_account
from declic.connectivity.models import CodeShowing, RechargeCode, RechargeProduct, RechargeSale, SaleCancellation
from declic.connectivity.queries import bought_in_month, price_on
from declic.connectivity.secrets import fingerprint, unseal
from declic.core.dates import format_month, format_short
from declic.core.errors import DomainError
from declic.ledger.actions import Posting, post, undo
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Entry
from declic.organisations.models import Site
from declic.people.models import Person
from declic.programmes.models import Edition

SAME_SHOWING = datetime.timedelta(minutes=2)
"""Whoever has just seen a code sees it again, as after a double click, without a reason."""


@transaction.atomic
def sell_recharge(
    *,
    acting_user: User,
    person: Person,
    product: RechargeProduct,
    on: datetime.date,
    token: uuid.UUID,
    means: str,
    edition: Edition | None = None,
    site: Site | None = None,
    card: str = "",
) -> RechargeSale:
    """Sell one recharge to a known person; both prices (cents) are copied, so that the saving never changes.

    A product with codes takes the one that expires first, a SIM card the one whose number is `card`. The same `token`
    twice gives the same sale back: a double click sells once. Raises `DomainError` when the token served for something
    else, the product is no longer sold or out of stock, the person has had all that a month allows, or something belongs
    to another operator.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    known = RechargeSale.objects.filter(token=token).first()
    if known is not None:
        return _same_sale(known, person, product)
    # Read again under the lock of the person: the limit and the stop may be newer than the page.
    product = RechargeProduct.objects.get(pk=product.pk)
    if {product.operator_id, *(row.operator_id for row in (edition, site) if row is not None)} != {person.operator_id}:
        raise DomainError(_("Cette recharge n'est pas vendue par la structure qui suit cette personne."))
    if product.sold_until is not None and on > product.sold_until:
        raise DomainError(
            _("« %(product)s » n'est plus vendue depuis le %(day)s : choisissez une autre recharge.")
            % {"product": product.name, "day": format_short(product.sold_until)},
            field="product",
        )
    _refuse_beyond_limit(person, product, on)
    account = money_account(means)
    price = price_on(product, on)
    try:
        with transaction.atomic():
            sale = RechargeSale.objects.create(
                operator_id=person.operator_id,
                person=person,
                product=product,
                edition=edition,
                site=site,
                on=on,
                public_price=price.public,
                paid=price.solidarity,
                months=product.months,
                sold_by=acting_user,
                token=token,
            )
    except IntegrityError:
        # Another request with this token, for another person, was faster.
        return _same_sale(RechargeSale.objects.get(token=token), person, product)
    if product.stocked != Stocked.NOTHING:
        _take_code(product, sale, on, card)
    if sale.paid:
        post(
            acting_user=acting_user,
            operator=person.operator,
            on=on,
            event=Event.RECHARGE_SOLD,
            label=_("Vente de « %(product)s »") % {"product": product.name},
            postings=[Posting(account, debit=sale.paid), Posting(AccountRole.RECHARGE_REVENUE, credit=sale.paid)],
            idempotency_key=f"recharge:{token}",
            section=None if edition is None else edition.section,
        )
    return sale


@transaction.atomic
def show_code(*, acting_user: User, sale: RechargeSale, at: datetime.datetime, reason: str = "") -> str:
    """The code (or card number) of a sale, for the eyes of the seller; each reading is kept, from the second with a reason.

    Raises `DomainError` when the sale has no code or is cancelled, or when the reason of a second reading is missing.
    """
    cancelled = SaleCancellation.objects.filter(sale=sale).exists()
    code = None if cancelled else _code_of(sale)
    if cancelled or (code is not None and code.state != CodeState.SOLD):
        raise DomainError(_("Cette vente est annulée : son code ne se montre plus."))
    if code is None:
        raise DomainError(_("Cette recharge se vend sans code : il n'y a rien à montrer."))
    last = code.showings.filter(sale=sale).order_by("-at", "-pk").first()
    if (
        last is not None
        and last.by_id == acting_user.pk
        and last.at <= at < last.at + SAME_SHOWING
        and not reason.strip()
    ):
        return unseal(code.secret)
    if last is not None and not reason.strip():
        raise DomainError(
            _("Ce code a déjà été montré le %(day)s : dites pourquoi le montrer de nouveau.")
            % {"day": format_short(last.at.date())},
            field="reason",
        )
    shown = unseal(code.secret)
    CodeShowing.objects.create(
        operator_id=code.operator_id, code=code, sale=sale, at=at, by=acting_user, reason=reason.strip()
    )
    return shown


@transaction.atomic
def cancel_sale(*, acting_user: User, sale: RechargeSale, on: datetime.date, reason: str) -> SaleCancellation:
    """Undo a sale: the money goes back by the means by which it came, a code that nobody saw returns to stock, another is void.

    Raises `DomainError` when it is cancelled already, without a reason, or in a month that is closed.
    """
    Person.objects.select_for_update().get(pk=sale.person_id)
    sale = RechargeSale.objects.select_related("operator", "product").get(pk=sale.pk)
    if SaleCancellation.objects.filter(sale=sale).exists():
        raise DomainError(_("Cette vente est déjà annulée : rien n'a été rendu deux fois."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette vente est annulée."), field="reason")
    if on < sale.on:
        raise DomainError(_("L'annulation ne peut pas précéder la vente."))
    entry = _entry_of(sale)
    if entry is not None and on < entry.on:
        raise DomainError(_("L'annulation ne peut pas précéder la correction du moyen de paiement."))
    code = _code_of(sale)
    if code is not None and code.state == CodeState.SOLD:
        if code.showings.filter(sale=sale).exists():
            code.state = CodeState.VOID
        else:
            code.state, code.sale = CodeState.IN_STOCK, None
        code.save(update_fields=["state", "sale"])
    cancelled = SaleCancellation.objects.create(
        operator_id=sale.operator_id,
        sale=sale,
        on=on,
        reason=reason.strip(),
        cancelled_by=acting_user,
        refunded=sale.paid if entry is not None else 0,
    )
    if entry is not None:
        undo(acting_user=acting_user, entry=entry, on=on, reason=reason.strip())
    return cancelled


def _take_code(product: RechargeProduct, sale: RechargeSale, on: datetime.date, card: str) -> None:
    stock = RechargeCode.objects.select_for_update(skip_locked=True).filter(product=product, state=CodeState.IN_STOCK)
    stock = stock.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))
    if product.stocked == Stocked.CARDS:
        if not card.strip():
            raise DomainError(_("Scannez ou tapez le numéro de la carte SIM que vous remettez."), field="card")
        stock = stock.filter(fingerprint=fingerprint(product.operator_id, card))
    code = stock.order_by(F("expires_on").asc(nulls_last=True), "pk").first()
    if code is None and product.stocked == Stocked.CARDS:
        raise DomainError(
            _("Aucune carte en stock ne porte ce numéro : vérifiez-le, ou prenez une autre carte."), field="card"
        )
    if code is None:
        raise DomainError(
            _(
                "« %(product)s » est épuisée : aucun code n'est en stock. Choisissez une autre recharge, ou réapprovisionnez."
            )
            % {"product": product.name},
            field="product",
        )
    code.state, code.sale = CodeState.SOLD, sale
    code.save(update_fields=["state", "sale"])


def _refuse_beyond_limit(person: Person, product: RechargeProduct, on: datetime.date) -> None:
    limit = product.monthly_limit
    if limit is not None and bought_in_month(person, product, on) >= limit:
        raise DomainError(
            ngettext(
                "Cette personne a déjà eu sa recharge « %(product)s » de %(month)s : une par mois. La suivante se vend le"
                " mois prochain.",
                "Cette personne a déjà eu ses %(limit)s recharges « %(product)s » de %(month)s. La suivante se vend le mois"
                " prochain.",
                limit,
            )
            % {"product": product.name, "limit": limit, "month": format_month(on)},
            field="product",
        )


def _code_of(sale: RechargeSale) -> RechargeCode | None:
    return RechargeCode.objects.select_for_update(of=("self",)).filter(sale=sale).first()


def _entry_of(sale: RechargeSale) -> Entry | None:
    """The entry that holds the money of a sale now: a corrected means moved it to another; None when it is reversed."""
    entry = Entry.objects.filter(operator=sale.operator_id, idempotency_key=f"recharge:{sale.token}").first()
    while entry is not None and Entry.objects.filter(reverses=entry).exists():
        entry = Entry.objects.filter(operator=sale.operator_id, idempotency_key=f"means:{entry.pk}").first()
    return entry


def _same_sale(sale: RechargeSale, person: Person, product: RechargeProduct) -> RechargeSale:
    if (sale.person_id, sale.product_id) != (person.pk, product.pk):
        raise DomainError(_("Cette page a déjà servi à une autre vente : ouvrez-la de nouveau pour vendre."))
    return sale

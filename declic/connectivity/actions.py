"""Internet aids from request to payment, and recharges sold at a solidarity price: each euro goes through the books."""

import datetime
import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.connectivity.models import AID_TRANSITIONS, AidState, InternetAid, RechargeProduct, RechargeSale
from declic.core.dates import format_short
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.ledger.actions import Posting, open_books, post
from declic.ledger.enums import AccountRole, Event, Means
from declic.ledger.models import Auxiliary
from declic.organisations.models import Organisation, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.programmes.schema import cents

_MONEY_ACCOUNTS = {Means.CASH: AccountRole.CASH, Means.BANK: AccountRole.BANK}


def lacks_social_evaluation(enrolment: Enrolment) -> bool:
    """Whether the terms ask for a social evaluation that the person's referral does not bring."""
    if not enrolment.terms.terms.entry.social_evaluation_required:
        return False
    return enrolment.referral is None or not enrolment.referral.social_evaluation.strip()


@transaction.atomic
def request_aid(*, acting_user: User, enrolment: Enrolment, on: datetime.date) -> InternetAid:
    """Ask for the internet aid that the enrolment's own terms promise: amount (cents) and months are copied from them.

    Raises `DomainError` when the terms promise none, when the social evaluation they ask for is missing, when the
    enrolment is over on that day, or when an aid is already asked for.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("terms", "referral").get(pk=enrolment.pk)
    )
    promised = enrolment.terms.terms.connectivity
    if not promised.aid_eur:
        raise DomainError(_("Cette édition ne prévoit pas d'aide internet : il n'y a rien à demander."))
    if on < enrolment.starts_on:
        raise DomainError(
            _("La demande ne peut pas précéder l'entrée, le %(day)s.") % {"day": format_short(enrolment.starts_on)},
            field="on",
        )
    if enrolment.ended_on is not None and on > enrolment.ended_on:
        raise DomainError(
            _("Le parcours s'est terminé le %(day)s : l'aide se demande avant la sortie.")
            % {"day": format_short(enrolment.ended_on)}
        )
    if lacks_social_evaluation(enrolment):
        raise DomainError(_("Il manque l'évaluation sociale : demandez-la au prescripteur, puis redemandez l'aide."))
    if InternetAid.objects.filter(enrolment=enrolment).exclude(state=AidState.REFUSED).exists():
        raise DomainError(_("Cette personne a déjà une aide internet dans cette édition : ouvrez celle qui existe."))
    return InternetAid.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        amount=cents(promised.aid_eur),
        months=promised.aid_months,
        requested_on=on,
        requested_by=acting_user,
    )


@transaction.atomic
def grant_aid(*, acting_user: User, aid: InternetAid, on: datetime.date) -> InternetAid:
    """Grant a requested aid: an expense of the edition, owed to the person until it is paid."""
    aid = _decide(aid, AidState.GRANTED, on, acting_user)
    # The case number and not the name: the books outlive the right to keep a name.
    aid.account = Auxiliary.objects.create(
        operator_id=aid.operator_id, label=_("Aide internet %(number)s") % {"number": aid.enrolment.person.case_number}
    )
    aid.save(update_fields=["state", "decided_on", "decided_by", "account", "updated_at"])
    post(
        acting_user=acting_user,
        operator=aid.operator,
        on=on,
        event=Event.AID_GRANTED,
        label=aid.account.label,
        postings=[
            Posting(AccountRole.AID_EXPENSE, debit=aid.amount),
            Posting(AccountRole.AID_PAYABLE, credit=aid.amount, auxiliary=aid.account),
        ],
        idempotency_key=f"aid:{aid.pk}",
        section=aid.enrolment.edition.section,
    )
    return aid


@transaction.atomic
def refuse_aid(*, acting_user: User, aid: InternetAid, on: datetime.date, reason: str) -> InternetAid:
    """Refuse a requested aid; the reason is owed to the person."""
    if not reason.strip():
        raise DomainError(_("Un refus donne toujours sa raison : écrivez-la."), field="reason")
    aid = _decide(aid, AidState.REFUSED, on, acting_user)
    aid.refusal_reason = reason.strip()
    aid.save(update_fields=["state", "decided_on", "decided_by", "refusal_reason", "updated_at"])
    return aid


@transaction.atomic
def pay_aid(*, acting_user: User, aid: InternetAid, on: datetime.date, means: str, proof: str = "") -> InternetAid:
    """Pay a granted aid in full; `proof` names the subscription that it pays for."""
    aid = _locked(aid)
    if aid.state == AidState.PAID and aid.paid_on is not None:
        raise DomainError(
            _("Cette aide est déjà versée, le %(day)s : rien n'a été payé deux fois.")
            % {"day": format_short(aid.paid_on)}
        )
    AID_TRANSITIONS.require(aid.state, AidState.PAID, _("Une aide se verse une fois accordée : décidez d'abord."))
    if aid.decided_on is not None and on < aid.decided_on:
        raise DomainError(
            _("L'aide a été accordée le %(day)s : elle se verse ce jour-là ou après.")
            % {"day": format_short(aid.decided_on)},
            field="on",
        )
    aid.state, aid.paid_on, aid.proof = AidState.PAID, on, proof.strip()
    aid.save(update_fields=["state", "paid_on", "proof", "updated_at"])
    post(
        acting_user=acting_user,
        operator=aid.operator,
        on=on,
        event=Event.AID_PAID,
        label=_("Aide internet %(number)s") % {"number": aid.enrolment.person.case_number},
        postings=[
            Posting(AccountRole.AID_PAYABLE, debit=aid.amount, auxiliary=aid.account),
            Posting(_money_account(means), credit=aid.amount),
        ],
        idempotency_key=f"aid-paid:{aid.pk}",
        section=aid.enrolment.edition.section,
    )
    return aid


@transaction.atomic
def add_product(
    *,
    acting_user: User,
    operator: Organisation,
    name: str,
    public_price: int,
    solidarity_price: int,
    months: int = 1,
) -> RechargeProduct:
    """Add a recharge to the operator's shop; prices in cents, `months` that one recharge covers."""
    if not name.strip():
        raise DomainError(_("Donnez un nom à la recharge."), field="name")
    if public_price <= 0:
        raise DomainError(_("Écrivez le prix public : c'est lui qui dit l'économie."), field="public_price")
    if solidarity_price < 0 or solidarity_price > public_price:
        raise DomainError(
            _("Le prix solidaire ne dépasse pas le prix public, %(price)s.") % {"price": format_euros(public_price)},
            field="solidarity_price",
        )
    if months < 1:
        raise DomainError(_("Une recharge couvre au moins un mois."), field="months")
    # A shop sells even where no edition has opened the books yet.
    open_books(operator=operator)
    product, created = RechargeProduct.objects.get_or_create(
        operator=operator,
        name=name.strip(),
        defaults={"public_price": public_price, "solidarity_price": solidarity_price, "months": months},
    )
    if not created:
        raise DomainError(_("La boutique a déjà une recharge de ce nom : donnez-lui un autre nom."), field="name")
    return product


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
) -> RechargeSale:
    """Sell one recharge to a known person; both prices (cents) are copied, so that the saving never changes.

    The same `token` twice gives the same sale back: a double click sells once. Raises `DomainError` when the token
    served for something else, the product is no longer sold, or something belongs to another operator.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    known = RechargeSale.objects.filter(token=token).first()
    if known is not None:
        return _same_sale(known, person, product)
    if {product.operator_id, *(row.operator_id for row in (edition, site) if row is not None)} != {person.operator_id}:
        raise DomainError(_("Cette recharge n'est pas vendue par la structure qui suit cette personne."))
    if product.sold_until is not None and on > product.sold_until:
        raise DomainError(
            _("« %(product)s » n'est plus vendue depuis le %(day)s : choisissez une autre recharge.")
            % {"product": product.name, "day": format_short(product.sold_until)},
            field="product",
        )
    account = _money_account(means)
    try:
        with transaction.atomic():
            sale = RechargeSale.objects.create(
                operator_id=person.operator_id,
                person=person,
                product=product,
                edition=edition,
                site=site,
                on=on,
                public_price=product.public_price,
                paid=product.solidarity_price,
                months=product.months,
                sold_by=acting_user,
                token=token,
            )
    except IntegrityError:
        # Another request with this token, for another person, was faster.
        return _same_sale(RechargeSale.objects.get(token=token), person, product)
    if sale.paid:
        post(
            acting_user=acting_user,
            operator=person.operator,
            on=on,
            event=Event.RECHARGE_SOLD,
            label=_("Recharge %(product)s") % {"product": product.name},
            postings=[Posting(account, debit=sale.paid), Posting(AccountRole.RECHARGE_REVENUE, credit=sale.paid)],
            idempotency_key=f"recharge:{token}",
            section=None if edition is None else edition.section,
        )
    return sale


def _locked(aid: InternetAid) -> InternetAid:
    return (
        InternetAid.objects.select_for_update(of=("self",))
        .select_related("operator", "account", "enrolment__person", "enrolment__edition__section")
        .get(pk=aid.pk)
    )


def _decide(aid: InternetAid, state: AidState, on: datetime.date, decided_by: User) -> InternetAid:
    aid = _locked(aid)
    AID_TRANSITIONS.require(
        aid.state,
        state,
        _("Cette demande a déjà sa réponse (%(state)s) : rien n'a changé.") % {"state": aid.get_state_display()},
    )
    if on < aid.requested_on:
        raise DomainError(
            _("La décision ne peut pas précéder la demande, du %(day)s.") % {"day": format_short(aid.requested_on)},
            field="on",
        )
    aid.state, aid.decided_on, aid.decided_by = state, on, decided_by
    return aid


def _same_sale(sale: RechargeSale, person: Person, product: RechargeProduct) -> RechargeSale:
    if (sale.person_id, sale.product_id) != (person.pk, product.pk):
        raise DomainError(_("Cette page a déjà servi à une autre vente : ouvrez-la de nouveau pour vendre."))
    return sale


def _money_account(means: str) -> AccountRole:
    if means not in _MONEY_ACCOUNTS:
        raise DomainError(_("Dites comment l'argent est passé : espèces ou banque."), field="means")
    return _MONEY_ACCOUNTS[Means(means)]

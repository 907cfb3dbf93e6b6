"""What is read about aids and recharges in more than one place."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from declic.connectivity.enums import AidState, CodeState, Stocked
from declic.connectivity.models import InternetAid, RechargePrice, RechargeProduct, RechargeSale, SocialEvaluation
from declic.core.dates import add_months
from declic.organisations.models import Organisation
from declic.orientation.models import Enrolment
from declic.people.finding import search_people
from declic.people.models import Person
from declic.programmes.models import Edition

ENDING_SOON = datetime.timedelta(days=30)
"""An aid is said to end soon so many days before its last day; it may be renewed from then on."""

# ---------------------------------------------------------------------------------------------------------------- aids


class Evaluation(NamedTuple):
    """The social evaluation on which an aid is decided: its words, who made it and when."""

    text: str
    author: str
    on: datetime.date | None


def social_evaluation(enrolment: Enrolment) -> Evaluation | None:
    """The latest evaluation written for the enrolment, else the one that its referral brought."""
    written = SocialEvaluation.objects.filter(enrolment=enrolment).order_by("-on", "-pk").first()
    if written is not None:
        return Evaluation(written.text, written.author, written.on)
    referral = enrolment.referral
    if referral is None or not referral.social_evaluation.strip():
        return None
    author = ", ".join(str(part) for part in (referral.referent_name, referral.prescriber) if part)
    return Evaluation(referral.social_evaluation, author, referral.sent_on)


def lacks_social_evaluation(enrolment: Enrolment) -> bool:
    """Whether the terms ask for a social evaluation that neither the referral nor the team has written."""
    return enrolment.terms.terms.entry.social_evaluation_required and social_evaluation(enrolment) is None


def end_of(aid: InternetAid) -> datetime.date | None:
    """The last day that the aid covers: its months, from the subscription or else from the payment; None without months.

    A subscription older than the decision counts from the decision: what was paid before is not what is helped. A renewal
    begins when the aid before it ends.
    """
    if not aid.months:
        return None
    begins = max(day for day in (aid.subscribed_on or aid.paid_on, aid.decided_on) if day is not None)
    former = aid.renews
    if former is not None and former.ends_on is not None and former.ends_on >= begins:
        begins = former.ends_on + datetime.timedelta(days=1)
    return add_months(begins, aid.months) - datetime.timedelta(days=1)


def renewable(aid: InternetAid, on: datetime.date) -> bool:
    """Whether the terms let the aid be asked for again on that day: it ends within a month, or has ended."""
    if aid.state not in (AidState.PAID, AidState.ENDED) or aid.ends_on is None:
        return False
    left = aid.enrolment.terms.terms.connectivity.renewals - (aid.rank - 1)
    return left > 0 and on >= aid.ends_on - ENDING_SOON


def ending_soon(aids: QuerySet[InternetAid], on: datetime.date) -> QuerySet[InternetAid]:
    """Of `aids`, those paid that end within a month."""
    return aids.filter(state=AidState.PAID, ends_on__gte=on, ends_on__lte=on + ENDING_SOON)


# ---------------------------------------------------------------------------------------------------------------- shop


class Price(NamedTuple):
    """Both prices of a product on a day, in cents."""

    public: int
    solidarity: int


def price_on(product: RechargeProduct, on: datetime.date) -> Price:
    """The prices that are in force on a day: the latest change that has begun, else the first prices."""
    dated = RechargePrice.objects.filter(product=product, since__lte=on).order_by("-since").first()
    if dated is None:
        return Price(product.public_price, product.solidarity_price)
    return Price(dated.public_price, dated.solidarity_price)


def products_on_sale(operator: Organisation | int, on: datetime.date) -> QuerySet[Any]:
    """The recharges that the operator sells on that day, with `public_now` and `price_now` in cents and their `stock`."""
    products = RechargeProduct.objects.filter(operator=operator).exclude(sold_until__lt=on)
    return with_stock(with_prices(products, on), on).order_by("name", "pk")


def with_prices(products: QuerySet[RechargeProduct], on: datetime.date) -> QuerySet[Any]:
    """Products with the prices of a day: `public_now`, `price_now`."""
    dated = RechargePrice.objects.filter(product=OuterRef("pk"), since__lte=on).order_by("-since")
    return products.annotate(
        public_now=Coalesce(Subquery(dated.values("public_price")[:1]), F("public_price")),
        price_now=Coalesce(Subquery(dated.values("solidarity_price")[:1]), F("solidarity_price")),
    )


def with_stock(products: QuerySet[RechargeProduct], on: datetime.date) -> QuerySet[Any]:
    """Products with `stock`, the codes or cards that may still be sold on a day."""
    good = Q(codes__expires_on__isnull=True) | Q(codes__expires_on__gte=on)
    return products.annotate(stock=Count("codes", filter=Q(codes__state=CodeState.IN_STOCK) & good))


def low_products(operators: Iterable[Organisation | int], on: datetime.date) -> QuerySet[Any]:
    """Products on sale whose stock is out, or not above its minimum."""
    products = RechargeProduct.objects.filter(operator__in=operators).exclude(sold_until__lt=on)
    return with_stock(products.exclude(stocked=Stocked.NOTHING), on).filter(stock__lte=F("minimum"))


def kept(sales: QuerySet[RechargeSale]) -> QuerySet[RechargeSale]:
    """Sales that are not cancelled."""
    return sales.filter(cancellation__isnull=True)


def bought_in_month(person: Person, product: RechargeProduct, on: datetime.date) -> int:
    """How many of a product the person has bought in the calendar month of `on`, cancelled sales left out."""
    first = on.replace(day=1)
    sales = RechargeSale.objects.filter(person=person, product=product, on__gte=first, on__lt=add_months(first, 1))
    return kept(sales).count()


class MonthlySaving(NamedTuple):
    """Cents saved a month, and over how many people the mean is taken; None when nobody bought anything."""

    cents: Decimal | None
    people: int


def saving_per_month(source: Organisation | Edition, at: datetime.date | None = None) -> MonthlySaving:
    """The mean over people of what each saves in a month, on the sales of an operator or an edition up to day `at`.

    What one person saves in a month is the sum of (public price − price paid) over all her recharges, divided by the
    sum of the months they cover: a recharge of three months weighs three times one of a month. Every person then
    counts once, however many recharges she bought (case: solidarity shops, saving_per_month_eur). A cancelled sale
    saves nothing.
    """
    sales = RechargeSale.objects.order_by()
    sales = sales.filter(edition=source) if isinstance(source, Edition) else sales.filter(operator=source)
    if at is not None:
        sales = sales.filter(on__lte=at)
    return mean_saving(sales)


def mean_saving(sales: QuerySet[RechargeSale]) -> MonthlySaving:
    """The same mean over any sales."""
    per_person = [
        Decimal(row["saved"]) / row["covered"]
        for row in kept(sales)
        .order_by()
        .values("person")
        .annotate(saved=Sum(F("public_price") - F("paid")), covered=Sum("months"))
    ]
    if not per_person:
        return MonthlySaving(None, 0)
    return MonthlySaving(sum(per_person, Decimal(0)) / len(per_person), len(per_person))


def saved_by(person: Person, at: datetime.date | None = None) -> int:
    """Cents that a person saved on all recharges up to day `at`."""
    sales = kept(RechargeSale.objects.filter(person=person))
    if at is not None:
        sales = sales.filter(on__lte=at)
    return int(sales.aggregate(saved=Sum(F("public_price") - F("paid")))["saved"] or 0)


def saving_a_month(public: int, paid: int, months: int) -> int:
    """Cents saved a month by one recharge, rounded down: never promise a cent too much."""
    return (public - paid) // months


def find_buyers(people: QuerySet[Person], words: str, *, limit: int = 20) -> list[Person]:
    """Of `people`, those whom a name, a phone or a case number may mean, the likeliest first."""
    if len(words.strip()) < 2:
        return []
    return list(search_people(people, words).prefetch_related("phones").select_related("site")[:limit])

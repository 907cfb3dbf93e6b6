"""What is read about aids and recharges in more than one place."""

import datetime
import re
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, QuerySet, Sum, Value

from declic.connectivity.models import RechargeProduct, RechargeSale
from declic.core.search import FoldedText
from declic.organisations.models import Organisation
from declic.people.models import Person
from declic.programmes.models import Edition


class MonthlySaving(NamedTuple):
    """Cents saved a month, and over how many people the mean is taken; None when nobody bought anything."""

    cents: Decimal | None
    people: int


def saving_per_month(source: Organisation | Edition, at: datetime.date | None = None) -> MonthlySaving:
    """The mean over people of what each saves in a month, on the sales of an operator or an edition up to day `at`.

    What one person saves in a month is the sum of (public price − price paid) over all her recharges, divided by the
    sum of the months they cover: a recharge of three months weighs three times one of a month. Every person then
    counts once, however many recharges she bought (case: solidarity shops, saving_per_month_eur).
    """
    sales = RechargeSale.objects.order_by()
    sales = sales.filter(edition=source) if isinstance(source, Edition) else sales.filter(operator=source)
    if at is not None:
        sales = sales.filter(on__lte=at)
    per_person = [
        Decimal(row["saved"]) / row["covered"]
        for row in sales.values("person").annotate(saved=Sum(F("public_price") - F("paid")), covered=Sum("months"))
    ]
    if not per_person:
        return MonthlySaving(None, 0)
    return MonthlySaving(sum(per_person, Decimal(0)) / len(per_person), len(per_person))


def saved_by(person: Person, at: datetime.date | None = None) -> int:
    """Cents that a person saved on all recharges up to day `at`."""
    sales = RechargeSale.objects.filter(person=person)
    if at is not None:
        sales = sales.filter(on__lte=at)
    return int(sales.aggregate(saved=Sum(F("public_price") - F("paid")))["saved"] or 0)


def products_on_sale(operator: Organisation | int, on: datetime.date) -> QuerySet[RechargeProduct]:
    """The recharges that the operator sells on that day."""
    products = RechargeProduct.objects.filter(operator=operator)
    return products.exclude(sold_until__lt=on).order_by("name", "pk")


def monthly_saving(product: RechargeProduct | RechargeSale) -> int:
    """Cents saved a month by one recharge, rounded down: never promise a cent too much."""
    paid = product.solidarity_price if isinstance(product, RechargeProduct) else product.paid
    return (product.public_price - paid) // product.months


def find_buyers(people: QuerySet[Person], words: str, *, limit: int = 20) -> list[Person]:
    """Of `people`, those whose name holds every word or whose phone number is the one typed, in order of name."""
    words = " ".join(words.split())
    if len(words) < 2:
        return []
    digits = re.sub(r"\D", "", words)
    if len(digits) >= 6:
        # A number typed as 06…, 00336… or +336… ends with the same nine digits.
        found = people.filter(phones__number__endswith=digits[-9:])
    else:
        found = people
        for word in words.split():
            found = found.filter(search_key__contains=FoldedText(Value(word)))
    return list(found.prefetch_related("phones").select_related("site").order_by("sort_key", "pk").distinct()[:limit])

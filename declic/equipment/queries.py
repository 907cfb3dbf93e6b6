"""Reads of machines and allocations that more than one page needs; lateness is always computed."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from declic.accounts.models import User
from declic.equipment.checks import with_money
from declic.equipment.enums import HELD_STATES, AllocationState, CeremonyState, DeviceState, LoanEventKind
from declic.equipment.instalments import late_instalments
from declic.equipment.models import Allocation, Ceremony, CeremonyPlace, Device, LoanEvent
from declic.equipment.terms import LOAN_MODES, terms_for
from declic.ledger.enums import ChequeState
from declic.ledger.models import Cheque
from declic.organisations.models import Organisation
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition
from declic.programmes.schema import EquipmentTerms

SOON_DAYS = 30
"""A loan is due soon so many days before its term."""

OPEN_STATES = (AllocationState.DRAFT, AllocationState.RESERVED, *HELD_STATES)
NOT_HANDED_OVER = (AllocationState.DRAFT, AllocationState.RESERVED)

# What a list of loans shows, by the word in its address.
VIEWS = (
    "en-cours", "a-echeance", "en-retard", "retours-annonces", "a-remettre", "a-solder", "paiements-en-retard", "termines",
)  # fmt: skip


def held_loans(allocations: QuerySet[Allocation]) -> QuerySet[Allocation]:
    """Loans whose machine is with the person."""
    return allocations.filter(state__in=HELD_STATES, mode__in=LOAN_MODES)


def in_view(allocations: QuerySet[Allocation], view: str, *, on: datetime.date) -> QuerySet[Allocation]:
    """The allocations of one view of the list, on a day."""
    return allocations.filter(_view_condition(view, on))


def view_counts(allocations: QuerySet[Allocation], *, on: datetime.date) -> dict[str, int]:
    """How many allocations each view has, in one query."""
    counts = {view.replace("-", "_"): Count("pk", filter=_view_condition(view, on)) for view in VIEWS}
    found = allocations.order_by().aggregate(**counts)
    return {view: found[view.replace("-", "_")] for view in VIEWS}


def _view_condition(view: str, on: datetime.date) -> Q:
    held = Q(state__in=HELD_STATES)
    return {
        "en-cours": held,
        "a-echeance": held & Q(due_on__gte=on, due_on__lte=on + datetime.timedelta(days=SOON_DAYS)),
        "en-retard": held & Q(due_on__lt=on),
        "retours-annonces": Q(state=AllocationState.RETURN_DECLARED),
        "a-remettre": Q(state__in=NOT_HANDED_OVER),
        "a-solder": Q(
            state__in=[
                AllocationState.INSPECTED,
                AllocationState.KEPT,
                AllocationState.PURCHASED,
                AllocationState.LOST,
                AllocationState.GIVEN,
            ]
        ),
        "paiements-en-retard": Q(pk__in=late_instalments(Allocation.objects.all(), on).order_by().values("pk")),
        "termines": Q(state=AllocationState.SETTLED),
    }[view]


def with_reminder(allocations: QuerySet[Allocation]) -> QuerySet[Any]:
    """Allocations with `reminded_on`, the last day on which someone wrote about them, and `announced_on`, that of a return."""
    said = LoanEvent.objects.filter(allocation=OuterRef("pk")).order_by("-on").values("on")
    return allocations.annotate(
        reminded_on=Subquery(said.filter(kind=LoanEventKind.REMINDED)[:1]),
        announced_on=Subquery(said.filter(kind=LoanEventKind.RETURN_DECLARED)[:1]),
    )


def ending_editions(allocations: QuerySet[Allocation], *, on: datetime.date) -> QuerySet[Any]:
    """Editions with loans under way among `allocations`: `out` machines, `soon` or late ones, `answered` choices."""
    held = held_loans(allocations).filter(edition=OuterRef("pk")).order_by().values("edition")

    def counted(where: Q) -> Coalesce:
        return Coalesce(
            Subquery(held.filter(where).annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        )

    return (
        Edition.objects.filter(pk__in=held_loans(allocations).order_by().values("edition"))
        .select_related("programme")
        .annotate(
            out=counted(Q()),
            soon=counted(Q(due_on__lte=on + datetime.timedelta(days=SOON_DAYS))),
            answered=counted(~Q(choice_at_term="")),
            first_due=Subquery(
                held_loans(allocations).filter(edition=OuterRef("pk")).order_by("due_on").values("due_on")[:1]
            ),
        )
        .order_by("first_due", "pk")
    )


def money_of(allocations: Iterable[Allocation]) -> dict[int, tuple[int, int]]:
    """(deposit held, owed) in cents, by allocation, in one query."""
    wanted = with_money(Allocation.objects.filter(pk__in=[allocation.pk for allocation in allocations]))
    return {row.pk: (row.held, row.owed) for row in wanted.order_by("pk")}


def guarantees(allocations: Iterable[Allocation]) -> dict[int, int]:
    """Cents that guarantee each loan: the deposit held, or the cheque kept in its place. Two queries."""
    found = {pk: held for pk, (held, _owed) in money_of(allocations).items()}
    accounts = {row.account_id: row.pk for row in allocations if row.account_id is not None}
    cheques = Cheque.objects.filter(auxiliary__in=list(accounts), state=ChequeState.HELD).order_by()
    for account, amount in cheques.values_list("auxiliary", "amount"):
        found[accounts[account]] += amount
    return found


def open_deposits(operator: Organisation | int) -> tuple[int, int, int]:
    """How many open loans of an operator carry a deposit, the cents that the books should hold for them, those of cheques.

    A cheque that is kept guarantees its loan without being money yet (record 020). Two queries.
    """
    loans = held_loans(Allocation.objects.filter(operator=operator)).filter(deposit__gt=0).order_by()
    found = loans.aggregate(count=Count("pk"), total=Sum("deposit"))
    kept = Cheque.objects.filter(auxiliary__in=loans.values("account"), state=ChequeState.HELD).order_by()
    by_cheque = int(kept.aggregate(total=Sum("amount"))["total"] or 0)
    return int(found["count"]), int(found["total"] or 0) - by_cheque, by_cheque


def ready_devices(devices: QuerySet[Device], kinds: Iterable[str]) -> QuerySet[Device]:
    """Machines on the shelf of these kinds, in the order of their tags."""
    return devices.filter(state=DeviceState.READY, kind__in=list(kinds)).order_by("tag", "pk")


def offers(edition: Edition, enrolment: Enrolment | None) -> list[EquipmentTerms]:
    """What the terms let this person receive; without enrolment, what the edition sells."""
    terms = terms_for(edition, enrolment)
    if terms is None:
        return []
    return [entry for entry in terms.equipment if enrolment is not None or entry.mode == "sale"]


def could_receive(edition: Edition) -> QuerySet[Enrolment]:
    """People entered in an edition, still in it, to whom nothing is allocated yet."""
    allocated = Allocation.objects.filter(enrolment=OuterRef("pk")).exclude(state=AllocationState.CANCELLED)
    return (
        Enrolment.objects.filter(edition=edition, ended_on__isnull=True)
        .exclude(Exists(allocated))
        .select_related("person", "terms")
        .order_by("person__last_name", "person__first_name", "pk")
    )


def ceremonies_with_counts(ceremonies: QuerySet[Ceremony]) -> QuerySet[Any]:
    """Ceremonies with `expected` people and how many were `served`."""
    served = ~Q(places__allocation__state__in=[*NOT_HANDED_OVER, AllocationState.CANCELLED])
    return ceremonies.annotate(
        expected=Count("places", filter=~Q(places__allocation__state=AllocationState.CANCELLED)),
        served=Count("places", filter=served & Q(places__isnull=False)),
    )


def in_prepared_ceremony(allocation: Allocation) -> CeremonyPlace | None:
    """The ceremony at which the person is expected, if one is being prepared."""
    return (
        CeremonyPlace.objects.filter(allocation=allocation, ceremony__state=CeremonyState.PREPARED)
        .select_related("ceremony")
        .first()
    )


def device_history(device: Device) -> list[Any]:
    """The changes of state of a machine that its history kept, oldest first; `by` names who did it, when that is known."""
    events = list(
        device.events.order_by("pgh_id").select_related("pgh_context")  # type: ignore[attr-defined]
    )
    changes, former = [], None
    for event in events:
        if event.state != former:
            changes.append(event)
        former = event.state
    asked = [who for event in changes if (who := _who(event)) is not None]
    names = dict(User.objects.filter(pk__in=asked).values_list("pk", "name"))
    for event in changes:
        event.by = names.get(_who(event) or 0, "")
    return changes


def _who(event: Any) -> int | None:
    """The user whose request made the change, as the history's context tells it."""
    return event.pgh_context.metadata.get("user") if event.pgh_context is not None else None


def with_holder_word(devices: QuerySet[Device]) -> QuerySet[Any]:
    """Machines with `holder`, the first name of who has them: all that the bench may know of a person (rule 18)."""
    holding = Allocation.objects.filter(
        device=OuterRef("pk"), state__in=[AllocationState.RESERVED, *HELD_STATES]
    ).order_by("-pk")
    name = Case(
        When(
            state__in=[DeviceState.RESERVED, DeviceState.ON_LOAN],
            then=Coalesce(holding.values("person__first_name")[:1], Value("")),
        ),
        default=Value(""),
        output_field=CharField(),
    )
    return devices.annotate(holder=name)

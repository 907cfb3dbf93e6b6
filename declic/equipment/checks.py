"""What must always be true of machines, allocations and their money, one query a rule; each problem is one French sentence."""

from collections.abc import Iterator
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from declic.core.money import format_euros
from declic.equipment.enums import (
    HANDED_OVER_STATES,
    HELD_STATES,
    AllocationState,
    ClaimKind,
    DeviceState,
)
from declic.equipment.models import Allocation
from declic.equipment.terms import LOAN_MODES
from declic.ledger.checks import Problem, Rule
from declic.ledger.enums import AccountRole
from declic.ledger.models import Line

# The claim that must be open in each state of a machine; every other state must have none.
CLAIM_OF_STATE = {
    DeviceState.RESERVED: ClaimKind.RESERVATION,
    DeviceState.ON_LOAN: ClaimKind.LOAN,
    DeviceState.REPAIR: ClaimKind.REPAIR,
    DeviceState.TRANSIT: ClaimKind.TRANSIT,
    DeviceState.TRANSFERRED: ClaimKind.TRANSFER,
}


def _role_balance(role: AccountRole) -> Coalesce:
    """Credit minus debit of the allocation's own account in a role, in one subquery."""
    lines = (
        Line.objects.filter(auxiliary=OuterRef("account"), account__role=role)
        .order_by()
        .values("auxiliary")
        .annotate(balance=Sum("credit") - Sum("debit"))
        .values("balance")
    )
    return Coalesce(Subquery(lines, output_field=IntegerField()), Value(0))


def with_money(allocations: QuerySet[Allocation]) -> QuerySet[Any]:
    """Allocations with `held` (cents of deposit still held) and `owed` (cents the person still owes)."""
    return allocations.annotate(
        held=_role_balance(AccountRole.DEPOSITS_HELD), owed=Value(0) - _role_balance(AccountRole.RECEIVABLE)
    )


def _state_words(tag: str, state: str, kinds: list[str]) -> str:
    label = DeviceState(state).label
    if state in CLAIM_OF_STATE:
        return _("La machine %(tag)s est « %(state)s » sans l'occupation qui va avec.") % {"tag": tag, "state": label}
    return _("La machine %(tag)s est « %(state)s » et reste pourtant occupée.") % {"tag": tag, "state": label}


# What an allocation's own accounts hold and owe, and the cheque that is kept for it.
_MONEY = """
    SELECT l.auxiliary_id, coalesce(sum(l.credit - l.debit) FILTER (WHERE c.role = 'deposits_held'), 0) AS held,
        coalesce(sum(l.debit - l.credit) FILTER (WHERE c.role = 'receivable'), 0) AS owed
    FROM ledger_account c JOIN ledger_line l ON l.account_id = c.id
    WHERE c.role IN ('deposits_held', 'receivable') AND l.auxiliary_id IS NOT NULL GROUP BY l.auxiliary_id"""
_CHEQUES = "SELECT auxiliary_id, sum(amount) AS kept FROM ledger_cheque WHERE state = 'held' GROUP BY auxiliary_id"

_RULES = (
    Rule(
        """
        SELECT operator_id, tag FROM (
            SELECT d.operator_id, d.tag, c.taken_at, max(coalesce(c.released_at, 'infinity')) OVER (
                PARTITION BY c.device_id ORDER BY c.taken_at, c.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
            FROM equipment_claim c JOIN equipment_device d ON d.id = c.device_id) x
        WHERE taken_at < until ORDER BY tag""",
        lambda tag: _("La machine %(tag)s a deux détenteurs au même moment.") % {"tag": tag},
    ),
    Rule(
        """
        SELECT d.operator_id, d.tag, d.state, coalesce(c.kinds, '{}') FROM equipment_device d
        LEFT JOIN (SELECT device_id, array_agg(kind::text) AS kinds FROM equipment_claim WHERE released_at IS NULL
                   GROUP BY device_id) c ON c.device_id = d.id
        LEFT JOIN unnest(%(states)s::text[], %(kinds)s::text[]) AS s(state, kind) ON s.state = d.state
        WHERE coalesce(c.kinds, '{}') IS DISTINCT FROM CASE WHEN s.kind IS NULL THEN '{}' ELSE ARRAY[s.kind] END
          -- One still on the bench travels too, and keeps its state: its work goes on where it arrives.
          AND NOT (s.kind IS NULL AND d.state <> 'lost' AND c.kinds = ARRAY['transit'])
        ORDER BY d.id""",
        _state_words,
    ),
    Rule(
        """
        SELECT c.operator_id, d.tag FROM equipment_claim c JOIN equipment_device d ON d.id = c.device_id
        LEFT JOIN equipment_allocation a ON a.id = c.allocation_id
        WHERE c.operator_id <> d.operator_id OR c.operator_id <> a.operator_id
            OR (c.kind IN ('reservation', 'loan', 'transfer') AND a.id IS NULL)
            OR (c.released_at IS NULL AND a.id IS NOT NULL AND (
                a.device_id IS DISTINCT FROM c.device_id
                OR (c.kind = 'reservation' AND a.state <> 'reserved')
                OR (c.kind = 'loan' AND NOT a.state = ANY(%(held)s))
                OR (c.kind = 'transfer' AND a.state NOT IN ('kept', 'purchased', 'given', 'settled'))))
        ORDER BY c.id""",
        lambda tag: _("La machine %(tag)s est occupée par une attribution qui ne la tient pas.") % {"tag": tag},
    ),
    Rule(
        """
        SELECT a.operator_id, a.id FROM equipment_allocation a
        LEFT JOIN equipment_claim c ON c.allocation_id = a.id AND c.device_id = a.device_id AND c.released_at IS NULL
            AND c.kind = CASE WHEN a.state = 'reserved' THEN 'reservation' ELSE 'loan' END
        WHERE (a.state = ANY(%(held)s) OR a.state = 'reserved') AND c.id IS NULL ORDER BY a.id""",
        lambda number: (
            _("L'attribution %(number)s est en cours sans que la machine soit occupée par elle.") % {"number": number}
        ),
    ),
    # An open loan is guaranteed by its whole deposit, in money or by a cheque; anything else holds none (rule 24).
    Rule(
        f"""
        SELECT operator_id, id, expected, found FROM (
            SELECT a.operator_id, a.id, coalesce(m.held, 0) + coalesce(q.kept, 0) AS found,
                CASE WHEN a.state = ANY(%(held)s) AND a.mode = ANY(%(lent)s) THEN a.deposit ELSE 0 END AS expected
            FROM equipment_allocation a LEFT JOIN ({_MONEY}) m ON m.auxiliary_id = a.account_id
            LEFT JOIN ({_CHEQUES}) q ON q.auxiliary_id = a.account_id) x
        WHERE found <> expected ORDER BY id""",  # noqa: S608
        lambda number, expected, held: (
            _("L'attribution %(number)s devrait tenir une caution de %(expected)s ; les comptes disent %(held)s.")
            % {"number": number, "expected": format_euros(int(expected)), "held": format_euros(int(held))}
        ),
    ),
    Rule(
        f"""
        SELECT a.operator_id, a.id, m.owed FROM equipment_allocation a JOIN ({_MONEY}) m ON m.auxiliary_id = a.account_id
        WHERE m.owed < 0 OR (m.owed <> 0 AND a.state = '{AllocationState.SETTLED}') ORDER BY a.id""",  # noqa: S608
        lambda number, owed: (
            _("L'attribution %(number)s est soldée et il reste %(owed)s.")
            % {"number": number, "owed": format_euros(int(owed))}
        ),
    ),
    Rule(
        f"""
        SELECT x.operator_id, x.label, m.held, m.owed FROM ({_MONEY}) m JOIN ledger_auxiliary x ON x.id = m.auxiliary_id
        LEFT JOIN equipment_allocation a ON a.account_id = x.id
        WHERE a.id IS NULL AND (m.held <> 0 OR m.owed <> 0) ORDER BY x.id""",  # noqa: S608
        lambda label, held, owed: (
            _("« %(label)s » tient %(held)s de caution et doit %(owed)s, sans attribution qui aille avec.")
            % {"label": label, "held": format_euros(int(held)), "owed": format_euros(int(owed))}
        ),
    ),
    Rule(
        """
        SELECT a.operator_id, a.id FROM equipment_allocation a LEFT JOIN equipment_agreement g ON g.allocation_id = a.id
        WHERE a.state = ANY(%(handed)s) AND g.id IS NULL ORDER BY a.id""",
        lambda number: _("L'attribution %(number)s est remise sans convention signée.") % {"number": number},
    ),
    Rule(
        """
        SELECT d.operator_id, d.tag FROM equipment_device d
        LEFT JOIN (SELECT e.device_id, e.cycle, count(*) AS n FROM equipment_erasure e WHERE e.certified
                   GROUP BY e.device_id, e.cycle) e ON e.device_id = d.id AND e.cycle = d.cycle
        WHERE d.state IN ('ready', 'reserved') AND (coalesce(e.n, 0) < d.drives
            OR NOT EXISTS (SELECT 1 FROM equipment_devicetest t
                           WHERE t.device_id = d.id AND t.cycle = d.cycle AND t.passed)
            OR EXISTS (SELECT 1 FROM equipment_devicelock k WHERE k.device_id = d.id AND k.cleared_on IS NULL)
            OR EXISTS (SELECT 1 FROM equipment_drive v WHERE v.device_id = d.id AND v.removed_on IS NULL
                AND NOT EXISTS (SELECT 1 FROM equipment_erasure c WHERE c.device_id = d.id AND c.cycle = d.cycle
                                AND c.certified AND upper(c.drive_serial) = upper(v.serial)))) ORDER BY d.id""",
        lambda tag: (
            _("La machine %(tag)s est prête sans toutes ses preuves : effacement, essais, verrous.") % {"tag": tag}
        ),
    ),
)


def claim_problems() -> Iterator[Problem]:
    """Everything wrong between machines, claims, allocations and deposits, for every operator."""
    facts = {
        "states": [state.value for state in CLAIM_OF_STATE],
        "kinds": [kind.value for kind in CLAIM_OF_STATE.values()],
        "held": [state.value for state in HELD_STATES],
        "handed": [state.value for state in HANDED_OVER_STATES],
        "lent": [str(mode) for mode in LOAN_MODES],
    }
    for rule in _RULES:
        yield from rule.problems(facts)

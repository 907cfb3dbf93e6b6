"""What must always be true of the books, asked of the rows themselves, one query a rule; each problem is one French sentence."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from declic.core.dates import format_month
from declic.core.money import format_euros
from declic.ledger.enums import RECEIPT_EVENTS
from declic.ledger.models import Receipt


class Problem(str):
    """A sentence, and the operator whose rows it speaks of."""

    __slots__ = ("operator",)
    operator: int

    @classmethod
    def of(cls, operator: int, sentence: str) -> "Problem":
        problem = cls(sentence)
        problem.operator = operator
        return problem


@dataclass(frozen=True)
class Rule:
    """A query whose every row is a problem: the operator first, then what its sentence names."""

    query: str
    words: Callable[..., str]

    def problems(self, facts: Mapping[str, Any]) -> Iterator[Problem]:
        """Run the query; a handful of rows in a sound database, so they are fetched at once."""
        with connection.cursor() as cursor:
            cursor.execute(self.query, dict(facts))
            rows = cursor.fetchall()
        for operator, *row in rows:
            yield Problem.of(operator, self.words(*row))


_MINE = """(%(operator)s::bigint IS NULL OR e.operator_id = %(operator)s)
    AND (%(since)s::date IS NULL OR e."on" >= %(since)s) AND (%(until)s::date IS NULL OR e."on" < %(until)s)"""

_OF_ENTRIES = (
    Rule(
        f"""
        SELECT e.operator_id, e.id, coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0)
        FROM ledger_entry e LEFT JOIN ledger_line l ON l.entry_id = e.id WHERE {_MINE}
        GROUP BY e.id HAVING count(l.id) = 0 OR sum(l.debit) <> sum(l.credit) ORDER BY e.id""",  # noqa: S608
        lambda entry, debit, credit: (
            _("L'écriture %(number)s n'est pas équilibrée : %(debit)s au débit, %(credit)s au crédit.")
            % {"number": entry, "debit": format_euros(int(debit)), "credit": format_euros(int(credit))}
        ),
    ),
    Rule(
        f"""
        SELECT e.operator_id, l.id FROM ledger_line l
        JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_account a ON a.id = l.account_id
        LEFT JOIN ledger_auxiliary x ON x.id = l.auxiliary_id
        LEFT JOIN ledger_section s ON s.id = e.section_id
        WHERE {_MINE} AND (l.operator_id <> e.operator_id OR a.operator_id <> e.operator_id
            OR x.operator_id <> e.operator_id OR s.operator_id <> e.operator_id) ORDER BY l.id""",  # noqa: S608
        lambda line: _("La ligne %(number)s mêle les comptes de deux structures.") % {"number": line},
    ),
    Rule(
        f"""
        SELECT e.operator_id, e.id FROM ledger_entry e LEFT JOIN ledger_receipt r ON r.entry_id = e.id
        WHERE {_MINE} AND e.event = ANY(%(receipted)s) AND r.id IS NULL AND EXISTS (
            SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
            WHERE l.entry_id = e.id AND l.debit > 0 AND a.role IN ('cash', 'bank', 'cheques_held'))
        UNION ALL
        SELECT e.operator_id, e.id FROM ledger_entry e JOIN ledger_receipt undone ON undone.entry_id = e.reverses_id
        LEFT JOIN ledger_receipt r ON r.entry_id = e.id AND r.cancels_id = undone.id
        WHERE {_MINE} AND r.id IS NULL ORDER BY 2""",  # noqa: S608
        lambda entry: _("L'écriture %(number)s devrait avoir son reçu, et n'en a pas.") % {"number": entry},
    ),
)
"""What is asked entry by entry: of one month when it is closed, of all of them at night."""

_OF_BALANCES = (
    Rule(
        """
        SELECT a.operator_id, x.label, sum(l.credit) - sum(l.debit) FROM ledger_account a
        JOIN ledger_line l ON l.account_id = a.id JOIN ledger_auxiliary x ON x.id = l.auxiliary_id
        WHERE a.role = 'deposits_held' AND (%(operator)s::bigint IS NULL OR a.operator_id = %(operator)s)
        GROUP BY a.operator_id, x.id HAVING sum(l.credit) < sum(l.debit) ORDER BY x.id""",
        lambda label, held: (
            _("La caution « %(label)s » est négative : %(held)s.") % {"label": label, "held": format_euros(int(held))}
        ),
    ),
    Rule(
        """
        SELECT a.operator_id, o.name, sum(l.credit) - sum(l.debit),
            coalesce(sum(l.credit - l.debit) FILTER (WHERE l.auxiliary_id IS NOT NULL), 0)
        FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id
        JOIN organisations_organisation o ON o.id = a.operator_id
        WHERE a.role = 'deposits_held' AND (%(operator)s::bigint IS NULL OR a.operator_id = %(operator)s)
        GROUP BY a.operator_id, o.name HAVING bool_or(l.auxiliary_id IS NULL) ORDER BY a.operator_id""",
        lambda name, total, named: (
            _("%(operator)s : %(total)s au compte des cautions, mais %(named)s de cautions nommées.")
            % {"operator": name, "total": format_euros(int(total)), "named": format_euros(int(named))}
        ),
    ),
    Rule(
        """
        SELECT a.operator_id, count(*), sum(l.debit - l.credit) FROM ledger_account a
        JOIN ledger_line l ON l.account_id = a.id
        WHERE a.role = 'receivable' AND l.auxiliary_id IS NULL
            AND (%(operator)s::bigint IS NULL OR a.operator_id = %(operator)s)
        GROUP BY a.operator_id ORDER BY a.operator_id""",
        lambda lines, total: (
            _("%(total)s sont dus sans dire par qui (%(lines)s lignes).")
            % {"total": format_euros(int(total)), "lines": lines}
        ),
    ),
    Rule(
        """
        SELECT operator_id, year, n, top, counted FROM (
            SELECT coalesce(r.operator_id, c.operator_id) AS operator_id, coalesce(r.year, c.year) AS year,
                coalesce(r.n, 0) AS n, coalesce(r.top, 0) AS top, coalesce(r.low, 1) AS low,
                coalesce(c.last, 0) AS counted, coalesce(r.blank, 0) AS blank
            FROM (SELECT operator_id, year, count(number) AS n, max(number) AS top, min(number) AS low,
                      count(*) - count(number) AS blank FROM ledger_receipt GROUP BY operator_id, year) r
            FULL JOIN ledger_receiptcounter c ON c.operator_id = r.operator_id AND c.year = r.year) x
        WHERE (n <> top OR low <> 1 OR top <> counted OR blank > 0)
            AND (%(operator)s::bigint IS NULL OR operator_id = %(operator)s) ORDER BY operator_id, year""",
        lambda year, count, top, counted: (
            _(
                "Reçus de %(year)s : %(count)s reçus numérotés, le dernier porte le n° %(top)s et le compteur dit %(counted)s."
            )
            % {"year": year, "count": count, "top": top, "counted": counted}
        ),
    ),
    Rule(
        """
        SELECT b.operator_id, c.month, a.code FROM ledger_monthbalance b
        JOIN ledger_closedmonth c ON c.id = b.closed_id JOIN ledger_account a ON a.id = b.account_id
        LEFT JOIN (
            SELECT l.account_id, date_trunc('month', e."on")::date AS month, sum(l.debit) AS debit, sum(l.credit) AS credit,
                sum(sum(l.debit - l.credit)) OVER (
                    PARTITION BY l.account_id ORDER BY date_trunc('month', e."on")::date) AS balance
            FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
            WHERE e.operator_id IN (SELECT operator_id FROM ledger_monthbalance)
                AND (%(operator)s::bigint IS NULL OR e.operator_id = %(operator)s)
            GROUP BY l.account_id, 2) m ON m.account_id = b.account_id AND m.month = c.month
        WHERE (b.debit <> coalesce(m.debit, 0) OR b.credit <> coalesce(m.credit, 0)
               OR (m.month IS NOT NULL AND b.balance <> m.balance))
            AND (%(operator)s::bigint IS NULL OR b.operator_id = %(operator)s) ORDER BY b.operator_id, c.month, a.code""",
        lambda month, code: (
            _("Le compte %(code)s ne dit plus ce qu'il disait à la clôture de %(month)s.")
            % {"code": code, "month": format_month(month)}
        ),
    ),
    Rule(
        """
        SELECT s.operator_id, t.name, s."on", s.opening_float + coalesce(m.moved, 0), s.counted
        FROM ledger_tillsession s JOIN ledger_till t ON t.id = s.till_id
        LEFT JOIN (SELECT e.till_session_id, sum(l.debit) - sum(l.credit) AS moved FROM ledger_entry e
                   JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
                   WHERE e.till_session_id IS NOT NULL AND a.role = 'cash' GROUP BY e.till_session_id) m
            ON m.till_session_id = s.id
        WHERE s.closed_at IS NOT NULL AND s.opening_float + coalesce(m.moved, 0) <> s.counted
            AND (%(operator)s::bigint IS NULL OR s.operator_id = %(operator)s) ORDER BY s.id""",
        lambda till, day, books, counted: (
            _("La caisse « %(till)s » du %(day)s : %(books)s selon les livres, %(counted)s comptés à la fermeture.")
            % {
                "till": till,
                "day": f"{day:%d/%m/%Y}",
                "books": format_euros(int(books)),
                "counted": format_euros(int(counted)),
            }
        ),
    ),
    Rule(
        """
        SELECT e.operator_id, e.id FROM ledger_entry e
        WHERE e.till_session_id IS NULL AND (%(operator)s::bigint IS NULL OR e.operator_id = %(operator)s)
            AND e.recorded_at > (SELECT min(s.opened_at) FROM ledger_tillsession s WHERE s.operator_id = e.operator_id)
            AND e.operator_id IN (SELECT operator_id FROM ledger_till WHERE retired_on IS NULL)
            AND EXISTS (SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                        WHERE l.entry_id = e.id AND a.role = 'cash')
            AND EXISTS (SELECT 1 FROM ledger_tillsession s WHERE s.operator_id = e.operator_id
                        AND s.opened_at < e.recorded_at AND (s.closed_at IS NULL OR s.closed_at > e.recorded_at))
        ORDER BY e.id""",
        lambda entry: _("L'écriture %(number)s touche aux espèces sans passer par une caisse.") % {"number": entry},
    ),
    Rule(
        """
        SELECT operator_id, label, kept, memo FROM (
            SELECT x.operator_id, x.id, x.label, coalesce(h.kept, 0) AS kept, coalesce(m.memo, 0) AS memo,
                coalesce(m.pledged, 0) AS pledged
            FROM (SELECT l.auxiliary_id, sum(l.debit - l.credit) FILTER (WHERE a.role = 'cheques_held') AS memo,
                      sum(l.credit - l.debit) FILTER (WHERE a.role = 'deposit_commitments') AS pledged
                  FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id
                  WHERE a.role IN ('cheques_held', 'deposit_commitments') GROUP BY l.auxiliary_id) m
            FULL JOIN (SELECT auxiliary_id, sum(amount) AS kept FROM ledger_cheque WHERE state = 'held'
                       GROUP BY auxiliary_id) h ON h.auxiliary_id = m.auxiliary_id
            JOIN ledger_auxiliary x ON x.id = coalesce(m.auxiliary_id, h.auxiliary_id)) y
        WHERE (kept <> memo OR kept <> pledged) AND (%(operator)s::bigint IS NULL OR operator_id = %(operator)s)
        ORDER BY id""",
        lambda label, kept, memo: (
            _("« %(label)s » : %(kept)s de chèques gardés, %(memo)s dans les livres.")
            % {"label": label, "kept": format_euros(int(kept)), "memo": format_euros(int(memo))}
        ),
    ),
    Rule(
        """
        SELECT l.operator_id, l.entry_id, sum(s.amount), l.debit FROM ledger_grantshare s
        JOIN ledger_line l ON l.id = s.line_id WHERE (%(operator)s::bigint IS NULL OR l.operator_id = %(operator)s)
        GROUP BY l.id HAVING sum(s.amount) > l.debit ORDER BY l.id""",
        lambda entry, shared, whole: (
            _("La dépense de l'écriture %(number)s est payée %(shared)s par des subventions, pour %(whole)s.")
            % {"number": entry, "shared": format_euros(int(shared)), "whole": format_euros(int(whole))}
        ),
    ),
    Rule(
        """
        SELECT g.operator_id, g.funder_name, sum(s.amount), g.amount FROM ledger_grantshare s
        JOIN ledger_grant g ON g.id = s.grant_id WHERE (%(operator)s::bigint IS NULL OR g.operator_id = %(operator)s)
        GROUP BY g.id HAVING sum(s.amount) > g.amount ORDER BY g.id""",
        lambda name, shared, whole: (
            _("La subvention de %(name)s paie %(shared)s de dépenses, pour %(whole)s.")
            % {"name": name, "shared": format_euros(int(shared)), "whole": format_euros(int(whole))}
        ),
    ),
    Rule(
        """
        SELECT s.operator_id, e.id FROM ledger_grantshare s JOIN ledger_line l ON l.id = s.line_id
        JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_entry r ON r.reverses_id = e.id
        WHERE %(operator)s::bigint IS NULL OR s.operator_id = %(operator)s ORDER BY e.id""",
        lambda entry: _("L'écriture %(number)s est annulée, et une subvention la paie encore.") % {"number": entry},
    ),
)


def book_problems(
    *, operator: int | None = None, since: datetime.date | None = None, until: datetime.date | None = None
) -> Iterator[Problem]:
    """Everything wrong in the books: of every operator, or of one; with dates, only what entries of those days say."""
    number_pending_receipts()
    facts = {
        "operator": operator,
        "since": since,
        "until": until,
        "receipted": [event.value for event in RECEIPT_EVENTS],
    }
    for rule in _OF_ENTRIES:
        yield from rule.problems(facts)
    if since is None and until is None:
        for rule in _OF_BALANCES:
            yield from rule.problems(facts)


def number_pending_receipts() -> None:
    """Draw now the numbers of receipts that this transaction has written; outside a transaction there are none."""
    if not connection.in_atomic_block:
        return
    (trigger,) = (one for one in Receipt._meta.triggers if one.name == "numbered_at_commit")  # type: ignore[attr-defined]
    name = connection.ops.quote_name(trigger.get_pgid(Receipt))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {name} DEFERRED")

"""The receipts of payments that COPY wrote: one for each entry that brings money, numbered without a gap per year."""

from django.db import connection

from declic.ledger.enums import RECEIPT_EVENTS

TABLES = ("ledger_receipt", "ledger_receiptcounter")
"""Their triggers rest while `write_receipts` gives the numbers that a commit would have drawn."""


def write_receipts() -> None:
    """Give every payment of every operator its receipt, in the order of the books; none of them has one yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_receipt
                (operator_id, entry_id, kind, year, number, "on", amount, means, payer, issued_by_id, issued_at)
            SELECT e.operator_id, e.id, 'receipt', extract(year FROM e."on"),
                row_number() OVER (PARTITION BY e.operator_id, extract(year FROM e."on") ORDER BY e."on", e.id),
                e."on", m.amount, m.means, '', e.recorded_by_id, e.recorded_at
            FROM ledger_entry e JOIN (
                SELECT l.entry_id, sum(l.debit) AS amount, min(a.role) AS means
                FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                WHERE l.debit > 0 AND a.role IN ('cash', 'bank') GROUP BY l.entry_id) m ON m.entry_id = e.id
            WHERE e.event = ANY(%s)""",
            [[str(event) for event in RECEIPT_EVENTS]],
        )
        cursor.execute(
            "INSERT INTO ledger_receiptcounter (operator_id, year, last)"
            " SELECT operator_id, year, max(number) FROM ledger_receipt GROUP BY operator_id, year"
        )

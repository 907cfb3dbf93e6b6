"""Money that came in before receipts were numbered gets its receipt too, in the order of the books."""

from django.db import migrations

RECEIPTS = """
    INSERT INTO ledger_receipt (operator_id, entry_id, kind, year, "on", amount, means, payer, issued_by_id, issued_at)
    SELECT e.operator_id, e.id, 'receipt', extract(year FROM e."on"), e."on", m.amount, m.means, '', e.recorded_by_id,
        e.recorded_at
    FROM ledger_entry e CROSS JOIN LATERAL (
        SELECT sum(l.debit) AS amount, min(a.role) AS means FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
        WHERE l.entry_id = e.id AND l.debit > 0 AND a.role IN ('cash', 'bank')) m
    WHERE e.event IN ('deposit_paid', 'sale_payment', 'recharge_sold') AND m.amount > 0
    ORDER BY e.operator_id, e."on", e.id;
    INSERT INTO ledger_receipt (operator_id, entry_id, kind, cancels_id, year, "on", amount, means, payer, issued_by_id,
        issued_at)
    SELECT e.operator_id, e.id, 'cancel', r.id, extract(year FROM e."on"), e."on", r.amount, r.means, '', e.recorded_by_id,
        e.recorded_at
    FROM ledger_entry e JOIN ledger_receipt r ON r.entry_id = e.reverses_id
    ORDER BY e.operator_id, e."on", e.id;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_money_in_depth")]
    operations = [migrations.RunSQL(RECEIPTS, migrations.RunSQL.noop)]

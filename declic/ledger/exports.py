"""What leaves the books as a file: the FEC of a year, and what a grant paid; written row by row, whatever their length."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.ledger.models import Grant, GrantShare
from declic.organisations.models import Organisation

FEC_COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
"""The eighteen columns, in the order of article A47 A-1 (VII, 1°) of the livre des procédures fiscales."""

_JOURNALS = {
    "CA": "Caisse", "BQ": "Banque", "VE": "Ventes", "AC": "Achats", "SU": "Subventions", "OD": "Opérations diverses",
}  # fmt: skip

# Entries are numbered in the order in which they were recorded; being append-only, they were valid from that moment.
_FEC = """
    SELECT CASE
            WHEN e.roles && ARRAY['cash'] THEN 'CA' WHEN e.roles && ARRAY['bank'] THEN 'BQ'
            WHEN e.event = 'expense' THEN 'AC' WHEN e.event = 'sale' THEN 'VE'
            WHEN e.event = 'grant_notified' THEN 'SU' ELSE 'OD' END,
        e.number, e."on", a.code, a.name, l.auxiliary_id, x.label,
        coalesce('R-' || r.year || '-' || lpad(r.number::text, 6, '0'), nullif(p.reference, ''), 'E-' || e.id),
        e.label, l.debit, l.credit, e.recorded_at
    FROM (SELECT e.*, row_number() OVER (ORDER BY e.id) AS number,
              ARRAY(SELECT b.role::text FROM ledger_line k JOIN ledger_account b ON b.id = k.account_id
                    WHERE k.entry_id = e.id) AS roles
          FROM ledger_entry e
          WHERE e.operator_id = %(operator)s AND e."on" >= %(first)s AND e."on" <= %(last)s) e
    JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
    LEFT JOIN ledger_auxiliary x ON x.id = l.auxiliary_id
    LEFT JOIN ledger_receipt r ON r.entry_id = e.id AND r.number IS NOT NULL
    LEFT JOIN ledger_expense p ON p.entry_id = e.id
    ORDER BY e.number, l.id"""


def siren_of(operator: Organisation) -> str:
    """The nine digits by which the tax office knows the operator; raises `DomainError` when its SIRET is not written."""
    digits = "".join(letter for letter in operator.siret if letter.isdigit())
    if len(digits) not in (9, 14):
        raise DomainError(_("Écrivez d'abord le SIRET de votre structure : le nom du fichier le demande."))
    return digits[:9]


def fec_name(operator: Organisation, last: datetime.date) -> str:
    """`123456789FEC20241231.txt`: the SIREN, and the last day of the year."""
    return f"{siren_of(operator)}FEC{last:%Y%m%d}.txt"


def fec(operator: Organisation, first: datetime.date, last: datetime.date) -> Iterator[str]:
    """The file, line by line, separated by tabs; amounts with a comma, days as AAAAMMJJ, nothing left out."""
    yield "\t".join(FEC_COLUMNS) + "\r\n"
    for row in _streamed(_FEC, {"operator": operator.pk, "first": first, "last": last}):
        journal, number, on, code, name, auxiliary, auxiliary_label, piece, label, debit, credit, recorded = row
        yield (
            "\t".join(
                _plain(value)
                for value in (
                    journal, _JOURNALS[journal], str(number), f"{on:%Y%m%d}", code, name,
                    "" if auxiliary is None else str(auxiliary), auxiliary_label or "", piece, f"{on:%Y%m%d}", label,
                    _amount(debit), _amount(credit), "", "", f"{recorded:%Y%m%d}", "", "",
                )
            )
            + "\r\n"
        )  # fmt: skip


def _plain(value: str) -> str:
    """A value without what separates columns and lines."""
    return " ".join(value.replace("|", "/").split())


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _streamed(query: str, facts: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """The rows of a query, fetched as they are written out (a cursor that stays on the server)."""
    with transaction.atomic():
        connection.ensure_connection()
        with connection.connection.cursor(name="ledger_export") as cursor:
            cursor.itersize = 2000
            cursor.execute(query, facts)
            yield from cursor


def grant_rows(grant: Grant) -> Iterator[list[Any]]:
    """What a grant paid, expense by expense, after what it promised and gave; a header first, amounts in euros."""
    yield [
        _("Date"), _("Pièce"), _("Compte"), _("Dépense"), _("Montant de la dépense"), _("Payé par la subvention"),
    ]  # fmt: skip
    yield ["", "", "", _("Subvention notifiée : %(name)s") % {"name": grant.funder_name}, "", grant.amount / 100]
    for payment in grant.payments.filter(entry__reversed_by__isnull=True).order_by("on", "pk"):
        yield [payment.on, "", "", _("Versement reçu"), "", payment.amount / 100]
    shares = (
        GrantShare.objects.filter(grant=grant)
        .select_related("line__entry", "line__account", "line__expense")
        .order_by("line__entry__on", "line")
    )
    total = 0
    for share in shares.iterator(chunk_size=1000):
        line = share.line
        expense = getattr(line, "expense", None)
        total += share.amount
        yield [
            line.entry.on,
            expense.reference if expense is not None and expense.reference else f"E-{line.entry_id}",
            f"{line.account.code} {line.account.name}",
            line.entry.label,
            line.debit / 100,
            share.amount / 100,
        ]
    yield ["", "", "", _("Total payé par la subvention"), "", total / 100]


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows for a spreadsheet set to French: semicolons, decimal commas, a mark that says UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    # What a spreadsheet would take for a formula is kept as text.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

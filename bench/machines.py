"""A nation's machines, loans, recharges and books: what finding a machine, handing it over and closing a month cost.

Rows are made inside PostgreSQL in their last state, one operator after the other; `bench.checks` then reads after what the
resting triggers would have held, `check_books` and `check_claims` included.
"""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from bench.nation import without_indexes
from bench.receipts import TABLES, write_receipts
from bench.tables import bare, set_sequences
from bench.world import Ground
from declic.accounts.models import User
from declic.connectivity.models import RechargeProduct, RechargeSale
from declic.equipment.models import (
    Agreement,
    Allocation,
    Claim,
    Device,
    DeviceIdentifier,
    DeviceTest,
    DeviceWord,
    Erasure,
)
from declic.equipment.words import write_all_words
from declic.ledger.actions import open_books
from declic.ledger.models import Account, Auxiliary, Entry, Line, Section
from declic.organisations.models import Organisation, Site
from declic.people.models import Person
from declic.programmes.models import Edition, Programme

BIGGEST_SHARE = 0.4
"""The part of the measured operator; the others share the rest."""

_LOANS = (1, 2, 2, 3, 3, 3)
"""How many loans a machine has had, in turn: 14 over 6 machines."""

_EVENTS = ("equipment_deviceevent", "equipment_allocationevent")


@dataclass(frozen=True)
class Nation:
    """How many of each thing."""

    devices: int = 200_000
    recharges: int = 700_000


@dataclass(frozen=True)
class _Place:
    """What the rows of one operator point to."""

    operator: int
    user: int
    sites: list[int]
    edition: int
    section: int
    product: int
    first_person: int
    people: int
    accounts: dict[str, int]


def fill_machines(ground: Ground, nation: Nation, *, on: datetime.date) -> None:
    """Add machines, loans, recharges and their books to operators that have people already."""
    operators = list(Organisation.objects.filter(pk__in=Person.objects.values("operator").distinct()).order_by("pk"))
    at = datetime.datetime(on.year, on.month, on.day, 9, tzinfo=datetime.UTC) - datetime.timedelta(days=1)
    filled = [
        Device,
        DeviceIdentifier,
        Erasure,
        DeviceTest,
        Allocation,
        Agreement,
        Claim,
        Auxiliary,
        Entry,
        Line,
        RechargeSale,
        DeviceWord,
    ]
    names = [*(model._meta.db_table for model in filled), *TABLES]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'")
    with transaction.atomic():
        places = [_place(operator, ground, on=on) for operator in operators]
        with bare([*names, *_EVENTS]), without_indexes([*names, *_EVENTS]):
            for number, place in enumerate(places):
                share = BIGGEST_SHARE if number == 0 else (1 - BIGGEST_SHARE) / max(len(places) - 1, 1)
                _Filler(place, on=on, at=at).fill(round(nation.devices * share), round(nation.recharges * share))
            write_receipts()
            write_all_words()
        set_sequences([*names, *_EVENTS])
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout; RESET work_mem")


def _place(operator: Organisation, ground: Ground, *, on: datetime.date) -> _Place:
    open_books(operator=operator)
    if operator == ground.operator:
        edition = ground.runs[0].edition
    else:
        programme = Programme.objects.create(operator=operator, name="Prêt d'ordinateurs", slug=f"pret-{operator.pk}")
        edition = Edition.objects.create(
            operator=operator,
            programme=programme,
            name="2026",
            starts_on=on.replace(month=1, day=1),
            ends_on=on.replace(month=12, day=31),
            section=Section.objects.create(operator=operator, name=f"Prêt d'ordinateurs {operator.pk}"),
        )
    product, _created = RechargeProduct.objects.get_or_create(
        operator=operator, name="20 Go", defaults={"public_price": 2000, "solidarity_price": 800, "months": 1}
    )
    people = Person.objects.filter(operator=operator).order_by("pk")
    first = people.values_list("pk", flat=True)[0]
    return _Place(
        operator=operator.pk,
        user=User.objects.order_by("pk").values_list("pk", flat=True)[0],
        sites=list(Site.objects.filter(operator=operator).order_by("pk").values_list("pk", flat=True)),
        edition=edition.pk,
        section=edition.section_id,
        product=product.pk,
        first_person=first,
        people=people.count(),
        accounts=dict(Account.objects.filter(operator=operator).values_list("role", "pk")),
    )


class _Filler:
    """The rows of one operator."""

    def __init__(self, place: _Place, *, on: datetime.date, at: datetime.datetime) -> None:
        self.place, self.on, self.at = place, on, at
        self.known: dict[str, Any] = {
            "op": place.operator,
            "user": place.user,
            "sites": place.sites,
            "edition": place.edition,
            "section": place.section,
            "product": place.product,
            "person": place.first_person,
            "people": place.people,
            "on": on,
            "at": at,
            **{f"acc_{role}": pk for role, pk in place.accounts.items()},
        }

    def fill(self, devices: int, recharges: int) -> None:
        """Machines with their loans and books, then recharges with theirs."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_device, bench_loan, bench_sale")
            cursor.execute(_DEVICES, self._with(first=_next(Device), count=devices))
            cursor.execute(_LOAN_ROWS, self._with(first=_next(Allocation), aux=_next(Auxiliary), loans=list(_LOANS)))
            cursor.execute("ANALYZE bench_device; ANALYZE bench_loan")
        self._machines()
        self._loans()
        self._books_of_loans()
        with connection.cursor() as cursor:
            cursor.execute(_SALES, self._with(count=recharges, entry=_next(Entry)))
        self._recharges()

    def _with(self, **more: Any) -> dict[str, Any]:
        return self.known | more

    def add(self, model: type[models.Model], source: str, /, **columns: str) -> None:
        """Insert one row per row of `source`; `columns` are SQL, the other fields take what Django gives by default."""
        fields = {field.name: field for field in model._meta.concrete_fields if not field.generated}
        params = self._with()
        expressions = {fields[name].column: sql for name, sql in columns.items()}
        for name, field in fields.items():
            if name in columns or field.primary_key:
                continue
            if name == "operator":
                expressions[field.column] = "%(op)s"
                continue
            value = field.get_default()
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                value = self.at
            params[f"default_{name}"] = json.dumps(value) if isinstance(field, models.JSONField) else value
            expressions[field.column] = f"%(default_{name})s"
        names = ", ".join(f'"{column}"' for column in expressions)
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(expressions.values())} FROM {source}',
                params,
            )

    def _machines(self) -> None:
        self.add(
            Device,
            "bench_device d",
            id="d.pk",
            tag="'PC-' || lpad(d.n::text, greatest(4, length(d.n::text)), '0')",
            kind="(ARRAY['laptop','laptop','laptop','desktop','tablet'])[1 + d.n %% 5]",
            brand="(ARRAY['Dell','HP','Lenovo','Asus','Acer','Fujitsu'])[1 + d.n %% 6]",
            model="(ARRAY['Latitude E5470','ProBook 450','ThinkPad T460','VivoBook X540','TravelMate P2'])[1 + d.n %% 5]",
            site="(%(sites)s::bigint[])[1 + d.n %% array_length(%(sites)s::bigint[], 1)]",
            state="d.state",
            condition="'good'",
            cycle="d.cycle",
            grade="(ARRAY['A','B','B','C'])[1 + d.n %% 4]",
            system="'Linux Mint 22'",
        )
        self.add(
            DeviceIdentifier,
            "bench_device d",
            device="d.pk",
            kind="'serial'",
            value="upper(substr(md5(d.pk::text), 1, 8))",
        )
        proved = "bench_device d"
        self.add(
            Erasure, proved, device="d.pk", cycle="d.cycle", drive_serial="'WD-' || d.pk", method="'nwipe 0.35, PRNG'",
            verification="'relecture complète'", on="%(on)s", done_by="%(user)s", certified="true",
            review_reason="'relu à l''atelier'",
        )  # fmt: skip
        self.add(
            DeviceTest, proved, device="d.pk", cycle="d.cycle", on="%(on)s", checks="""'{"screen": true}'""",
            passed="true", done_by="%(user)s",
        )  # fmt: skip

    def _loans(self) -> None:
        self.add(
            Allocation,
            "bench_loan l",
            id="l.pk",
            person="l.person",
            edition="%(edition)s",
            device="l.device",
            state="CASE WHEN l.ended IS NULL THEN 'active' ELSE 'settled' END",
            mode="'loan'",
            device_kind="(ARRAY['laptop','laptop','laptop','desktop','tablet'])[1 + l.n %% 5]",
            deposit="5000",
            options_at_term="ARRAY['return','keep']",
            planned_on="l.began",
            handed_over_on="l.began",
            due_on="l.began + 170",
            ended_on="l.ended",
            condition_out="'good'",
            condition_in="CASE WHEN l.ended IS NULL THEN '' ELSE 'good' END",
            account="l.aux",
        )
        self.add(
            Claim, "bench_loan l", device="l.device", kind="'reservation'", allocation="l.pk",
            taken_at="l.began - interval '3 days'", released_at="l.began + interval '9 hours'",
        )  # fmt: skip
        self.add(
            Claim, "bench_loan l", device="l.device", kind="'loan'", allocation="l.pk",
            taken_at="l.began + interval '9 hours'", released_at="l.ended + interval '12 hours'",
        )  # fmt: skip
        self.add(
            Claim, "bench_loan l WHERE l.ended IS NOT NULL AND l.pk %% 2 = 0", device="l.device", kind="'repair'",
            taken_at="l.ended + interval '1 day'", released_at="l.ended + interval '3 days'",
        )  # fmt: skip
        self.add(
            Agreement, "bench_loan l", allocation="l.pk", text="'Convention ' || l.pk", signed_on="l.began",
            sha256="encode(sha256(('Convention ' || l.pk)::bytea), 'hex')", signed_by="'La personne'",
            witnessed_by="%(user)s",
        )  # fmt: skip
        fates = Allocation.events.rel.related_model  # type: ignore[attr-defined]
        self.add(
            fates,
            "bench_loan l JOIN equipment_allocation a ON a.id = l.pk WHERE l.ended IS NOT NULL",
            **{
                field.name: f'a."{field.column}"'
                for field in Allocation._meta.concrete_fields
                if field.name not in ("id", "state", "operator")
            },
            id="a.id",
            state="'inspected'",
            pgh_created_at="%(at)s",
            pgh_label="'update'",
            pgh_obj="a.id",
        )

    def _books_of_loans(self) -> None:
        self.add(Auxiliary, "bench_loan l", id="l.aux", label="'Attribution ' || l.pk")
        first = _next(Entry)
        loans = "(SELECT *, row_number() OVER (ORDER BY pk) - 1 AS rank FROM bench_loan) l"
        self.known["first_entry"] = first
        entry = "%(first_entry)s::bigint + l.rank"
        self.add(
            Entry, loans, id=entry, on="l.began", event="'deposit_paid'", label="'Caution encaissée'",
            section="%(section)s", idempotency_key="'deposit:' || l.pk", recorded_by="%(user)s",
        )  # fmt: skip
        self.add(Line, loans, entry=entry, account="%(acc_bank)s", debit="5000")
        self.add(Line, loans, entry=entry, account="%(acc_deposits_held)s", credit="5000", auxiliary="l.aux")
        ended = "(SELECT *, row_number() OVER (ORDER BY pk) - 1 AS rank FROM bench_loan WHERE ended IS NOT NULL) l"
        self.known["first_entry"] = _next(Entry)
        self.add(
            Entry, ended, id=entry, on="l.ended", event="'deposit_refunded'", label="'Caution rendue'",
            section="%(section)s", idempotency_key="'deposit-end:' || l.pk", recorded_by="%(user)s",
        )  # fmt: skip
        self.add(Line, ended, entry=entry, account="%(acc_deposits_held)s", debit="5000", auxiliary="l.aux")
        self.add(Line, ended, entry=entry, account="%(acc_bank)s", credit="5000")

    def _recharges(self) -> None:
        self.add(
            RechargeSale, "bench_sale s", person="s.person", product="%(product)s", on="s.day", public_price="2000",
            paid="800", months="1", sold_by="%(user)s", token="gen_random_uuid()",  # noqa: S106
        )  # fmt: skip
        self.add(
            Entry, "bench_sale s", id="s.entry", on="s.day", event="'recharge_sold'", label="'20 Go'",
            section="%(section)s", idempotency_key="'recharge:' || s.entry", recorded_by="%(user)s",
        )  # fmt: skip
        self.add(Line, "bench_sale s", entry="s.entry", account="%(acc_bank)s", debit="800")
        self.add(Line, "bench_sale s", entry="s.entry", account="%(acc_recharge_revenue)s", credit="800")


def _next(model: type[models.Model]) -> int:
    return (model._default_manager.order_by().aggregate(last=models.Max("pk"))["last"] or 0) + 1


# Machine n is on loan when n is not a multiple of 3; each loan lasted half a year, the last one began in this half.
_DEVICES = """
    CREATE TEMPORARY TABLE bench_device ON COMMIT DROP AS
    SELECT n, %(first)s::bigint + n - 1 AS pk, n %% 3 <> 0 AS lent,
        CASE WHEN n %% 3 <> 0 THEN 'on_loan' ELSE 'ready' END AS state, 1 AS cycle
    FROM generate_series(1, %(count)s) AS n"""
_LOAN_ROWS = """
    CREATE TEMPORARY TABLE bench_loan ON COMMIT DROP AS
    SELECT %(first)s::bigint + row_number() OVER (ORDER BY d.n, j) - 1 AS pk, d.n, d.pk AS device, j,
        %(aux)s::bigint + row_number() OVER (ORDER BY d.n, j) - 1 AS aux,
        %(person)s::bigint + (d.n * 7919 + j * 104729) %% %(people)s AS person,
        %(on)s::date - 200 * (k.loans - j) - 10 - d.n %% 90 AS began,
        CASE WHEN j = k.loans AND d.lent THEN NULL ELSE %(on)s::date - 200 * (k.loans - j) + 170 - 110 - d.n %% 90 END AS ended
    FROM bench_device d
    CROSS JOIN LATERAL (SELECT (%(loans)s::int[])[1 + d.n %% array_length(%(loans)s::int[], 1)] AS loans) k
    CROSS JOIN LATERAL generate_series(1, k.loans) AS j;
    UPDATE bench_loan SET ended = least(ended, %(on)s::date - 4), began = least(began, %(on)s::date - 8) WHERE ended IS NOT NULL;
    UPDATE bench_device d SET cycle = 1 + l.ended_loans
    FROM (SELECT device, count(*) AS ended_loans FROM bench_loan WHERE ended IS NOT NULL GROUP BY device) l
    WHERE l.device = d.pk"""
_SALES = """
    CREATE TEMPORARY TABLE bench_sale ON COMMIT DROP AS
    SELECT n, %(entry)s::bigint + n - 1 AS entry, %(person)s::bigint + (n * 6007) %% %(people)s AS person,
        %(on)s::date - 1 - n %% 700 AS day
    FROM generate_series(1, %(count)s) AS n"""

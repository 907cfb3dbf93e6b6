"""One SQL relation per kind of fact; each has `id`, `person_id` and `"on"`, so that any figure can open its records.

`:editions`, `:sections` and `:at` stand for the editions looked at, their sections in the books, and the day on which
one looks: a row dated after that day is not in the relation. States that changed later are read as they were.
"""

from dataclasses import dataclass

from declic.connectivity.models import InternetAid, RechargeSale
from declic.equipment.models import Allocation, Ceremony
from declic.followup.models import Review
from declic.hotline.models import Ticket
from declic.ledger.models import Entry
from declic.orientation.models import Enrolment, Referral
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.reporting.facts.people import PEOPLE
from declic.training.models import Attendance, ClassSession, CourseGroup, Visit


@dataclass(frozen=True)
class Relation:
    """A relation and how a row of it is shown: its model, what to fetch with it, the page it opens (None: the person's file)."""

    sql: str
    model: type
    related: tuple[str, ...] = ()
    page: str | None = None


REFERRALS = """
SELECT r.id, r.person_id, r.sent_on AS "on", r.refusal_reason,
       CASE WHEN r.state IN ('accepted', 'refused', 'waiting') AND r.answered_on > :at THEN 'sent' ELSE r.state END AS state
FROM orientation_referral r
WHERE r.edition_id = ANY(:editions::bigint[]) AND r.sent_on <= :at AND r.state <> 'draft'
"""

# How an allocation ended is in its history: once settled, its state no longer tells.
MACHINES = """
WITH fates AS (
    SELECT DISTINCT ON (h.pgh_obj_id) h.pgh_obj_id AS allocation_id, h.state
    FROM equipment_allocationevent h
    WHERE h.edition_id = ANY(:editions::bigint[]) AND h.state IN ('inspected', 'kept', 'purchased', 'lost')
    ORDER BY h.pgh_obj_id, h.pgh_id DESC
)
SELECT a.id, a.person_id, a.handed_over_on AS "on", d.kind, a.mode, a.deposit, a.due_on, a.edition_id,
       a.ended_on <= :at AS ended, CASE WHEN a.ended_on <= :at THEN f.state END AS fate
FROM equipment_allocation a
JOIN equipment_device d ON d.id = a.device_id
LEFT JOIN fates f ON f.allocation_id = a.id
WHERE a.edition_id = ANY(:editions::bigint[]) AND a.handed_over_on <= :at
"""

CEREMONIES = """
SELECT c.id, NULL::bigint AS person_id, c."on", c.name, count(DISTINCT a.person_id) AS people
FROM equipment_ceremony c
LEFT JOIN equipment_ceremonyplace p ON p.ceremony_id = c.id
LEFT JOIN equipment_allocation a ON a.id = p.allocation_id AND a.handed_over_on <= :at
WHERE c.edition_id = ANY(:editions::bigint[]) AND c."on" <= :at AND c.state <> 'cancelled'
GROUP BY c.id HAVING count(a.id) > 0
"""

AIDS = """
SELECT i.id, e.person_id, COALESCE(i.decided_on, i.requested_on) AS "on", i.amount,
       CASE WHEN i.paid_on <= :at THEN 'paid'
            WHEN i.decided_on > :at OR i.decided_on IS NULL THEN 'requested'
            WHEN i.state = 'refused' THEN 'refused' ELSE 'granted' END AS state
FROM connectivity_internetaid i JOIN orientation_enrolment e ON e.id = i.enrolment_id
WHERE e.edition_id = ANY(:editions::bigint[]) AND i.requested_on <= :at
"""

RECHARGES = """
SELECT r.id, r.person_id, r."on", r.public_price, r.paid, r.months
FROM connectivity_rechargesale r
WHERE r.edition_id = ANY(:editions::bigint[]) AND r."on" <= :at
  AND NOT EXISTS (SELECT 1 FROM connectivity_salecancellation c WHERE c.sale_id = r.id AND c."on" <= :at)
"""

# One row per person: a person who buys often weighs no more than another (case: Emmaüs Connect, mean over people).
SAVERS = """
SELECT r.person_id AS id, r.person_id, min(r."on") AS "on",
       sum(r.public_price - r.paid)::numeric / NULLIF(sum(r.months), 0) AS saving
FROM connectivity_rechargesale r
WHERE r.edition_id = ANY(:editions::bigint[]) AND r."on" <= :at
  AND NOT EXISTS (SELECT 1 FROM connectivity_salecancellation c WHERE c.sale_id = r.id AND c."on" <= :at)
GROUP BY r.person_id
"""

CLASSES = """
SELECT c.id, NULL::bigint AS person_id, c."on", c.minutes, c.led_by_volunteer, c.held, g.kind
FROM training_classsession c JOIN training_coursegroup g ON g.id = c.group_id
WHERE g.edition_id = ANY(:editions::bigint[]) AND c."on" <= :at
"""

ATTENDANCES = """
SELECT a.id, e.person_id, c."on", a.minutes
FROM training_attendance a
JOIN orientation_enrolment e ON e.id = a.enrolment_id
JOIN training_classsession c ON c.id = a.class_session_id
WHERE e.edition_id = ANY(:editions::bigint[]) AND a.status = 'present' AND c."on" <= :at
  AND NOT EXISTS (SELECT 1 FROM training_attendance later WHERE later.corrects_id = a.id)
"""

GROUPS = """
SELECT g.id, NULL::bigint AS person_id, g.starts_on AS "on", g.kind, g.capacity, g.planned_minutes
FROM training_coursegroup g
WHERE g.edition_id = ANY(:editions::bigint[]) AND g.starts_on <= :at
"""

VISITS = """
SELECT v.id, v.person_id, v."on", v.minutes, v.solved, v.autonomy
FROM training_visit v
WHERE v.edition_id = ANY(:editions::bigint[]) AND v."on" <= :at
"""

TICKETS = """
SELECT t.id, t.person_id, (t.opened_at AT TIME ZONE 'Europe/Paris')::date AS "on", (t.solved_at AT TIME ZONE 'Europe/Paris')::date <= :at AS solved
FROM hotline_ticket t LEFT JOIN equipment_allocation a ON a.id = t.allocation_id
WHERE (t.opened_at AT TIME ZONE 'Europe/Paris')::date <= :at
  AND (a.edition_id = ANY(:editions::bigint[]) OR (t.allocation_id IS NULL AND EXISTS (
      SELECT 1 FROM orientation_enrolment e
      WHERE e.person_id = t.person_id AND e.edition_id = ANY(:editions::bigint[]) AND e.starts_on <= :at)))
"""

REVIEWS = """
SELECT v.id, e.person_id, v."on", v.months
FROM followup_review v JOIN orientation_enrolment e ON e.id = v.enrolment_id
WHERE e.edition_id = ANY(:editions::bigint[]) AND v."on" <= :at
"""

# A reversal counts against what it reverses.
BOOK = """
SELECT e.id, NULL::bigint AS person_id, e."on", c.role, COALESCE(o.event, e.event) AS event, l.debit, l.credit,
       e.label
FROM ledger_entry e
JOIN ledger_line l ON l.entry_id = e.id
JOIN ledger_account c ON c.id = l.account_id
LEFT JOIN ledger_entry o ON o.id = e.reverses_id
WHERE e.section_id = ANY(:sections::bigint[]) AND e."on" <= :at
"""

# What each funder promised: the funder's name stands in the label of the entry.
GRANTS = """
SELECT min(e.id) AS id, NULL::bigint AS person_id, min(e."on") AS "on", COALESCE(o.label, e.label) AS label,
       sum(l.credit - l.debit) AS amount
FROM ledger_entry e
JOIN ledger_line l ON l.entry_id = e.id
JOIN ledger_account c ON c.id = l.account_id AND c.role = 'grant_income'
LEFT JOIN ledger_entry o ON o.id = e.reverses_id
WHERE e.section_id = ANY(:sections::bigint[]) AND e."on" <= :at
GROUP BY COALESCE(o.label, e.label)
"""

# What leaves the deposit without leaving the till is kept: for the machine, for damage, or set off against its price.
DEPOSITS = """
WITH moves AS (
    SELECT e."on", COALESCE(o.event, e.event) AS event, c.role, l.auxiliary_id, l.credit - l.debit AS more,
           sum(CASE WHEN c.role IN ('cash', 'bank') THEN l.credit - l.debit ELSE 0 END) OVER (PARTITION BY e.id)
               AS paid_out
    FROM ledger_entry e
    JOIN ledger_line l ON l.entry_id = e.id
    JOIN ledger_account c ON c.id = l.account_id AND c.role IN ('deposits_held', 'cash', 'bank')
    LEFT JOIN ledger_entry o ON o.id = e.reverses_id
    WHERE e.section_id = ANY(:sections::bigint[]) AND e."on" <= :at
)
SELECT a.id, a.person_id, min(m."on") AS "on", sum(m.more) AS held,
       sum(CASE WHEN m.event = 'deposit_paid' THEN m.more ELSE 0 END) AS paid,
       sum(CASE WHEN m.event <> 'deposit_paid' THEN m.paid_out ELSE 0 END) AS refunded,
       sum(CASE WHEN m.event <> 'deposit_paid' THEN -m.more - m.paid_out ELSE 0 END) AS retained
FROM moves m JOIN equipment_allocation a ON a.account_id = m.auxiliary_id
WHERE m.role = 'deposits_held'
GROUP BY a.id
"""

# Plans have no date: places, targets and budget are those of the editions looked at.
EDITIONS = """
SELECT d.id, NULL::bigint AS person_id, d.starts_on AS "on",
       COALESCE(d.places, (SELECT sum(g.capacity) FROM training_coursegroup g
                           WHERE g.edition_id = d.id AND g.kind = 'course' AND g.starts_on <= :at), 0) AS places,
       (SELECT COALESCE(sum(b.planned), 0) FROM programmes_budgetline b
        WHERE b.edition_id = d.id AND b.side = 'expense') AS planned_expense,
       :at >= make_date(extract(year FROM d.starts_on)::int + 1, 1, 1) AS next_year_begun,
       (SELECT sum(o.target) FROM programmes_objective o
        WHERE o.edition_id = d.id AND o.indicator = 'identified') AS identified_target
FROM programmes_edition d
WHERE d.id = ANY(:editions::bigint[])
"""

NEXT_YEAR = """
WITH here AS (
    SELECT programme_id, max(extract(year FROM starts_on)) + 1 AS year
    FROM programmes_edition WHERE id = ANY(:editions::bigint[]) GROUP BY programme_id
)
SELECT DISTINCT ON (e.person_id) e.id, e.person_id, e.starts_on AS "on"
FROM orientation_enrolment e
JOIN programmes_edition n ON n.id = e.edition_id
JOIN here ON here.programme_id = n.programme_id AND extract(year FROM n.starts_on) = here.year
WHERE e.starts_on <= :at
ORDER BY e.person_id, e.starts_on, e.id
"""

RELATIONS: dict[str, Relation] = {
    "people": Relation(PEOPLE, Person),
    "referrals": Relation(REFERRALS, Referral, ("person", "prescriber"), "orientation:detail"),
    "machines": Relation(MACHINES, Allocation, ("person", "device"), "equipment:allocation"),
    "ceremonies": Relation(CEREMONIES, Ceremony, (), "equipment:ceremony"),
    "aids": Relation(AIDS, InternetAid, ("enrolment__person",), "connectivity:aid"),
    "recharges": Relation(RECHARGES, RechargeSale, ("person", "product")),
    "savers": Relation(SAVERS, Person),
    "classes": Relation(CLASSES, ClassSession, ("group",), "training:sheet"),
    "attendances": Relation(ATTENDANCES, Attendance, ("enrolment__person", "class_session__group")),
    "groups": Relation(GROUPS, CourseGroup, (), "training:group"),
    "visits": Relation(VISITS, Visit, ("person",)),
    "tickets": Relation(TICKETS, Ticket, ("person",), "hotline:ticket"),
    "reviews": Relation(REVIEWS, Review, ("enrolment__person",)),
    "book": Relation(BOOK, Entry, (), "ledger:entry"),
    "grants": Relation(GRANTS, Entry, (), "ledger:entry"),
    "deposits": Relation(DEPOSITS, Allocation, ("person", "device"), "equipment:allocation"),
    "editions": Relation(EDITIONS, Edition, ("programme",), "programmes:edition"),
    "next_year": Relation(NEXT_YEAR, Enrolment, ("person", "edition__programme")),
}

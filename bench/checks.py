"""Whether the rows that came by COPY keep the rules that the product's triggers would have held."""

from collections.abc import Iterator

from django.db import connection

from declic.equipment.checks import claim_problems
from declic.ledger.checks import book_problems
from declic.organisations.walls import check_walls

# Each names a rule and counts the rows that break it: what the resting triggers and the actions see to.
_RULES = {
    "a machine on the shelf is wiped and tested in its present life": """
        SELECT count(*) FROM equipment_device d WHERE d.state IN ('ready', 'reserved', 'on_loan', 'transferred')
        AND ((SELECT count(*) FROM equipment_erasure e
              WHERE e.device_id = d.id AND e.cycle = d.cycle AND e.certified) < d.drives
             OR NOT EXISTS (SELECT 1 FROM equipment_devicetest t
                            WHERE t.device_id = d.id AND t.cycle = d.cycle AND t.passed))""",
    "terms are frozen once someone has entered under them": """
        SELECT count(*) FROM programmes_termsversion v WHERE v.frozen_at IS NULL
        AND EXISTS (SELECT 1 FROM orientation_enrolment e WHERE e.terms_id = v.id)""",
    "an enrolment's terms are those of its edition": """
        SELECT count(*) FROM orientation_enrolment e JOIN programmes_termsversion v ON v.id = e.terms_id
        WHERE v.edition_id <> e.edition_id""",
    "a row and the person it speaks of have one operator": """
        SELECT (SELECT count(*) FROM orientation_enrolment x JOIN people_person p ON p.id = x.person_id
                WHERE x.operator_id <> p.operator_id)
             + (SELECT count(*) FROM equipment_allocation x JOIN people_person p ON p.id = x.person_id
                WHERE x.operator_id <> p.operator_id)
             + (SELECT count(*) FROM training_visit x JOIN people_person p ON p.id = x.person_id
                WHERE x.operator_id <> p.operator_id)
             + (SELECT count(*) FROM hotline_ticket x JOIN people_person p ON p.id = x.person_id
                WHERE x.operator_id <> p.operator_id)""",
    "nobody attends before entering nor after leaving": """
        SELECT count(*) FROM training_attendance a JOIN training_classsession c ON c.id = a.class_session_id
        JOIN orientation_enrolment e ON e.id = a.enrolment_id
        WHERE c."on" < e.starts_on OR c."on" > e.ended_on""",
    "an enrolment that ended has its exit, an open one has none": """
        SELECT count(*) FROM orientation_enrolment e LEFT JOIN followup_exit x ON x.enrolment_id = e.id
        WHERE (e.ended_on IS NULL) <> (x.id IS NULL) OR x."on" <> e.ended_on""",
    "an accepted referral has its enrolment": """
        SELECT count(*) FROM orientation_referral r LEFT JOIN orientation_enrolment e ON e.referral_id = r.id
        WHERE (r.state = 'accepted') <> (e.id IS NOT NULL)""",
    "a loan that ended says how in its history": """
        SELECT count(*) FROM equipment_allocation a
        WHERE a.state = 'settled' AND a.mode IN ('loan', 'loan_then_option') AND NOT EXISTS (
            SELECT 1 FROM equipment_allocationevent h
            WHERE h.pgh_obj_id = a.id AND h.state IN ('inspected', 'kept', 'purchased', 'lost'))""",
    "the next case number follows the last one given": """
        SELECT count(*) FROM people_casenumber n
        WHERE n.last < (SELECT count(*) FROM people_person p WHERE p.operator_id = n.operator_id)""",
    "every trigger is at work again": """
        SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled = 'D' AND c.relnamespace = current_schema()::regnamespace""",
}


def problems() -> Iterator[str]:
    """Everything wrong in the filled database, one sentence each; keys, uniqueness and exclusion PostgreSQL held itself."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for rule, sql in _RULES.items():
            cursor.execute(sql)
            count = cursor.fetchone()[0]
            if count:
                yield f"{rule}: {count} rows do not"
        # Without the wall the pages would be measured as they are not served.
        yield from (each.msg for each in check_walls())
        yield from book_problems()
        yield from claim_problems()
        cursor.execute("RESET statement_timeout")

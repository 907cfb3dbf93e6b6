"""The relation of people: one row per person that the editions met until the day, with her situation at that time.

A person is met when she entered an edition, was helped by name at the drop-in desk of one, or was identified (referred
and, where the terms require it, with a social evaluation). Her situation is the entry snapshot as last corrected, or,
if she never entered, the latest known one; her age is that of the day of the fact (rules 2 and 3).
"""

PEOPLE = """
WITH RECURSIVE entered AS (
    SELECT DISTINCT ON (e.person_id) e.person_id, e.id AS enrolment_id, e.starts_on, e.entry_snapshot_id
    FROM orientation_enrolment e
    WHERE e.edition_id = ANY(:editions::bigint[]) AND e.starts_on <= :at
    ORDER BY e.person_id, e.starts_on, e.id
),
current_terms AS (
    SELECT DISTINCT ON (v.edition_id) v.edition_id,
           COALESCE((v.body #>> '{entry,social_evaluation_required}')::boolean, false) AS evaluation_required
    FROM programmes_termsversion v
    WHERE v.edition_id = ANY(:editions::bigint[])
    ORDER BY v.edition_id, v.number DESC
),
identified AS (
    SELECT r.person_id, min(r.sent_on) AS sent_on
    FROM orientation_referral r LEFT JOIN current_terms v ON v.edition_id = r.edition_id
    WHERE r.edition_id = ANY(:editions::bigint[]) AND r.sent_on <= :at AND r.state <> 'draft'
      AND (r.social_evaluation <> '' OR NOT COALESCE(v.evaluation_required, false))
    GROUP BY r.person_id
),
visited AS (
    SELECT w.person_id, min(w."on") AS visited_on
    FROM training_visit w
    WHERE w.edition_id = ANY(:editions::bigint[]) AND w."on" <= :at AND w.person_id IS NOT NULL
    GROUP BY w.person_id
),
met AS MATERIALIZED (
    SELECT person_id, enrolment_id, entry_snapshot_id, starts_on, sent_on, visited_on,
           COALESCE(starts_on, LEAST(sent_on, visited_on)) AS met_on
    FROM entered FULL JOIN identified USING (person_id) FULL JOIN visited USING (person_id)
),
correction AS (
    SELECT s.corrects_id AS root, s.id AS leaf, 1 AS depth
    FROM people_snapshot s JOIN entered e ON e.entry_snapshot_id = s.corrects_id
    UNION ALL
    SELECT c.root, s.id, c.depth + 1 FROM correction c JOIN people_snapshot s ON s.corrects_id = c.leaf
),
corrected AS (SELECT DISTINCT ON (root) root, leaf FROM correction ORDER BY root, depth DESC),
attended AS (
    SELECT e.person_id, bool_or(g.kind = 'course') AS course, sum(a.minutes) AS minutes
    FROM training_attendance a
    JOIN orientation_enrolment e ON e.id = a.enrolment_id
    JOIN training_classsession c ON c.id = a.class_session_id
    JOIN training_coursegroup g ON g.id = c.group_id
    WHERE e.edition_id = ANY(:editions::bigint[]) AND a.status = 'present' AND c."on" <= :at
      AND NOT EXISTS (SELECT 1 FROM training_attendance later WHERE later.corrects_id = a.id)
    GROUP BY e.person_id
),
equipped AS (
    SELECT DISTINCT a.person_id FROM equipment_allocation a
    WHERE a.edition_id = ANY(:editions::bigint[]) AND a.handed_over_on <= :at
),
answered AS (
    SELECT DISTINCT ON (e.person_id) e.person_id, q.score
    FROM followup_satisfactionanswer q JOIN orientation_enrolment e ON e.id = q.enrolment_id
    WHERE e.edition_id = ANY(:editions::bigint[]) AND q."on" <= :at
    ORDER BY e.person_id, q."on" DESC, q.id DESC
),
left_with AS (
    SELECT DISTINCT ON (e.person_id) e.person_id, x.reason
    FROM followup_exit x JOIN orientation_enrolment e ON e.id = x.enrolment_id
    WHERE e.edition_id = ANY(:editions::bigint[]) AND x."on" <= :at
    ORDER BY e.person_id, x."on" DESC, x.id DESC
),
last_level AS (
    SELECT DISTINCT ON (e.person_id) e.person_id, d.confirmed_level
    FROM diagnosis_assessment d JOIN orientation_enrolment e ON e.id = d.enrolment_id
    WHERE e.edition_id = ANY(:editions::bigint[]) AND d.kind = 'exit' AND d.confirmed_on <= :at
    ORDER BY e.person_id, d."on" DESC, d.id DESC
)
SELECT m.person_id AS id, m.person_id, m.met_on AS "on",
       m.starts_on IS NOT NULL AS enrolled, m.sent_on IS NOT NULL AS identified,
       m.starts_on IS NOT NULL OR m.visited_on IS NOT NULL AS supported,
       date_part('year', age(m.met_on, p.birth_date))::int AS age, NULLIF(NULLIF(p.gender, ''), 'non_communique') AS gender,
       s.labour_status, s.household, s.housing, s.education, s.benefits, s.in_priority_zone, s.equipment,
       s.has_connection, s.has_email_address, s.needs_help_online,
       COALESCE(t.course, false) AS trained, t.person_id IS NOT NULL AS attended, COALESCE(t.minutes, 0) AS minutes,
       q.person_id IS NOT NULL AS equipped, w.score, x.reason AS exit_reason, l.confirmed_level AS exit_level
FROM met m
JOIN people_person p ON p.id = m.person_id
LEFT JOIN corrected k ON k.root = m.entry_snapshot_id
LEFT JOIN LATERAL (
    SELECT z.id FROM people_snapshot z
    WHERE m.entry_snapshot_id IS NULL AND z.person_id = m.person_id AND z."on" <= :at
      AND NOT EXISTS (SELECT 1 FROM people_snapshot later WHERE later.corrects_id = z.id)
    ORDER BY z."on" DESC, z.id DESC LIMIT 1
) latest ON m.entry_snapshot_id IS NULL
LEFT JOIN people_snapshot s ON s.id = COALESCE(k.leaf, m.entry_snapshot_id, latest.id)
LEFT JOIN attended t ON t.person_id = m.person_id
LEFT JOIN equipped q ON q.person_id = m.person_id
LEFT JOIN answered w ON w.person_id = m.person_id
LEFT JOIN left_with x ON x.person_id = m.person_id
LEFT JOIN last_level l ON l.person_id = m.person_id
"""

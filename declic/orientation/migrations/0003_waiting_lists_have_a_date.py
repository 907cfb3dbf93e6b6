from django.db import migrations, models


class Migration(migrations.Migration):
    """Referrals answered before: their first answer is the one kept, and a waiting list began with it."""

    # The rows and the rule in two transactions: PostgreSQL alters no table whose triggers still have to run.
    atomic = False

    dependencies = [("orientation", "0002_in_depth"), ("people", "0002_in_depth")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE orientation_referral
               SET first_answered_on = answered_on,
                   waiting_since = CASE WHEN state = 'waiting' THEN answered_on END
             WHERE answered_on IS NOT NULL AND first_answered_on IS NULL;
            INSERT INTO people_caseworker (operator_id, person_id, user_id, since)
            SELECT DISTINCT ON (person_id, adviser_id) operator_id, person_id, adviser_id, starts_on
              FROM orientation_enrolment
             WHERE adviser_id IS NOT NULL AND ended_on IS NULL
             ORDER BY person_id, adviser_id, starts_on
                ON CONFLICT DO NOTHING;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), ('waiting_since__isnull', False), _connector='OR'), name='waiting_referral_has_a_date'),
        ),
    ]

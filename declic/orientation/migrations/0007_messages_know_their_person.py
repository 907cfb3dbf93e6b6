from django.db import migrations


class Migration(migrations.Migration):
    """Messages written before they named whom they speak of: found by the request that they answer."""

    dependencies = [("orientation", "0006_referent_phone"), ("messaging", "0002_messages_by_every_channel")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE messaging_message SET about_person = referral.person_id
              FROM orientation_referral AS referral
             WHERE about_person IS NULL AND reference = 'referral:' || referral.id;
            """,
            migrations.RunSQL.noop,
        ),
    ]

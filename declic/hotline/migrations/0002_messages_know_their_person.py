from django.db import migrations


class Migration(migrations.Migration):
    """Messages written before they named whom they speak of: found by the ticket that they answer."""

    dependencies = [("hotline", "0001_initial"), ("messaging", "0002_messages_by_every_channel")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE messaging_message SET about_person = ticket.person_id
              FROM hotline_ticket AS ticket
             WHERE about_person IS NULL AND reference = 'ticket:' || ticket.id;
            """,
            migrations.RunSQL.noop,
        ),
    ]

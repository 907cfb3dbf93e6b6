from django.db import migrations


class Migration(migrations.Migration):
    """Erasures certified before files of evidence were read: each says that a person certified it by hand."""

    dependencies = [("equipment", "0002_in_depth")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE equipment_erasure DISABLE TRIGGER USER;
            UPDATE equipment_erasure SET review_reason = 'Certifié à la main, avant la lecture des fichiers de preuve.'
             WHERE certified AND reading_id IS NULL AND review_reason = '';
            ALTER TABLE equipment_erasure ENABLE TRIGGER USER;
            """,
            migrations.RunSQL.noop,
        ),
    ]

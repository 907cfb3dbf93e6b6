"""Trusted extensions and the immutable accent-folding function that searches and sort orders stand on."""

from django.contrib.postgres.operations import (
    BtreeGinExtension,
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        BtreeGinExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        # `unaccent` alone is only STABLE because its dictionary could change; naming the dictionary lets an index use it.
        migrations.RunSQL(
            """
            CREATE FUNCTION f_unaccent(text) RETURNS text
            LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
            AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$
            """,
            "DROP FUNCTION f_unaccent(text)",
        ),
    ]

"""The second wall: row-level security by operator, put up in the database after each migration.

Every table whose rows carry an operator, history included, shows a role that does not own it only the rows of the
operators that the session has entered (`declic.operators`). The owner passes: migrations, commands and the worker.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from declic.organisations.models import Organisation, Partnership

POLICY = "operator_wall"
SETTING = "declic.operators"
FUNCTION = (
    "CREATE OR REPLACE FUNCTION declic_operators() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS "
    f"$$ SELECT nullif(pg_catalog.current_setting('{SETTING}', true), '')::bigint[] $$"
)
# The sub-select is evaluated once a query, not once a row; entered nowhere, it is NULL and no row passes.
CONDITION = "operator_id = ANY ((SELECT declic_operators())::bigint[])"
# The web processes read which migrations are there, they never write them.
READ_ONLY = ("django_migrations",)

# Which tables lack the wall. A policy says in its comment what it was made from, so that a new condition replaces it.
_OPEN_TABLES = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'operator_id' AND NOT a.attisdropped
    LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname = ANY(%s)
    AND (NOT c.relrowsecurity OR obj_description(p.oid, 'pg_policy') IS DISTINCT FROM %s)
    ORDER BY c.relname"""
# What the web role may not yet use; an empty answer when there is no such role.
_UNGRANTED = """
    SELECT c.relname, c.relkind::text FROM pg_class c JOIN pg_roles r ON r.rolname = %s
    WHERE c.relnamespace = current_schema()::regnamespace AND pg_has_role(c.relowner, 'USAGE')
    AND CASE
        WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(r.oid, c.oid, 'USAGE')
        WHEN c.relkind <> 'r' THEN false
        WHEN c.relname = ANY(%s) THEN NOT has_table_privilege(r.oid, c.oid, 'SELECT')
        ELSE NOT (has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'INSERT')
            AND has_table_privilege(r.oid, c.oid, 'UPDATE') AND has_table_privilege(r.oid, c.oid, 'DELETE'))
    END
    ORDER BY c.relname"""
# Checks that wait for the end of a transaction must see all its rows, whoever is entered when they run; PostgreSQL 18
# runs them as the role that wrote, when the request may be left already.
_BLINKERED = """
    SELECT DISTINCT p.oid::regprocedure::text, n.nspname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
    AND t.tgconstraint <> 0 AND NOT t.tgisinternal AND NOT p.prosecdef
    ORDER BY 1"""
_WEB_ROLE = """
    SELECT r.rolsuper OR r.rolbypassrls,
        EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
            AND c.relname = ANY(%s) AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
        r.rolcanlogin OR pg_has_role(session_user, r.oid, 'MEMBER')
    FROM pg_roles r WHERE r.rolname = %s"""


def walled_models() -> list[type[models.Model]]:
    """Every model whose rows carry their operator, and its history.

    Partnerships stay outside: the wall is computed from them, before anything is entered.
    """
    return [model for model in apps.get_models() if model._meta.managed and _carries_operator(model)]


def _carries_operator(model: type[models.Model]) -> bool:
    if Partnership in (model, getattr(model, "pgh_tracked_model", None)):
        return False
    return any(
        field.column == "operator_id" and field.related_model is Organisation for field in model._meta.local_fields
    )


def raise_walls(connection: BaseDatabaseWrapper) -> None:
    """Put up what is missing, in one transaction; three catalogue queries when nothing is."""
    quote = connection.ops.quote_name
    role = settings.WEB_ROLE
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_OPEN_TABLES, [POLICY, _tables(), CONDITION])
        missing = [name for (name,) in cursor.fetchall()]
        if missing:
            cursor.execute(FUNCTION)
        for name in missing:
            cursor.execute(
                f"ALTER TABLE {quote(name)} ENABLE ROW LEVEL SECURITY;"
                f" DROP POLICY IF EXISTS {POLICY} ON {quote(name)};"
                f" CREATE POLICY {POLICY} ON {quote(name)} FOR ALL TO public"
                f" USING ({CONDITION}) WITH CHECK ({CONDITION});"
                f" COMMENT ON POLICY {POLICY} ON {quote(name)} IS '{CONDITION}'"
            )
        cursor.execute(_BLINKERED, [_tables()])
        for function, schema in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = {quote(schema)}, pg_temp")
        cursor.execute(_UNGRANTED, [role, list(READ_ONLY)])
        ungranted = cursor.fetchall()
        if ungranted:
            cursor.execute("SELECT current_schema()")
            cursor.execute(f"GRANT USAGE ON SCHEMA {quote(cursor.fetchone()[0])} TO {quote(role)}")
        for name, kind in ungranted:
            if kind == "S":
                cursor.execute(f"GRANT USAGE, SELECT ON SEQUENCE {quote(name)} TO {quote(role)}")
            else:
                rights = "SELECT" if name in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
                cursor.execute(f"GRANT {rights} ON {quote(name)} TO {quote(role)}")


def raise_walls_after_migrating(sender: AppConfig, using: str, **_signal: Any) -> None:
    """`post_migrate`: once a `migrate`, and after the tests empty the database, where it finds nothing to do."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        raise_walls(connection)


def _tables() -> list[str]:
    return [model._meta.db_table for model in walled_models()]


def check_walls(app_configs: Iterable[AppConfig] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """`manage.py check --deploy`: whether the wall would hold for the web processes."""
    connection = connections["default"]
    role = settings.WEB_ROLE
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WEB_ROLE, [_tables(), role])
            found = cursor.fetchone()
            cursor.execute(_OPEN_TABLES, [POLICY, _tables(), CONDITION])
            missing = [name for (name,) in cursor.fetchall()]
            cursor.execute(_UNGRANTED, [role, list(READ_ONLY)])
            ungranted = [name for name, _kind in cursor.fetchall()]
    except DatabaseError as error:
        return [checks.Warning(f"La seconde muraille n’a pas pu être vérifiée : {error}", id="declic.W001")]
    wrong: list[checks.CheckMessage] = []
    hint = "docs/operating.md, « Deux rôles dans la base »."
    if found is None:
        wrong.append(
            checks.Error(f"Le rôle « {role} » n’existe pas : rien ne cloisonne les opérateurs.", hint, id="declic.E001")
        )
    else:
        passes, owns, reachable = found
        if passes or owns:
            wrong.append(
                checks.Error(
                    f"Le rôle « {role} » passe outre : il est propriétaire ou superutilisateur.", hint, id="declic.E002"
                )
            )
        if not reachable:
            wrong.append(
                checks.Error(
                    f"Personne ne peut prendre le rôle « {role} » : il lui faut LOGIN.", hint, id="declic.E003"
                )
            )
    if missing or ungranted:
        names = ", ".join([*missing, *ungranted][:5])
        wrong.append(
            checks.Error(f"La base n’est pas cloisonnée partout ({names}…).", "manage.py migrate", id="declic.E004")
        )
    return wrong

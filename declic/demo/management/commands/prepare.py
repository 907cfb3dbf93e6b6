"""`manage.py prepare`: what stands between a database and a first page, in one process."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from declic.demo.signins import sign_ins as who_signs_in
from declic.organisations.walls import raise_walls

OLDEST_POSTGRESQL = 15


class Command(BaseCommand):
    """Migrate where needed, load the demonstration once, write down who can sign in."""

    help = "Met la base à jour, charge les dispositifs de démonstration et note qui peut se connecter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="migrer même si aucune migration ne manque")
        parser.add_argument("--sign-ins", type=Path, help="fichier où écrire les comptes de démonstration")

    def handle(self, *args: Any, full: bool, sign_ins: Path | None, **options: Any) -> None:
        """Do each step only if it has something to do; a database that cannot be used is said in a sentence."""
        self._require_database()
        if full or self._migrations_wait():
            call_command("migrate", verbosity=0, interactive=False)
        else:
            # The web processes' role may be younger than the last migration.
            raise_walls(connection)
        if settings.DEMO:
            call_command("load_demo", stdout=self.stdout)
        if sign_ins:
            sign_ins.write_text("".join(f"{line}\n" for line in who_signs_in()), encoding="utf-8")

    def _require_database(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                f"La base de données ne répond pas. Vérifiez DATABASE_URL (la base doit exister).\n{error}"
            ) from None
        version = connection.pg_version // 10000  # type: ignore[attr-defined]
        if version < OLDEST_POSTGRESQL:
            raise CommandError(
                f"PostgreSQL {OLDEST_POSTGRESQL} ou plus récent est nécessaire ; ce serveur est en {version}."
            )

    def _migrations_wait(self) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

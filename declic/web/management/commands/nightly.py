"""`manage.py nightly`: the work of the night, once a day by cron or a timer; harmless when run again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from declic.core.dates import now, parse_french_date, today
from declic.web.nightly import run


class Command(BaseCommand):
    """Says what each job did; ends with an error code when one failed, after having tried them all."""

    help = "Fait le travail de la nuit : relances, messages, imports à reprendre, comptes et journaux arrivés à terme."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=parse_french_date, default=None, help="le jour à traiter (aujourd'hui sinon)")

    def handle(self, *args: Any, on: Any, **options: Any) -> None:
        # The night has time where a page has not.
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '20min'; SET lock_timeout = '30s'")
        failed = []
        for outcome in run(on=on or today(), at=now()):
            if outcome.error:
                failed.append(outcome.name)
                self.stderr.write(f"✗ {outcome.name} : {outcome.error}")
            else:
                self.stdout.write(f"✓ {outcome.name} : {outcome.done} ({outcome.seconds:.1f} s)")
        if failed:
            raise CommandError("La nuit n'est pas allée au bout : " + ", ".join(failed) + ". Le journal dit pourquoi.")

"""`manage.py replay CASE [--json]`: a case replayed on its own dates, and its figures beside the published ones."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declic.demo.replay import CASES, figures, replay


class Command(BaseCommand):
    """Replay one of the five cases; a second time it reads the same records and prints the same figures."""

    help = "Rejoue un dispositif publié avec des personnes inventées, puis compare les chiffres."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", choices=sorted(CASES), metavar="CASE", help=", ".join(sorted(CASES)))
        parser.add_argument("--json", action="store_true", help="imprimer les chiffres en JSON")

    def handle(self, *args: Any, case: str, **options: Any) -> None:
        """Print a table for people, or JSON for programs."""
        try:
            replay(case)
        except FileNotFoundError as error:
            raise CommandError(f"L'exemple de ce dispositif manque : {error.filename}") from None
        result = figures(case)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{case}")
        for name, figure in result["figures"].items():
            self.stdout.write(f"  {name} : {figure['recorded']} (publié : {figure['published']}) {figure['unit']}")
            if figure["contradiction"]:
                self.stdout.write(f"    ⚠ {figure['contradiction']}")

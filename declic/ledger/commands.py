"""The parent of the two commands that prove that books and machines are right."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.functional import Promise

from declic.ledger.checks import Problem


class CheckCommand(BaseCommand):
    """Prints every problem and leaves with code 1 if there is any; `--json` writes one object for a machine to read."""

    wrong: str | Promise = ""
    right: str | Promise = ""

    def problems(self) -> Iterator[Problem]:
        raise NotImplementedError

    def checked(self) -> int:
        """How many rows stand behind the word "right"."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="écrire le résultat en JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks over the whole database."""
        began = time.monotonic()
        problems = list(self.problems())
        seconds = round(time.monotonic() - began, 2)
        if options.get("json"):
            found = [{"operator": problem.operator, "problem": str(problem)} for problem in problems]
            self.stdout.write(json.dumps({"problems": found, "seconds": seconds}, ensure_ascii=False))
        else:
            for problem in problems:
                self.stderr.write(problem)
        if problems:
            raise CommandError(str(self.wrong) % {"count": len(problems)})
        if not options.get("json"):
            self.stdout.write(str(self.right) % {"count": self.checked()})

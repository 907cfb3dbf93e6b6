#!/usr/bin/env python
"""Django's command line; without `DATABASE_URL` it works on the database of `make run`, started for the command if need be."""

import contextlib
import os
import sys

from django.core.management import execute_from_command_line

from tools import postgres
from tools.speech import Trouble, warn


def main() -> int:
    """Run one command, and leave the private database as it was found: running or not."""
    settings = os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if "DATABASE_URL" in os.environ or settings != "config.settings.dev":
        execute_from_command_line(sys.argv)
        return 0
    try:
        # What a command prints may be read by a program: words about the database go beside it.
        with contextlib.redirect_stdout(sys.stderr):
            cluster = postgres.demo_cluster()
            os.environ["DATABASE_URL"] = cluster.start()
    except Trouble as trouble:
        warn(trouble)
        return 1
    try:
        execute_from_command_line(sys.argv)
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the tools say to the person at the keyboard: French, then English, then the command that mends it."""

from __future__ import annotations

import sys
from typing import Optional


class Trouble(Exception):  # noqa: N818
    """Something a person can mend: what is wrong, in both languages, and the command to type."""

    def __init__(self, french: str, english: str, command: Optional[str] = None, detail: str = "") -> None:
        super().__init__(french)
        self.french = french
        self.english = english
        self.command = command
        self.detail = detail


def say(line: str = "") -> None:
    """Print one line at once; a terminal that has been closed is no reason to leave processes behind."""
    try:
        print(line, flush=True)
    except OSError:
        return


def heading(title: str) -> None:
    """Separate the steps of a long output."""
    say(f"\n── {title} {'─' * max(3, 90 - len(title))}")


def warn(trouble: Trouble) -> None:
    """Print a trouble on standard error."""
    lines = ["", f"✗ {trouble.french}", f"  {trouble.english}"]
    if trouble.command:
        lines += ["", f"    {trouble.command}"]
    if trouble.detail:
        lines += ["", *(f"  | {line}" for line in trouble.detail.strip().splitlines()[-15:])]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except OSError:
        return

"""History and append-only rules that hold whatever the path: screens, commands, shell, bulk updates."""

import pgtrigger


def append_only(name: str = "append_only") -> pgtrigger.Protect:
    """A trigger that refuses UPDATE and DELETE: a mistake is corrected by a new row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted(name: str = "never_deleted") -> pgtrigger.Protect:
    """A trigger that refuses DELETE: the row ends by a state or a date, and stays readable."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)

"""What the worker does with a list, each step safe to run again or twice at once."""

from django.tasks import task

from declic.core.dates import now, today


@task
def check_import(import_id: int) -> None:
    """Read the rows of a list and say what would be done with each."""
    from declic.orientation.spotting import working

    working.check(import_id, on=today(), clock=now)


@task
def import_rows(import_id: int) -> None:
    """Open the files and note those spotted."""
    from declic.orientation.spotting import working

    working.import_all(import_id, on=today(), clock=now)


@task
def undo_import(import_id: int) -> None:
    """Take back what an import did."""
    from declic.orientation.spotting import working

    working.undo(import_id, at=now())

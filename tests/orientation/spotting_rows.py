"""Who may open the pages of spotting, and lists made for the tests."""

import datetime
import itertools
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from declic.accounts.enums import Permission
from declic.accounts.models import User
from declic.core.dates import now, today
from declic.orientation.enums import ImportState
from declic.orientation.models import Spotted, SpottingImport, SpottingRow
from declic.orientation.spotting import actions, working
from declic.programmes.models import Edition
from tests.factories import a_person, a_user, an_edition, an_operator

TITLES = ("Nom", "Prénom", "Date de naissance", "Téléphone")
_counter = itertools.count(1)


def csv(*rows: tuple[Any, ...], titles: tuple[str, ...] = TITLES, encoding: str = "utf-8") -> bytes:
    """A list in CSV."""
    return "\n".join(";".join(str(cell) for cell in row) for row in (titles, *rows)).encode(encoding) + b"\n"


def a_file(content: bytes, name: str = "liste.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class Story:
    """A coordinator who imports lists for an edition under way today."""

    def __init__(self) -> None:
        self.day = today()
        self.operator = an_operator()
        self.user = a_user(self.operator)
        self.edition = an_edition(
            self.operator,
            by=self.user,
            starts_on=self.day - datetime.timedelta(days=60),
            ends_on=self.day + datetime.timedelta(days=60),
        )

    def person(self, first_name: str = "Awa", last_name: str = "Diarra", **fields: Any) -> Any:
        return a_person(self.operator, by=self.user, first_name=first_name, last_name=last_name, **fields)

    def received(self, content: bytes, *, name: str = "liste.csv", **typed: Any) -> SpottingImport:
        typed.setdefault("site", None)
        typed.setdefault("acting_user", self.user)
        return actions.receive_list(
            edition=self.edition,
            source=f"Liste {next(_counter)}",
            upload=a_file(content, name),
            at=now(),
            **typed,
        )

    def checked(self, content: bytes, **typed: Any) -> SpottingImport:
        """A list received, its columns as recognised, checked."""
        batch = self.received(content, **typed)
        actions.map_columns(acting_user=self.user, batch=batch, columns=batch.mapping, at=now())
        return self.check(batch)

    def check(self, batch: SpottingImport) -> SpottingImport:
        working.check(batch.pk, on=self.day, clock=now)
        batch.refresh_from_db()
        return batch

    def imported(self, content: bytes, **typed: Any) -> SpottingImport:
        return self.run(self.checked(content, **typed))

    def run(self, batch: SpottingImport) -> SpottingImport:
        actions.start_import(acting_user=self.user, batch=batch, at=now())
        working.import_all(batch.pk, on=self.day, clock=now)
        batch.refresh_from_db()
        return batch

    def undone(self, batch: SpottingImport) -> SpottingImport:
        actions.start_undo(acting_user=self.user, batch=batch, at=now())
        working.undo(batch.pk, at=now())
        batch.refresh_from_db()
        return batch

    def spotted(self, **who: Any) -> Spotted:
        who.setdefault("phones", ["+33612345678"])
        person = self.person(last_name=f"Camara{next(_counter)}", **who)
        return a_spotted(self.edition, person, self.day)


def a_spotted(edition: Edition, person: Any, day: datetime.date, **fields: Any) -> Spotted:
    fields.setdefault("call_on", day)
    return Spotted.objects.create(
        operator_id=edition.operator_id, edition=edition, person=person, spotted_on=day, **fields
    )


def row(batch: SpottingImport, number: int) -> SpottingRow:
    return SpottingRow.objects.get(batch=batch, number=number)


def verdicts(batch: SpottingImport) -> dict[int, str]:
    return dict(SpottingRow.objects.filter(batch=batch).values_list("number", "verdict"))


# ---------------------------------------------------------------------------------------------------- access matrix


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def _batch(world: SimpleNamespace, state: str = ImportState.CHECKED) -> SpottingImport:
    user: User = world.users["coordinator"]
    upload = a_file(csv(("Sow", "Ali", "12/03/1980", "0612345678"), ("", "Zoé", "", "")))
    edition = world.edition
    batch = SpottingImport.objects.filter(edition=edition, state=state).first()
    if batch is None:
        with actions.cleaned(upload) as kept:
            batch = actions._receive(user, edition, world.site, f"Liste {next(_counter)}", upload, kept, now())
        if state != ImportState.UPLOADED:
            actions.map_columns(acting_user=user, batch=batch, columns=batch.mapping, at=now())
            working.check(batch.pk, on=today(), clock=now)
        batch.refresh_from_db()
    return batch


def _import(world: SimpleNamespace) -> dict[str, Any]:
    return {"import_id": _batch(world).pk}


def _uploaded(world: SimpleNamespace) -> dict[str, Any]:
    return {"import_id": _batch(world, ImportState.UPLOADED).pk}


def _row(world: SimpleNamespace) -> dict[str, Any]:
    return {"row_id": SpottingRow.objects.filter(batch=_batch(world)).first().pk}


def _spotted(world: SimpleNamespace) -> dict[str, Any]:
    known = Spotted.objects.filter(edition=world.edition, person=world.person).first()
    return {"spotted_id": (known or a_spotted(world.edition, world.person, today())).pk}


def _edition(world: SimpleNamespace) -> dict[str, Any]:
    return {"edition_id": world.edition.pk}


ROWS = {
    "orientation:spotting": (nothing, (Permission.IMPORT_PEOPLE, Permission.ANSWER_REFERRALS)),
    "orientation:spotting_upload": (nothing, Permission.IMPORT_PEOPLE),
    "orientation:spotting_import": (_import, Permission.IMPORT_PEOPLE),
    "orientation:spotting_columns": (_uploaded, Permission.IMPORT_PEOPLE),
    "orientation:spotting_run": (_import, Permission.IMPORT_PEOPLE),
    "orientation:spotting_resume": (_import, Permission.IMPORT_PEOPLE),
    "orientation:spotting_undo": (_import, Permission.IMPORT_PEOPLE),
    "orientation:spotting_row": (_row, Permission.IMPORT_PEOPLE),
    "orientation:spotting_row_aside": (_row, Permission.IMPORT_PEOPLE),
    "orientation:spotting_row_settle": (_row, Permission.IMPORT_PEOPLE),
    "orientation:to_call": (nothing, Permission.ANSWER_REFERRALS),
    "orientation:spotted": (_spotted, Permission.ANSWER_REFERRALS),
    "orientation:funnel": (_edition, Permission.ANSWER_REFERRALS),
    "orientation:funnel_step": (lambda world: {**_edition(world), "step": "reperees"}, Permission.ANSWER_REFERRALS),
}

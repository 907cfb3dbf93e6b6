"""Short ways to the moments of collecting: a promise, machines fetched, labels printed ahead."""

import io
import itertools
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from declic.accounts.models import User
from declic.equipment.actions import complete_collection, plan_collection, print_labels, record_promise
from declic.equipment.models import Collection, LabelRun, Promise
from declic.organisations.models import Organisation
from tests.factories import DAY, at

_numbers = itertools.count(1)


def a_promise(
    operator: Organisation, donor: Organisation, *, by: User, lines: dict[str, Any] | None = None, **fields: Any
) -> Promise:
    """Ten laptops promised."""
    fields.setdefault("public_body", False)
    return record_promise(
        acting_user=by, operator=operator, donor=donor, on=DAY, lines=lines or {"laptop": (10, None)},
        token=uuid.uuid4(), **fields,
    )  # fmt: skip


def a_collection(promise: Promise, *, by: User) -> Collection:
    """A journey planned to fetch them."""
    return plan_collection(acting_user=by, promise=promise, planned_on=DAY, place="Mairie", token=uuid.uuid4())


def collected(collection: Collection, *, by: User, **fields: Any) -> Collection:
    """The journey made."""
    fields.setdefault("count", 10)
    return complete_collection(acting_user=by, collection=collection, on=DAY, **fields)


def a_run(operator: Organisation, *, by: User, count: int = 24, tag_prefix: str = "PC") -> LabelRun:
    """Labels printed ahead."""
    return print_labels(
        acting_user=by, operator=operator, tag_prefix=tag_prefix, count=count, at=at(DAY), token=uuid.uuid4()
    )


def a_scan() -> SimpleUploadedFile:
    """A signed paper."""
    return SimpleUploadedFile("acte.pdf", b"%PDF-1.4 " + str(next(_numbers)).encode(), "application/pdf")


def a_list(text: str) -> SimpleUploadedFile:
    """A list of machines as text."""
    return SimpleUploadedFile("liste.csv", io.BytesIO(text.encode()).getvalue(), "text/csv")

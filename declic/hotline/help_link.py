"""The signed address by which whoever holds a machine asks for help without an account: good as long as she holds it."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from declic.accounts.wall import enter_operators
from declic.equipment.models import Allocation
from declic.hotline.queries import still_held

_signer = signing.Signer(salt="declic.hotline.help_link", sep=".")


def sign(allocation: Allocation) -> str:
    """The signed part of the address: the operator and the allocation."""
    return _signer.sign(f"{allocation.operator_id}-{allocation.pk}")


def make_link(allocation: Allocation) -> str:
    """The absolute address (`settings.PUBLIC_URL` before it) of the help page of a machine."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("hotline:help", args=[sign(allocation)])


def follow(signed: str) -> Allocation | None:
    """The allocation behind a signed address while the person holds the machine, else None. Enters its operator."""
    try:
        operator, allocation = (int(part) for part in _signer.unsign(signed).split("-"))
    except (signing.BadSignature, ValueError):
        return None
    enter_operators({operator})
    held = still_held(Allocation.objects.filter(pk=allocation, operator=operator, person__archived_on__isnull=True))
    return held.select_related("person", "operator", "device__refurbisher", "enrolment__adviser").first()

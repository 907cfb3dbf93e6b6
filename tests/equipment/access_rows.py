"""Who may open the pages of the equipment: the access matrix reads these rows."""

from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile

from declic.accounts.enums import Permission
from declic.documents.actions import check_file
from declic.equipment.actions import add_photo, add_scan, hand_over, prepare_ceremony, report_lost
from declic.equipment.models import Allocation, Ceremony, Device
from declic.equipment.pictures import check_drawing
from tests.equipment import stock_rows
from tests.equipment.benches import drive_of, lock_of, on_bench, reading_of
from tests.equipment.collecting_rows import COLLECTING_ROWS
from tests.equipment.evidence_rows import EVIDENCE_ROWS
from tests.equipment.stories import lent, prepared, ready
from tests.equipment.test_papers import a_photo, drawn
from tests.factories import DAY, a_person, an_edition, an_enrolment, at, terms

P = Permission


def device_of(world: SimpleNamespace) -> dict[str, Any]:
    """A machine on the shelf."""
    return {"device_id": _device(world).pk}


def _device(world: SimpleNamespace) -> Device:
    if not hasattr(world, "device"):
        (world.device,) = ready(world.operator, by=world.users["coordinator"])
    return world.device


def allocation_of(world: SimpleNamespace) -> dict[str, Any]:
    """A loan under way."""
    return {"allocation_id": _loan(world).pk}


def _loan(world: SimpleNamespace) -> Allocation:
    if not hasattr(world, "loan"):
        world.loan = lent(world.enrolment, by=world.users["coordinator"])
    return world.loan


OPTION = {
    "mode": "loan_then_option",
    "kinds": ["laptop"],
    "months": 6,
    "options_at_term": ["return", "buy"],
    "option_price_eur": "40",
}


def option_of(world: SimpleNamespace) -> dict[str, Any]:
    """A loan that may be bought at its end."""
    if not hasattr(world, "option"):
        user = world.users["coordinator"]
        edition = an_edition(world.operator, by=user, terms=terms(equipment=[OPTION]))
        enrolment = an_enrolment(edition=edition, by=user)
        world.option = lent(enrolment, by=user, mode="loan_then_option")
    return {"allocation_id": world.option.pk}


def _ended(world: SimpleNamespace, name: str, **loss: Any) -> dict[str, Any]:
    """A loan that ended badly: a machine lost, stolen, or back with a damage above the deposit."""
    if not hasattr(world, name):
        user = world.users["coordinator"]
        person = an_enrolment(edition=world.edition, by=user, site=world.site)
        type(person.person).objects.filter(pk=person.person_id).update(site=world.site)
        setattr(world, name, report_lost(acting_user=user, allocation=lent(person, by=user), at=at(DAY, 15), **loss))
    return {"allocation_id": getattr(world, name).pk}


def lost_of(world: SimpleNamespace) -> dict[str, Any]:
    """A machine that was lost, the deposit kept."""
    return _ended(world, "lost", note="oublié dans le bus")


def owing_of(world: SimpleNamespace) -> dict[str, Any]:
    """A machine lost by someone who still owes more than the deposit."""
    return _ended(world, "owing", note="oublié dans le bus", damage=8000)


def stolen_of(world: SimpleNamespace) -> dict[str, Any]:
    """A theft with the police's paper."""
    paper = check_file(ContentFile(b"%PDF-1.4\n%%EOF", name="plainte.pdf"))
    return _ended(world, "stolen", note="vol à la gare", kind="stolen", damage=0, receipt=paper)


def edition_of(world: SimpleNamespace) -> dict[str, Any]:
    """An edition with a loan under way."""
    _loan(world)
    return {"edition_id": world.edition.pk}


def _ceremony(world: SimpleNamespace) -> Ceremony:
    if not hasattr(world, "ceremony"):
        user = world.users["coordinator"]
        enrolment = an_enrolment(edition=world.edition, by=user)
        (device,) = ready(world.operator, by=user)
        world.ceremony = prepare_ceremony(
            acting_user=user,
            edition=world.edition,
            name="Remise de mars",
            on=DAY,
            place="Mairie",
            allocations=[prepared(enrolment, device, by=user)],
        )
    return world.ceremony


def ceremony_of(world: SimpleNamespace) -> dict[str, Any]:
    """A ceremony being prepared."""
    return {"ceremony_id": _ceremony(world).pk}


def place_of(world: SimpleNamespace) -> dict[str, Any]:
    """Someone expected at it."""
    return {"ceremony_id": _ceremony(world).pk, "place_id": world.ceremony.places.get().pk}


def paper_of(world: SimpleNamespace) -> dict[str, Any]:
    """The scan of a loan's agreement."""
    loan, user = _loan(world), world.users["coordinator"]
    checked = check_file(ContentFile(b"%PDF-1.7 signed", name="scan.pdf"))
    paper = add_scan(acting_user=user, agreement=loan.agreement, checked=checked, at=at(DAY))
    return {"allocation_id": loan.pk, "paper_id": paper.pk}


def photo_of(world: SimpleNamespace) -> dict[str, Any]:
    """A photo of a loan's machine."""
    loan, user = _loan(world), world.users["coordinator"]
    photo = add_photo(acting_user=user, allocation=loan, moment="out", checked=a_photo(), on=DAY)
    return {"allocation_id": loan.pk, "photo_id": photo.pk}


def drawing_of(world: SimpleNamespace) -> dict[str, Any]:
    """A loan whose agreement was signed on the screen."""
    if not hasattr(world, "drawn"):
        user = world.users["coordinator"]
        (device,) = ready(world.operator, by=user)
        site = world.enrolment.site
        person = a_person(world.operator, by=user, site=site)
        enrolment = an_enrolment(person=person, edition=world.edition, by=user, site=site)
        allocation = prepared(enrolment, device, by=user)
        world.drawn = hand_over(
            acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa Diarra",
            drawing=check_drawing(drawn()),
        )  # fmt: skip
    return {"allocation_id": world.drawn.pk}


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def lot_of(world: SimpleNamespace) -> dict[str, Any]:
    """The lot in which a machine of the shelf came."""
    return {"lot_id": _device(world).lot_id}


ROWS = {
    "equipment:list": (nothing, P.SEE_STOCK),
    "equipment:lot_create": (nothing, P.MANAGE_STOCK),
    "equipment:device": (device_of, P.SEE_STOCK),
    "equipment:device_edit": (device_of, P.MANAGE_STOCK),
    "equipment:device_aside": (device_of, P.MANAGE_STOCK),
    "equipment:device_triage": (device_of, P.MANAGE_STOCK),
    "equipment:device_repaired": (device_of, P.MANAGE_STOCK),
    "equipment:device_found": (device_of, P.MANAGE_STOCK),
    "equipment:bench": (nothing, P.MANAGE_STOCK),
    "equipment:device_lock": (on_bench, P.MANAGE_STOCK),
    "equipment:lock_clear": (lock_of, P.MANAGE_STOCK),
    "equipment:drive_add": (on_bench, P.MANAGE_STOCK),
    "equipment:drive_remove": (drive_of, P.MANAGE_STOCK),
    "equipment:reading_review": (reading_of, P.MANAGE_STOCK),
    "equipment:reading_certify": (reading_of, P.MANAGE_STOCK),
    "equipment:device_part": (on_bench, P.MANAGE_STOCK),
    "equipment:device_certificate_pdf": (device_of, P.SEE_STOCK),
    "equipment:lot_certificate_pdf": (lot_of, P.SEE_STOCK),
    "equipment:allocate": (lambda world: {"enrolment_id": world.enrolment.pk}, P.HAND_OVER),
    "equipment:sell": (lambda world: {"person_id": world.person.pk}, P.HAND_OVER),
    "equipment:loans": (nothing, (P.HAND_OVER, P.TAKE_MONEY)),
    "equipment:allocation": (allocation_of, (P.HAND_OVER, P.TAKE_MONEY)),
    "equipment:reserve": (allocation_of, P.HAND_OVER),
    "equipment:hand_over": (allocation_of, P.HAND_OVER),
    "equipment:cancel": (allocation_of, P.HAND_OVER),
    "equipment:declare_return": (allocation_of, P.HAND_OVER),
    "equipment:return": (allocation_of, P.HAND_OVER),
    "equipment:keep": (allocation_of, P.HAND_OVER),
    "equipment:buy": (option_of, P.HAND_OVER),
    "equipment:lost": (allocation_of, P.HAND_OVER),
    "equipment:renew": (allocation_of, P.HAND_OVER),
    "equipment:swap": (allocation_of, P.HAND_OVER),
    "equipment:payment": (allocation_of, P.TAKE_MONEY),
    "equipment:choose": (allocation_of, P.HAND_OVER),
    "equipment:found": (lost_of, P.HAND_OVER),
    "equipment:loss_receipt": (stolen_of, P.HAND_OVER),
    "equipment:instalments": (owing_of, P.TAKE_MONEY),
    "equipment:waive": (owing_of, P.MANAGE_PROGRAMMES),
    "equipment:remind": (nothing, P.HAND_OVER),
    "equipment:loan_letters_pdf": (nothing, P.HAND_OVER),
    "equipment:terms": (nothing, P.HAND_OVER),
    "equipment:term": (edition_of, P.HAND_OVER),
    "equipment:term_summary": (edition_of, P.HAND_OVER),
    "equipment:term_done": (edition_of, P.HAND_OVER),
    "equipment:agreement": (allocation_of, (P.HAND_OVER, P.TAKE_MONEY)),
    "equipment:agreement_pdf": (allocation_of, (P.HAND_OVER, P.TAKE_MONEY)),
    "equipment:papers": (allocation_of, P.HAND_OVER),
    "equipment:scan": (paper_of, P.HAND_OVER),
    "equipment:drawing": (drawing_of, (P.HAND_OVER, P.TAKE_MONEY)),
    "equipment:photos": (allocation_of, P.HAND_OVER),
    "equipment:photo": (photo_of, P.HAND_OVER),
    "equipment:papers_missing": (nothing, P.HAND_OVER),
    "equipment:ceremony_worker": (nothing, "public"),
    "equipment:ceremony_day": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_state": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_sync": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_agreements_pdf": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_machines": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_assign": (ceremony_of, P.HAND_OVER),
    "equipment:ceremonies": (nothing, P.HAND_OVER),
    "equipment:ceremony_create": (nothing, P.HAND_OVER),
    "equipment:ceremony": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_list": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_invite": (ceremony_of, P.HAND_OVER),
    "equipment:ceremony_hand_over": (place_of, P.HAND_OVER),
    "equipment:ceremony_hold": (ceremony_of, P.HAND_OVER),
}
ROWS |= EVIDENCE_ROWS
ROWS |= stock_rows.ROWS
ROWS |= COLLECTING_ROWS

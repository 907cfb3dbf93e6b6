"""Who may open the pages of referrals: the access matrix reads these rows."""

import uuid
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile

from declic.accounts.enums import Permission
from declic.core.dates import add_months, now, today
from declic.documents.actions import check_file
from declic.orientation.actions import accept_referral, add_proofs, open_prescriber_link, refer_new_person, save_draft
from declic.orientation.answer_link import sign
from declic.orientation.doors import address_of
from declic.orientation.models import PrescriberLink
from declic.orientation.views.door import sign_sent
from tests.documents.files import PDF
from tests.factories import DAY, a_user, at
from tests.orientation.spotting_rows import ROWS as SPOTTING_ROWS


def nothing(_world: SimpleNamespace) -> dict[str, Any]:
    return {}


def referral(world: SimpleNamespace) -> dict[str, Any]:
    return {"referral_id": world.referral.pk}


def person(world: SimpleNamespace) -> dict[str, Any]:
    return {"person_id": world.person.pk}


def enrolment(world: SimpleNamespace) -> dict[str, Any]:
    """An enrolment that came from the prescriber's own referral."""
    if not hasattr(world, "referred_enrolment"):
        world.referred_enrolment = accept_referral(
            acting_user=world.users["coordinator"], referral=world.referral, on=DAY, facts={}
        )
    return {"enrolment_id": world.referred_enrolment.pk}


def a_link(world: SimpleNamespace) -> PrescriberLink:
    """A link opened for the world's prescriber, to whatever is open."""
    return open_prescriber_link(
        acting_user=world.users["coordinator"],
        operator=world.operator,
        prescriber=world.prescriber,
        referent_name="Inès Morel",
        referent_email="ines.morel@exemple.fr",
        expires_on=add_months(today(), 12),
        on=today(),
        at=now(),
    )


def door(world: SimpleNamespace) -> dict[str, Any]:
    return {"key": address_of(a_link(world)).rstrip("/").rpartition("/")[2]}


def sent(world: SimpleNamespace) -> dict[str, Any]:
    """The page that follows a request sent through a link."""
    link = a_link(world)
    referral = link.referrals.first() or refer_new_person(
        acting_user=link.created_by,
        edition=world.edition,
        on=DAY,
        channel="link",
        first_name="Awa",
        last_name=f"Diarra{link.pk}",
        prescriber=link.prescriber,
        link=link,
        token=uuid.uuid4(),
    )
    return {"key": address_of(link).rstrip("/").rpartition("/")[2], "signed": sign_sent(referral)}


def answer(world: SimpleNamespace) -> dict[str, Any]:
    return {"signed": sign(world.referral, now())}


def prescriber_link(world: SimpleNamespace) -> dict[str, Any]:
    return {"link_id": a_link(world).pk}


def draft(world: SimpleNamespace) -> dict[str, Any]:
    """A draft of someone else's: nobody reaches it, whatever the role."""
    saved = save_draft(acting_user=a_user(world.operator), operator=world.operator, edition=None, typed={}, at=at(DAY))
    return {"draft_id": saved.pk}


def proof(world: SimpleNamespace) -> dict[str, Any]:
    """A proof that the prescriber joined to its referral."""
    add_proofs(
        acting_user=world.users["prescriber"],
        referral=world.referral,
        proofs=[check_file(ContentFile(PDF, name="scan.pdf"))],
    )
    return {"referral_id": world.referral.pk, "document_id": world.referral.documents.first().document_id}


ROWS = {
    **SPOTTING_ROWS,
    "orientation:list": (nothing, Permission.REFER),
    "orientation:create": (nothing, Permission.REFER),
    "orientation:drafts": (nothing, Permission.REFER),
    "orientation:draft_delete": (draft, ()),
    "orientation:links": (nothing, Permission.ANSWER_REFERRALS),
    "orientation:link_create": (nothing, Permission.ANSWER_REFERRALS),
    "orientation:link_send": (prescriber_link, Permission.ANSWER_REFERRALS),
    "orientation:link_close": (prescriber_link, Permission.ANSWER_REFERRALS),
    "orientation:add_proofs": (referral, Permission.REFER),
    "orientation:document": (proof, Permission.REFER),
    "orientation:close": (nothing, Permission.ANSWER_REFERRALS),
    "orientation:times": (nothing, Permission.SEE_ANSWER_TIMES),
    "orientation:times_records": (nothing, Permission.SEE_ANSWER_TIMES),
    "orientation:exceptions": (nothing, Permission.SEE_ANSWER_TIMES),
    "orientation:take": (referral, Permission.ANSWER_REFERRALS),
    "orientation:expire": (referral, Permission.ANSWER_REFERRALS),
    "orientation:evaluation": (referral, Permission.ANSWER_REFERRALS),
    "orientation:detail": (referral, Permission.REFER),
    "orientation:answer": (referral, Permission.ANSWER_REFERRALS),
    "orientation:withdraw": (referral, Permission.REFER),
    "orientation:write": (person, Permission.SEND_MESSAGES),
    "orientation:enrol": (person, Permission.ANSWER_REFERRALS),
    "orientation:agreed": (enrolment, Permission.REFER),
    "referring:refer": (door, "public"),
    "referring:sent": (sent, "public"),
    "referring:follow": (answer, "public"),
    "referring:send_again": (answer, "public"),
    "referring:withdraw": (answer, "public"),
}

"""A person of whom every app keeps something: a row of each declared kind, her name written wherever words may stand."""

import datetime
import uuid
from typing import Any

import pgtrigger
from django.core.files.base import ContentFile
from django.db.models import CharField, FileField, JSONField

from declic.connectivity.actions import add_social_evaluation, grant_aid, request_aid
from declic.connectivity.models import CodeBatch, CodeShowing, RechargeCode, RechargeSale, SaleCancellation
from declic.core.personal import Personal, declarations
from declic.diagnosis.models import Assessment, Barrier, PlanAction, SkillScore
from declic.documents.models import Document
from declic.equipment.actions import receive_return
from declic.equipment.actions.money import return_cheque
from declic.equipment.models import (
    AgreementPaper,
    Ceremony,
    CeremonyPlace,
    CeremonySync,
    ConditionPhoto,
    Instalment,
    LoanEvent,
    LossDeclaration,
)
from declic.followup.models import Exit, Outcome, Review, SatisfactionAnswer
from declic.hotline.models import TicketMessage, TicketRepair
from declic.ledger.actions import Posting, correct_means, keep_cheque, post
from declic.ledger.enums import AccountRole, Event, Means
from declic.messaging.actions import queue_message
from declic.messaging.models import MessageStep
from declic.orientation.models import (
    AnswerLinkView,
    ContactAttempt,
    Enrolment,
    Referral,
    ReferralDocument,
    ReferralDraft,
    SpottingImport,
    SpottingRow,
)
from declic.people.actions import log_access, propose_pair
from declic.people.models import Person, RetentionNotice
from declic.people.privacy import _standing_aside, files_of
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace
from tests.equipment.stories import lent
from tests.factories import DAY, an_enrolment, at
from tests.people.everything import Stage

FIRST, LAST, BIRTH = "Zélindraé", "Quorvanthe", "Ostrakilde"
PHONE, EMAIL, ADDRESS = "+33698765432", "zel.quorvanthe@courriel.example", "17 allée des Cormorans bleus"
BORN = datetime.date(1979, 8, 17)
WORDS = f"{FIRST} {LAST}, née {BIRTH} le 17/08/1979, {EMAIL}, 06 98 76 54 32, {ADDRESS}"


class Life:
    """One person, and everything that the product may hold of her; another person stands beside."""

    def __init__(self) -> None:
        self.stage = stage = Stage()
        self.user = stage.user
        self.person = stage.person(
            first_name=FIRST, last_name=LAST, birth_name=BIRTH, called=f"Mme {LAST}", birth_date=BORN, email=EMAIL,
            address=ADDRESS, postal_code="38100", city="Grenoble", languages="talossan", phones=[PHONE],
        )  # fmt: skip
        stage.everything(self.person)
        self.enrolment = an_enrolment(person=self.person, edition=stage.editions[1], by=self.user)
        self._borrows()
        self._learns()
        self._is_spoken_of()
        self._leaves()
        stain(self.person)

    def _borrows(self) -> None:
        row: dict[str, Any] = {"operator": self.stage.operator}
        self.loan = lent(self.enrolment, by=self.user)
        LoanEvent.objects.create(
            **row, allocation=self.loan, kind="return_declared", on=DAY, recorded_by=self.user, recorded_at=at(DAY)
        )
        ceremony = Ceremony.objects.create(**row, edition=self.enrolment.edition, name="Remise", on=DAY)
        place = CeremonyPlace.objects.create(**row, ceremony=ceremony, allocation=self.loan)
        CeremonySync.objects.create(
            **row, key=uuid.uuid4(), place=place, done_at=at(DAY), received_at=at(DAY), received_from=self.user,
            outcome="refused", message=WORDS,
        )  # fmt: skip
        AgreementPaper.objects.create(
            **row, agreement=self.loan.agreement, kind="scan", document=self._paper("convention"), added_at=at(DAY)
        )
        ConditionPhoto.objects.create(
            **row,
            allocation=self.loan,
            device=self.loan.device,
            moment="out",
            document=self._paper("photo"),
            taken_on=DAY,
        )
        Instalment.objects.create(
            **row, allocation=self.loan, due_on=DAY, amount=500, agreed_on=DAY, agreed_by=self.user
        )
        keep_cheque(
            acting_user=self.user, auxiliary=self.loan.account, on=DAY, amount=5000, label="Chèque", number="0000017",
            bank=WORDS[:80], drawer=f"{FIRST} {LAST}",
        )  # fmt: skip
        LossDeclaration.objects.create(
            **row, allocation=self.loan, kind="stolen", on=DAY, circumstances=WORDS, police_reference=WORDS[:120],
            recorded_by=self.user, recorded_at=at(DAY),
        )  # fmt: skip
        self.aid = request_aid(acting_user=self.user, enrolment=self.enrolment, on=DAY)
        self.aid = grant_aid(acting_user=self.user, aid=self.aid, on=DAY)
        add_social_evaluation(
            acting_user=self.user, enrolment=self.enrolment, text=WORDS, on=DAY, author="CCAS", at=at(DAY)
        )
        self.aid.proof_document = self._paper("facture")
        self.aid.save()
        self._buys(row)

    def _buys(self, row: dict[str, Any]) -> None:
        sale = RechargeSale.objects.filter(person=self.person).first()
        assert sale is not None
        paid = post(
            acting_user=self.user, operator=self.stage.operator, on=DAY, event=Event.RECHARGE_SOLD, label="Recharge",
            idempotency_key=f"recharge:{sale.token}", payer=f"{FIRST} {LAST}",
            postings=[Posting(AccountRole.CASH, debit=700), Posting(AccountRole.RECHARGE_REVENUE, credit=700)],
        )  # fmt: skip
        correct_means(acting_user=self.user, entry=paid, means=Means.BANK, on=DAY, reason="carte")
        batch = CodeBatch.objects.create(
            **row, product=sale.product, count=1, imported_at=at(DAY), imported_by=self.user
        )
        code = RechargeCode.objects.create(
            **row,
            product=sale.product,
            batch=batch,
            secret=b"sealed",
            fingerprint=f"{sale.pk}",
            state="void",
            sale=sale,
        )
        CodeShowing.objects.create(**row, code=code, sale=sale, at=at(DAY), by=self.user)
        SaleCancellation.objects.create(**row, sale=sale, on=DAY, reason=WORDS[:300], cancelled_by=self.user)

    def _paper(self, title: str) -> Document:
        return Document.objects.create(
            operator=self.stage.operator, kind="agreement", title=f"{title} {WORDS}"[:200], mime="application/pdf", size=3,
            sha256="0" * 64, created_by=self.user, file=ContentFile(WORDS.encode(), name=f"{title}.pdf"),
        )  # fmt: skip

    def _learns(self) -> None:
        row: dict[str, Any] = {"operator": self.stage.operator, "enrolment": self.enrolment}
        assessment = Assessment.objects.create(**row, kind="entry", on=DAY, adviser=self.user, cut_points="2024")
        SkillScore.objects.create(operator=self.stage.operator, assessment=assessment, skill="souris", score=2)
        barrier = Barrier.objects.create(
            **row, code="peur", label="a peur", source="adviser", spotted_on=DAY, recorded_by=self.user
        )
        PlanAction.objects.create(operator=self.stage.operator, barrier=barrier, text="appeler", due_on=DAY)
        group = CourseGroup.objects.create(
            operator=self.stage.operator, edition=self.enrolment.edition, name="Lundi", planned_minutes=600, capacity=8,
            starts_on=DAY, ends_on=DAY,
        )  # fmt: skip
        GroupPlace.objects.create(**row, group=group, taken_on=DAY)
        session = ClassSession.objects.create(
            operator=self.stage.operator, group=group, on=DAY, half_day="morning", minutes=120, trainer=self.user
        )
        Attendance.objects.create(
            **row, class_session=session, status="present", minutes=120, recorded_by=self.user, recorded_at=at(DAY)
        )

    def _is_spoken_of(self) -> None:
        row: dict[str, Any] = {"operator": self.stage.operator}
        referral = Referral.objects.filter(person=self.person).first()
        ticket = self.person.tickets.first()
        assert referral is not None
        proof = Document.objects.create(
            **row, kind="referral_proof", title="RSA", mime="application/pdf", size=3, sha256="0" * 64,
            created_by=self.user, file=ContentFile(WORDS.encode(), name="preuve.pdf"),
        )  # fmt: skip
        ReferralDocument.objects.create(**row, referral=referral, document=proof)
        AnswerLinkView.objects.create(**row, referral=referral, at=at(DAY))
        batch = SpottingImport.objects.create(
            **row, edition=self.stage.editions[0], source="CAF", filename="liste.csv", size=1, created_by=self.user,
            created_at=at(DAY),
        )  # fmt: skip
        SpottingRow.objects.create(**row, batch=batch, number=1, person=self.person)
        ContactAttempt.objects.create(
            **row, spotted=self.person.spotted.get(), at=at(DAY), by=self.user, result="reached"
        )
        ReferralDraft.objects.create(
            **row, user=self.user, title=f"{FIRST} {LAST}", typed={"first_name": [FIRST], "phone": [PHONE]},
            updated_at=at(DAY),
        )  # fmt: skip
        TicketMessage.objects.create(**row, ticket=ticket, at=at(DAY), author=self.user, body="bonjour")
        TicketRepair.objects.create(
            **row, ticket=ticket, device=self.loan.device, taken_in_at=at(DAY), taken_in_by=self.user
        )
        for reference, about in (
            ("person:0", self.person.pk),
            (f"referral:{referral.pk}", None),
            (f"ticket:{ticket.pk}", None),
            ("reminder:1:2024-03-04", None),
        ):
            message = queue_message(
                operator=self.stage.operator, channel="letter", template="call_us", recipient="Quelqu'un", address="",
                subject="Rendez-vous", body=f"dossier {self.person.case_number}", reference=reference, at=at(DAY),
                about_person=about,
            )  # fmt: skip
            MessageStep.objects.create(**row, message=message, kind="queued", at=at(DAY))
        propose_pair(one=self.person, other=self.stage.others[0], score=80, reasons=["same_phone"], on=DAY)
        RetentionNotice.objects.create(**row, person=self.person, step="archive", given_on=DAY, due_on=DAY)
        log_access(acting_user=self.user, person=self.person, act="view", at=at(DAY))

    def _leaves(self) -> None:
        row: dict[str, Any] = {"operator": self.stage.operator}
        return_cheque(self.user, self.loan, DAY)
        receive_return(acting_user=self.user, allocation=self.loan, at=at(DAY, 12), condition="good", means="cash")
        left = {**row, "enrolment": self.enrolment, "on": DAY}
        Review.objects.create(**left, months=3, given_by=self.user)
        SatisfactionAnswer.objects.create(**left, score=4, recorded_by=self.user)
        out = Exit.objects.create(**left, reason="emploi_durable", detail="CDI", proof="contrat", recorded_by=self.user)
        Outcome.objects.create(**row, exit=out, due_on=DAY)
        Enrolment.objects.filter(pk=self.enrolment.pk).update(ended_on=DAY)


def held(person: Person) -> dict[Personal, list[int]]:
    """What is declared of a person, and the numbers of the rows there are."""
    people = files_of(person)
    return {declared: list(declared.of(people).values_list("pk", flat=True)) for declared in declarations()}


def stain(person: Person) -> None:
    """Write who she is wherever it may be written, as someone would in a note: history too."""
    for declared, rows in held(person).items():
        model = declared.model
        for one, found in (
            (model, {"pk__in": rows}),
            *([(declared.event_model, {"pgh_obj_id__in": rows})] if declared.event_model else []),
        ):
            values = {
                name: _stained(model._meta.get_field(name))
                for name in declared.texts
                if name in {column.name for column in one._meta.concrete_fields} and model is not Person
            }
            values = {name: value for name, value in values.items() if value is not None}
            if values and declared.label != "people.PersonWord":
                with pgtrigger.ignore(*_standing_aside()):
                    one._base_manager.filter(**found).update(**values)


def _stained(column: Any) -> Any:
    if isinstance(column, JSONField):
        return {"mot": WORDS}
    if isinstance(column, FileField) or column.name in ("number", "commune_code", "priority_zone_code"):
        return None
    if isinstance(column, CharField) and column.max_length:
        return WORDS[: column.max_length] if column.max_length > 40 else LAST[: column.max_length]
    return WORDS

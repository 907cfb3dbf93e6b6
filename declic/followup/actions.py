"""What became of it: reviews, satisfaction, exit and the situation some months later, each written down once."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.models import User
from declic.core.dates import add_months, format_short
from declic.core.errors import DomainError
from declic.equipment.enums import HELD_STATES
from declic.equipment.models import Allocation
from declic.followup.models import (
    POSITIVE_EXITS,
    Exit,
    ExitReason,
    Outcome,
    OutcomeStatus,
    Review,
    Satisfaction,
    SatisfactionAnswer,
)
from declic.followup.reviewers import may_review
from declic.orientation.models import Enrolment
from declic.people.actions import take_snapshot
from declic.people.enums import SnapshotMoment
from declic.people.models import Person

# A review or an outcome asked for a little early is still the one that was due.
EARLY_MONTHS = 1


@transaction.atomic
def give_review(
    *,
    acting_user: User,
    enrolment: Enrolment,
    months: int,
    on: datetime.date,
    observed_uses: Sequence[str] = (),
    testimony: str = "",
) -> Review:
    """Give the review "at N months" that the enrolment's terms plan, by whom they say, with uses they name.

    Raises `DomainError` when that review is not planned, is given already, comes too early, or falls to someone else.
    """
    enrolment = _locked(enrolment)
    planned = enrolment.terms.terms.reviews
    if months not in planned.months:
        raise DomainError(_("Cette édition ne prévoit pas de bilan à %(months)s mois.") % {"months": months})
    if Review.objects.filter(enrolment=enrolment, months=months).exists():
        raise DomainError(_("Le bilan à %(months)s mois est déjà donné : rien n'a été ajouté.") % {"months": months})
    if not may_review(acting_user, enrolment, on):
        raise DomainError(
            _("Ce bilan est donné par le référent qui a orienté la personne : demandez-le-lui.")
            if planned.by == "prescriber"
            else _("Ce bilan est donné par la structure qui accompagne la personne : demandez-le-lui.")
        )
    earliest = add_months(enrolment.starts_on, months - EARLY_MONTHS)
    if on < earliest:
        raise DomainError(
            _("C'est encore tôt pour le bilan à %(months)s mois : il se donne à partir du %(day)s.")
            % {"months": months, "day": format_short(earliest)},
            field="on",
        )
    unknown = [use for use in observed_uses if use not in planned.observed_uses]
    if unknown:
        raise DomainError(
            _(
                "« %(use)s » n'est pas dans la liste de cette édition : cochez dans la liste, ou écrivez-le en témoignage."
            )
            % {"use": unknown[0]},
            field="observed_uses",
        )
    return Review.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        months=months,
        on=on,
        given_by=acting_user,
        # In the order of the terms, each once.
        observed_uses=[use for use in planned.observed_uses if use in observed_uses],
        testimony=testimony.strip(),
    )


@transaction.atomic
def record_satisfaction(
    *, acting_user: User, enrolment: Enrolment, on: datetime.date, score: int, comment: str = ""
) -> SatisfactionAnswer:
    """Write down the person's own judgement, 1 (not at all satisfied) to 4 (very satisfied), once an enrolment."""
    enrolment = _locked(enrolment)
    if score not in Satisfaction.values:
        raise DomainError(_("Choisissez une des quatre réponses."), field="score")
    if on < enrolment.starts_on:
        raise DomainError(
            _("La réponse ne peut pas précéder l'entrée, le %(day)s.") % {"day": format_short(enrolment.starts_on)},
            field="on",
        )
    if SatisfactionAnswer.objects.filter(enrolment=enrolment).exists():
        raise DomainError(_("Cette personne a déjà donné son avis : rien n'a été changé."))
    return SatisfactionAnswer.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        on=on,
        score=score,
        comment=comment.strip(),
        recorded_by=acting_user,
    )


@transaction.atomic
def record_exit(
    *,
    acting_user: User,
    enrolment: Enrolment,
    on: datetime.date,
    reason: str,
    detail: str = "",
    proof: str = "",
    facts: Mapping[str, Any] | None = None,
    today: datetime.date | None = None,
) -> Exit:
    """Close an enrolment on day `on` and make its outcome due, so that nobody forgets to ask (rule 6).

    `facts`, when known, become the exit snapshot. `today` is the day of the writing: an exit lies never after it.
    Raises `DomainError` when the enrolment is closed already, the date is out of order, a positive exit lacks its
    contract or its proof, or the person still holds a lent machine of the edition.
    """
    Person.objects.select_for_update().get(pk=enrolment.person_id)
    enrolment = _locked(enrolment)
    if enrolment.ended_on is not None:
        raise DomainError(
            _("La sortie est déjà enregistrée, le %(day)s : rien n'a été changé.")
            % {"day": format_short(enrolment.ended_on)}
        )
    if on < enrolment.starts_on:
        raise DomainError(
            _("La sortie ne peut pas précéder l'entrée, le %(day)s.") % {"day": format_short(enrolment.starts_on)},
            field="on",
        )
    if today is not None and on > today:
        raise DomainError(
            _("La sortie s'enregistre quand elle a eu lieu : choisissez une date jusqu'au %(day)s.")
            % {"day": format_short(today)},
            field="on",
        )
    if reason not in ExitReason.values:
        raise DomainError(_("Choisissez la raison de la sortie."), field="reason")
    if reason in POSITIVE_EXITS:
        _require_evidence(detail, proof)
    _refuse_held_machines(enrolment)
    snapshot = None
    if facts is not None:
        snapshot = take_snapshot(
            acting_user=acting_user, person=enrolment.person, moment=SnapshotMoment.EXIT, on=on, facts=facts
        )
    closing = Exit.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        on=on,
        reason=ExitReason(reason),
        detail=detail.strip(),
        proof=proof.strip(),
        recorded_by=acting_user,
    )
    Outcome.objects.create(
        operator_id=enrolment.operator_id,
        exit=closing,
        due_on=add_months(on, enrolment.terms.terms.reviews.outcome_months),
    )
    enrolment.ended_on, enrolment.exit_snapshot = on, snapshot
    enrolment.save(update_fields=["ended_on", "exit_snapshot", "updated_at"])
    return closing


@transaction.atomic
def record_outcome(*, acting_user: User, outcome: Outcome, on: datetime.date, status: str, note: str = "") -> Outcome:
    """Write down the situation some months after the exit, once, at the earliest a month before it is due."""
    outcome = Outcome.objects.select_for_update().get(pk=outcome.pk)
    if outcome.recorded_on is not None:
        raise DomainError(
            _("Cette situation est déjà enregistrée, le %(day)s : rien n'a été changé.")
            % {"day": format_short(outcome.recorded_on)}
        )
    earliest = add_months(outcome.due_on, -EARLY_MONTHS)
    if on < earliest:
        raise DomainError(
            _("C'est encore tôt : cette situation se demande à partir du %(day)s.") % {"day": format_short(earliest)},
            field="on",
        )
    if status not in OutcomeStatus.values:
        raise DomainError(_("Choisissez la situation de la personne."), field="status")
    outcome.recorded_on, outcome.status, outcome.note = on, OutcomeStatus(status), note.strip()
    outcome.recorded_by = acting_user
    outcome.save(update_fields=["recorded_on", "status", "note", "recorded_by"])
    return outcome


def _locked(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("terms", "person", "referral")
        .get(pk=enrolment.pk)
    )


def _require_evidence(detail: str, proof: str) -> None:
    if not detail.strip():
        raise DomainError(
            _(
                "Une sortie positive dit le contrat ou la formation, et sa durée : par exemple « CDI, aide à domicile »."
            ),
            field="detail",
        )
    if not proof.strip():
        raise DomainError(
            _("Une sortie positive nomme son justificatif : par exemple « contrat signé le 12/03/2026 »."),
            field="proof",
        )


def _refuse_held_machines(enrolment: Enrolment) -> None:
    held = Allocation.objects.filter(person=enrolment.person_id, edition=enrolment.edition_id, state__in=HELD_STATES)
    tags = [allocation.device.tag for allocation in held.select_related("device") if allocation.device is not None]
    if tags:
        raise DomainError(
            ngettext(
                "La personne a encore la machine %(tags)s : enregistrez d'abord son retour, ou que la personne la garde.",
                "La personne a encore les machines %(tags)s : enregistrez d'abord leur retour,"
                " ou que la personne les garde.",
                len(tags),
            )
            % {"tags": ", ".join(tags)}
        )

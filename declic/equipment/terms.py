"""What the programme's terms say about one allocation: which terms apply, until when, and whether a condition is met."""

import datetime

from django.utils.translation import gettext as _

from declic.core.dates import add_months
from declic.diagnosis.enums import AssessmentKind
from declic.diagnosis.models import Assessment
from declic.equipment.enums import AllocationMode
from declic.equipment.models import Allocation
from declic.orientation.models import Enrolment
from declic.programmes.models import Edition, TermsVersion
from declic.programmes.schema import EquipmentTerms, Terms
from declic.training.queries import course_finished

LOAN_MODES = (AllocationMode.LOAN, AllocationMode.LOAN_THEN_OPTION)


def terms_for(edition: Edition, enrolment: Enrolment | None) -> Terms | None:
    """The terms under which the person entered, or the edition's present ones for somebody without enrolment."""
    if enrolment is not None:
        return enrolment.terms.terms
    version = TermsVersion.objects.filter(edition=edition).order_by("-number").first()
    return version.terms if version is not None else None


def equipment_terms(
    edition: Edition, enrolment: Enrolment | None, *, mode: str, device_kind: str
) -> EquipmentTerms | None:
    """The entry of the terms for this mode and kind of machine, None if the programme does not offer it."""
    terms = terms_for(edition, enrolment)
    if terms is None:
        return None
    return next((entry for entry in terms.equipment if entry.mode == mode and device_kind in entry.kinds), None)


def due_date(terms: EquipmentTerms, on: datetime.date) -> datetime.date | None:
    """When a loan handed over on `on` ends: the fixed date, or so many months later; None for a gift or a sale."""
    if terms.due_on is not None:
        return terms.due_on
    return add_months(on, terms.months) if terms.months is not None else None


def missing_condition(allocation: Allocation, terms: EquipmentTerms, on: datetime.date) -> str:
    """The French sentence that says what is still missing before the person may receive the machine; empty if nothing.

    A course is evaluated when it is finished and an exit assessment is confirmed (case: Bagnolet 2014).
    """
    enrolment = allocation.enrolment
    if terms.condition == "none" or enrolment is None:
        return ""
    if not course_finished(enrolment, on):
        return _("La machine se remet à la fin du parcours de formation : il n'est pas encore terminé.")
    if terms.condition == "course_evaluated" and not _course_evaluated(enrolment, on):
        return _("La machine se remet quand le parcours est évalué : faites d'abord le diagnostic de sortie.")
    return ""


def _course_evaluated(enrolment: Enrolment, on: datetime.date) -> bool:
    return Assessment.objects.filter(
        enrolment=enrolment, kind=AssessmentKind.EXIT, confirmed_on__isnull=False, on__lte=on
    ).exists()

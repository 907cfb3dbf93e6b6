"""What assessments and action plans hold of a person."""

from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare
from declic.diagnosis.models import Assessment, Barrier, PlanAction, SkillScore

declare(
    Personal(
        Assessment,
        _("bilans de compétences"),
        person="enrolment__person",
        texts=("override_reason", "note"),
        plain=("cut_points",),
        contacts=("on",),
    ),
    Personal(SkillScore, _("compétences notées"), person="assessment__enrolment__person", plain=("skill",)),
    Personal(
        PlanAction, _("actions prévues"), person="barrier__enrolment__person", texts=("text", "owner_name")
    ),
    Personal(Barrier, _("freins"), person="enrolment__person", texts=("label",), plain=("code",)),
)  # fmt: skip

"""What classes and the drop-in desk hold of a person."""

from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare, declare_impersonal
from declic.training.models import Attendance, GroupPlace, Visit

declare(
    Personal(
        GroupPlace,
        _("places dans un groupe"),
        person="enrolment__person",
        texts=("left_reason",),
        contacts=("taken_on", "left_on"),
    ),
    Personal(
        Attendance,
        _("présences"),
        person="enrolment__person",
        texts=("reason",),
        contacts=("class_session__on",),
    ),
    Personal(
        Visit,
        _("visites à la permanence"),
        person="person",
        texts=("question",),
        contacts=("on",),
        ages=("on",),
    ),
)
declare_impersonal(
    {
        "training.CourseGroup": "le programme d'un groupe",
        "training.ClassSession": "une séance, pour tout un groupe",
        "training.VolunteerTraining": "la formation d'un bénévole",
    }
)

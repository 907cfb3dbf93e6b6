"""What reviews, satisfaction and exits hold of a person."""

from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare
from declic.followup.models import Exit, Outcome, Review, SatisfactionAnswer

declare(
    Personal(
        Review,
        _("bilans d'usage"),
        person="enrolment__person",
        texts=("testimony",),
        # Chosen from the list of the terms, and counted.
        plain=("observed_uses",),
        contacts=("on",),
    ),
    Personal(
        SatisfactionAnswer, _("satisfaction"), person="enrolment__person", texts=("comment",), contacts=("on",)
    ),
    Personal(Outcome, _("situation après la sortie"), person="exit__enrolment__person", texts=("note",),
             contacts=("recorded_on",)),
    Personal(Exit, _("sorties"), person="enrolment__person", texts=("detail", "proof"), contacts=("on",)),
)  # fmt: skip

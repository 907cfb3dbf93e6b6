"""What exercises hold of a person."""

from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare
from declic.practice.models import Attempt

declare(
    Personal(
        Attempt, _("exercices"), person="person", texts=("answers",), plain=("exercise", "skill"), contacts=("at",)
    )
)

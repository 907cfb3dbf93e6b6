"""Many loans ended in one go."""

from typing import Any

from django.utils.translation import gettext_lazy

from declic.core.forms import CleanCharField, DateField
from declic.equipment.forms.shared import WhenForm


class EndLoansForm(WhenForm):
    """When it happened; for the loans that go on, until when and why."""

    renewed_until = DateField(label=gettext_lazy("Prolongés jusqu'au"))
    reason = CleanCharField(label=gettext_lazy("Pourquoi ils sont prolongés"), max_length=200)
    field_order = ["on", "renewed_until", "reason"]

    def __init__(self, *args: Any, renewing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not renewing:
            del self.fields["renewed_until"], self.fields["reason"]

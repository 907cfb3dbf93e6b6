"""The one question of a report: on which day it is read."""

from django.utils.translation import gettext_lazy as _

from declic.core.forms import DateField, Form


class DayForm(Form):
    au = DateField(label=_("Lire le bilan au"))

"""Scales: what the law or the operator changes with time, each amount with the days on which it holds."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import slugify
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.organisations.models import Organisation
from declic.programmes.models import Scale, ScaleAmount

MOST_PERSONS = 20
_CODE_LENGTH = 40


@transaction.atomic
def create_scale(*, acting_user: User, operator: Organisation, label: str, code: str = "", source: str = "") -> Scale:
    """Open a scale without any amount yet; the code that terms name is made from its label when none is given.

    Raises `DomainError` when the label is empty or the code is taken.
    """
    # One scale at a time for an operator, so that the check of the code holds.
    Organisation.objects.select_for_update(no_key=True).get(pk=operator.pk)
    label = _labelled(label)
    chosen = _cut(slugify(code) or slugify(label))
    if not chosen:
        raise DomainError(_("Donnez au barème un nom avec des lettres."), field="label")
    if Scale.objects.filter(operator=operator, code=chosen).exists():
        raise DomainError(
            _("Un barème porte déjà l'identifiant « %(code)s » : ouvrez-le, ou choisissez un autre nom.")
            % {"code": chosen},
            field="label",
        )
    return Scale.objects.create(operator=operator, code=chosen, label=label, source=source.strip())


@transaction.atomic
def update_scale(*, acting_user: User, scale: Scale, label: str, source: str = "") -> Scale:
    """Correct the words of a scale; its code stays, since terms name it."""
    scale.label, scale.source = _labelled(label), source.strip()
    scale.save(update_fields=["label", "source"])
    return scale


@transaction.atomic
def set_amount(
    *,
    acting_user: User,
    scale: Scale,
    cents: int,
    since: datetime.date,
    until: datetime.date | None = None,
    persons: int | None = None,
) -> ScaleAmount:
    """Say what a scale is worth from `since` (to `until` included, if it is known to end) for a household of `persons`.

    The amount that held that day ends the day before; one that begins later is left as it is, and the new one stops
    there. An amount that begins the very same day is corrected.
    """
    if until is not None and until < since:
        raise DomainError(_("La fin vient avant le début : vérifiez les dates."), field="until")
    if persons is not None and not 1 <= persons <= MOST_PERSONS:
        raise DomainError(
            _("Un foyer compte de 1 à %(most)d personnes ; laissez vide si le montant n'en dépend pas.")
            % {"most": MOST_PERSONS},
            field="persons",
        )
    Scale.objects.select_for_update().get(pk=scale.pk)
    same_size = list(ScaleAmount.objects.filter(scale=scale, persons=persons).order_by("valid"))
    begins_later = [one.valid.lower for one in same_size if one.valid.lower is not None and one.valid.lower > since]
    ends = [day for day in (until + datetime.timedelta(days=1) if until else None, *begins_later[:1]) if day]
    valid = DateRange(since, min(ends) if ends else None)
    for one in same_size:
        if since not in one.valid:
            continue
        if one.valid.lower == since:
            one.valid, one.cents = valid, cents
            one.save(update_fields=["valid", "cents"])
            return one
        one.valid = DateRange(one.valid.lower, since)
        one.save(update_fields=["valid"])
    return ScaleAmount.objects.create(
        operator_id=scale.operator_id, scale=scale, valid=valid, persons=persons, cents=cents
    )


def _cut(code: str) -> str:
    """At most so many letters, ended at the end of a word where there is one."""
    if len(code) > _CODE_LENGTH:
        code = code[: _CODE_LENGTH + 1].rpartition("-")[0] or code[:_CODE_LENGTH]
    return code.strip("-_")


def _labelled(label: str) -> str:
    label = " ".join(label.split())
    if not label:
        raise DomainError(_("Donnez un nom à ce barème."), field="label")
    return label

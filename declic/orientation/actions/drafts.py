"""Drafts: what was typed so far, right or wrong, kept for later."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.errors import DomainError
from declic.core.forms import contains_nir
from declic.organisations.models import Organisation
from declic.orientation.models import ReferralDraft
from declic.programmes.models import Edition

MOST_DRAFTS = 50
KEPT_DAYS = 90
"""A draft left alone this long is removed: it holds a name for which no file was opened."""
_LONGEST = 5000


@transaction.atomic
def save_draft(
    *,
    acting_user: User,
    operator: Organisation,
    edition: Edition | None,
    typed: Mapping[str, Sequence[str]],
    at: datetime.datetime,
    draft: ReferralDraft | None = None,
) -> ReferralDraft:
    """Keep what was `typed` (field: values) as it stands, in `draft` if it continues one.

    Raises `DomainError` for a social security number, which we may not keep even in a draft, and past 50 drafts.
    """
    kept: dict[str, Any] = {
        name: [value.replace("\x00", "")[:_LONGEST] for value in values] for name, values in typed.items()
    }
    if any(contains_nir(value) for values in kept.values() for value in values):
        raise DomainError(
            _(
                "Ce brouillon semble contenir un numéro de sécurité sociale. Déclic n'a pas le droit de le garder :"
                " retirez-le, puis enregistrez."
            )
        )
    name = " ".join(kept[part][0].strip() for part in ("first_name", "last_name") if any(kept.get(part, [""])))
    # Locked, so that a double click finds what the first one wrote.
    User.objects.select_for_update(no_key=True).get(pk=acting_user.pk)
    if draft is None and (token := kept.get("form_token")):
        draft = ReferralDraft.objects.filter(user=acting_user, operator=operator, typed__form_token=token).first()
    if draft is None:
        if ReferralDraft.objects.filter(user=acting_user).count() >= MOST_DRAFTS:
            raise DomainError(
                _("Vous avez déjà %(most)d brouillons : envoyez-en ou effacez-en.") % {"most": MOST_DRAFTS}
            )
        draft = ReferralDraft(user=acting_user)
    draft.operator = operator
    draft.edition = edition
    draft.title = (name or _("Sans nom"))[:160]
    draft.typed = kept
    draft.updated_at = at
    draft.save()
    return draft


@transaction.atomic
def delete_draft(*, acting_user: User, draft: ReferralDraft) -> None:
    """Forget a draft; nothing happens when it is gone already."""
    ReferralDraft.objects.filter(pk=draft.pk, user=acting_user).delete()


@transaction.atomic
def purge_drafts(*, on: datetime.date, at: datetime.datetime) -> int:
    """For the night: remove the drafts that nobody touched for 90 days; how many."""
    removed, _by_model = ReferralDraft.objects.filter(updated_at__lt=at - datetime.timedelta(days=KEPT_DAYS)).delete()
    return removed

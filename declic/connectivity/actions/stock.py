"""Codes and SIM cards brought into stock: sealed before they are written, each one once."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.connectivity.code_lists import Found
from declic.connectivity.enums import Stocked
from declic.connectivity.models import CodeBatch, RechargeCode, RechargeProduct
from declic.connectivity.secrets import fingerprint, reseal, seal
from declic.core.errors import DomainError

_CHUNK = 2000


@transaction.atomic
def add_codes(
    *,
    acting_user: User,
    product: RechargeProduct,
    codes: Iterable[Found],
    at: datetime.datetime,
    expires_on: datetime.date | None = None,
    cost: int | None = None,
) -> CodeBatch:
    """Bring codes (or numbers of cards) into stock; `expires_on` for those whose list says nothing, `cost` in cents.

    A code that the operator has had already, whatever became of it, is left out and counted. Raises `DomainError` when
    nothing new is left, so that the same list twice adds nothing.
    """
    product = RechargeProduct.objects.select_for_update().get(pk=product.pk)
    if product.stocked == Stocked.NOTHING:
        raise DomainError(_("Cette recharge se vend sans stock : changez d'abord ce qui est remis à la vente."))
    asked = {fingerprint(product.operator_id, found.code): found for found in codes}
    if not asked:
        raise DomainError(_("Cette liste ne contient aucun code : vérifiez sa colonne."), field="upload")
    marks = list(asked)
    known = {
        mark
        for first in range(0, len(marks), _CHUNK)
        for mark in RechargeCode.objects.filter(
            operator=product.operator_id, fingerprint__in=marks[first : first + _CHUNK]
        ).values_list("fingerprint", flat=True)
    }
    fresh = {mark: found for mark, found in asked.items() if mark not in known}
    day = at.date()
    late = [found for found in fresh.values() if (found.expires_on or expires_on or day) < day]
    if late:
        raise DomainError(
            _("La ligne %(line)s donne un code déjà périmé : retirez-le de la liste.") % {"line": late[0].line},
            field="upload",
        )
    if not fresh:
        raise DomainError(
            _("Tous ces codes sont déjà connus : rien n'a été ajouté, et aucun ne se vendra deux fois."), field="upload"
        )
    batch = CodeBatch.objects.create(
        operator_id=product.operator_id,
        product=product,
        count=len(fresh),
        known=len(known),
        expires_on=expires_on,
        cost=cost,
        imported_at=at,
        imported_by=acting_user,
    )
    RechargeCode.objects.bulk_create(
        [
            RechargeCode(
                operator_id=product.operator_id,
                product=product,
                batch=batch,
                secret=seal(found.code),
                fingerprint=mark,
                expires_on=found.expires_on or expires_on,
            )
            for mark, found in fresh.items()
        ],
        batch_size=_CHUNK,
    )
    return batch


def reseal_codes() -> int:
    """Encrypt every code again under the first key, a few thousand at a time; how many. For who changed the keys."""
    done, last = 0, 0
    while True:
        with transaction.atomic():
            codes = list(RechargeCode.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:_CHUNK])
            for code in codes:
                # An erased file leaves no secret behind.
                code.secret = reseal(code.secret) if code.secret else b""
            RechargeCode.objects.bulk_update(codes, ["secret"])
        if not codes:
            return done
        done, last = done + len(codes), codes[-1].pk

"""The counter of tags and what every way in shares: no two machines, no two labels bear the same tag."""

from django.db.models import F, IntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from declic.core.errors import DomainError
from declic.equipment.models import Device, LabelRun, Lot
from declic.equipment.tags import PREFIX, split_tag, tag_of
from declic.organisations.models import Organisation, Site

_MOST_NUMBER = 999_999_999


def hold_tags(operator: Organisation | int) -> Organisation:
    """The operator's row, locked: it is the lock of the counter, so two who take tags at once do not get the same."""
    pk = operator if isinstance(operator, int) else operator.pk
    return Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)


def checked_prefix(text: str) -> str:
    """The beginning of a tag, in capitals; raises DomainError when it is not one to six letters."""
    prefix = text.strip().upper()
    if not PREFIX.fullmatch(prefix):
        raise DomainError(_("Le début de l'étiquette a une à six lettres, par exemple PC."), field="tag_prefix")
    return prefix


def next_number(operator: Organisation | int, prefix: str, count: int) -> int:
    """The first of `count` free numbers after every machine and every label printed ahead; call it under `hold_tags`."""
    worn = (
        Device.objects.filter(operator=operator, tag__regex=rf"^{prefix}-[0-9]{{1,9}}$")
        .order_by()
        .aggregate(last=Max(Cast(Substr("tag", len(prefix) + 2), IntegerField())))["last"]
    )
    printed = LabelRun.objects.filter(operator=operator, prefix=prefix).order_by()
    last_printed = printed.aggregate(last=Max(F("first") + F("count") - 1))["last"]
    first = 1 + max(worn or 0, last_printed or 0)
    if first + count - 1 > _MOST_NUMBER:
        raise DomainError(
            _("Il n'y a plus de numéros libres après %(prefix)s : choisissez un autre début d'étiquette.")
            % {"prefix": prefix},
            field="tag_prefix",
        )
    return first


def is_printed(operator: Organisation | int, tag: str) -> bool:
    """Whether a label of ours bears this tag."""
    split = split_tag(tag)
    if split is None or tag != tag_of(*split):
        return False
    prefix, number = split
    return LabelRun.objects.filter(
        operator=operator, prefix=prefix, first__lte=number, first__gt=number - F("count")
    ).exists()


def typed_fields(**values: str) -> list[str]:
    """The names of what a person said of a machine: no file overwrites them."""
    return [name for name, value in values.items() if value]


def require_own_site(operator_id: int, site: Site | None) -> None:
    """Refuse another operator's place."""
    if site is not None and site.operator_id != operator_id:
        raise DomainError(_("Ce lieu n'est pas à vous : choisissez-en un de votre structure."), field="site")


def require_known(lot: Lot, known: int | None) -> None:
    """Refuse to add to a lot that has changed since the page was shown; call it under `hold_tags`."""
    if known is not None and lot.devices.count() != known:
        raise DomainError(
            _("Des machines viennent d'être ajoutées à ce lot : regardez-le avant d'en ajouter d'autres.")
        )

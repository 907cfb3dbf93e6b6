"""The table of rights in French words, for the page that shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.enums import PARTNERS, RIGHTS, Cell, Permission, Relation, Role

_P = Permission
PARTS: tuple[tuple[str | Promise, tuple[Permission, ...]], ...] = (
    (
        gettext_lazy("Les personnes et leurs dossiers"),
        (_P.SEE_PEOPLE, _P.EDIT_PEOPLE, _P.IMPORT_PEOPLE, _P.MERGE_PEOPLE, _P.SHARE_FILES, _P.MANAGE_RIGHTS),
    ),
    (
        gettext_lazy("Les orientations et les messages"),
        (_P.REFER, _P.ANSWER_REFERRALS, _P.SEE_ANSWER_TIMES, _P.SEND_MESSAGES),
    ),
    (
        gettext_lazy("L’accompagnement"),
        (_P.ASSESS, _P.RUN_COURSES, _P.TEACH, _P.WELCOME, _P.GIVE_REVIEWS, _P.CLOSE_ENROLMENTS),
    ),
    (
        gettext_lazy("Le matériel et l’assistance"),
        (_P.SEE_STOCK, _P.MANAGE_STOCK, _P.HAND_OVER, _P.OPEN_TICKETS, _P.ANSWER_TICKETS),
    ),
    (gettext_lazy("L’argent"), (_P.TAKE_MONEY, _P.SEE_BOOKS, _P.REQUEST_AID, _P.DECIDE_AID)),
    (
        gettext_lazy("Les dispositifs, les bilans, les réglages"),
        (_P.SEE_PROGRAMMES, _P.MANAGE_PROGRAMMES, _P.SEE_REPORTS, _P.SEE_RECORDS, _P.MANAGE_SITES),
    ),
)


@dataclass(frozen=True)
class Line:
    """One action, and for each role over what it holds; empty words where it does not."""

    action: str
    cells: tuple[tuple[str, str], ...]


def rights_table() -> list[tuple[str, list[Line]]]:
    """The table of `RIGHTS`, part by part; an action that no part names comes last."""
    named = {permission for _title, permissions in PARTS for permission in permissions}
    parts: list[tuple[str, Iterable[Permission]]] = [(str(title), permissions) for title, permissions in PARTS]
    if others := [permission for permission in RIGHTS if permission not in named]:
        parts.append((_("Le reste"), others))
    return [(title, [_line(permission) for permission in permissions]) for title, permissions in parts]


def _line(permission: Permission) -> Line:
    return Line(
        str(permission.label).capitalize(),
        tuple((str(role.label).capitalize(), _words(role, cell)) for role, cell in RIGHTS[permission].items()),
    )


def _words(role: Role, cell: Cell) -> str:
    """`oui` where the membership alone sets the limits, else the limit itself."""
    if not cell:
        return ""
    partner = PARTNERS[role][1] if role in PARTNERS else None
    if Relation.ORGANISATION not in cell:
        return ", ".join(str(relation.label) for relation in Relation if relation in cell)
    if role == Role.ADVISER and Relation.CASELOAD not in cell:
        return _("oui, sauf limitée aux personnes suivies")
    if partner in cell:
        return _("oui ; chez un partenaire : %(over)s") % {"over": partner.label if partner else ""}
    return _("oui")

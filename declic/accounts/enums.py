"""Roles, and in one table what each may do and over what: checks, menus, the page of rights and tests read it, nothing else decides."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declic.organisations.enums import PartnershipKind


class Role(TextChoices):
    COORDINATOR = "coordinator", _("coordination")
    ADVISER = "adviser", _("médiation")
    VOLUNTEER = "volunteer", _("bénévolat")
    PRESCRIBER = "prescriber", _("prescription")
    AID_OFFICER = "aid_officer", _("instruction des aides")
    REFURBISHER = "refurbisher", _("reconditionnement")
    CASHIER = "cashier", _("caisse")
    FUNDER = "funder", _("financement")


class Permission(TextChoices):
    SEE_PEOPLE = "see_people", _("lire les dossiers des personnes")
    EDIT_PEOPLE = "edit_people", _("créer et corriger les dossiers")
    IMPORT_PEOPLE = "import_people", _("importer un repérage")
    MERGE_PEOPLE = "merge_people", _("rapprocher des dossiers")
    SHARE_FILES = "share_files", _("partager un dossier avec une autre équipe")
    MANAGE_RIGHTS = "manage_rights", _("tenir les droits des personnes et la conservation")
    REFER = "refer", _("orienter une personne")
    ANSWER_REFERRALS = "answer_referrals", _("répondre aux orientations")
    SEE_ANSWER_TIMES = "see_answer_times", _("lire les délais de réponse")
    SEND_MESSAGES = "send_messages", _("écrire aux personnes et aux prescripteurs")
    ASSESS = "assess", _("diagnostiquer et tenir le plan d'action")
    RUN_COURSES = "run_courses", _("organiser les parcours")
    TEACH = "teach", _("animer et émarger")
    WELCOME = "welcome", _("accueillir à la permanence")
    SEE_STOCK = "see_stock", _("voir le matériel")
    MANAGE_STOCK = "manage_stock", _("tenir le stock et reconditionner")
    HAND_OVER = "hand_over", _("remettre et reprendre le matériel")
    TAKE_MONEY = "take_money", _("encaisser et rembourser")
    SEE_BOOKS = "see_books", _("lire les comptes")
    REQUEST_AID = "request_aid", _("demander une aide internet")
    DECIDE_AID = "decide_aid", _("décider d'une aide internet")
    OPEN_TICKETS = "open_tickets", _("ouvrir une demande d'assistance")
    ANSWER_TICKETS = "answer_tickets", _("répondre aux demandes d'assistance")
    GIVE_REVIEWS = "give_reviews", _("donner un bilan de suivi")
    CLOSE_ENROLMENTS = "close_enrolments", _("enregistrer sorties et situations")
    SEE_PROGRAMMES = "see_programmes", _("lire les dispositifs")
    MANAGE_PROGRAMMES = "manage_programmes", _("écrire les dispositifs")
    MANAGE_SITES = "manage_sites", _("tenir les lieux, partenaires et comptes")
    SEE_REPORTS = "see_reports", _("lire les bilans")
    SEE_RECORDS = "see_records", _("ouvrir les dossiers derrière un chiffre")


class Relation(TextChoices):
    """What ties a user to a case: a role gives an action only over what one of these relations opens."""

    ORGANISATION = "organisation", _("toute la structure")
    SITE = "site", _("son lieu")
    CASELOAD = "caseload", _("les personnes qu'on suit")
    TODAY = "today", _("les séances et permanences du jour")
    REFERRED = "referred", _("ce que sa structure a orienté")
    TAUGHT = "taught", _("les groupes qu'on anime")
    REFURBISHED = "refurbished", _("les machines, et les demandes confiées à sa structure")
    FUNDED = "funded", _("les éditions que sa structure finance")


_P, _R = Permission, Relation
type Cell = frozenset[Relation]
___: Cell = frozenset()
ALL: Cell = frozenset({_R.ORGANISATION, _R.SITE})  # as far as the membership goes: everything, or a place
CASE: Cell = ALL | {_R.CASELOAD}  # the same, and for an adviser limited to them the people followed
DAY: Cell = frozenset({_R.TODAY})
SENT: Cell = frozenset({_R.REFERRED})
CLASS: Cell = CASE | {_R.TAUGHT}  # also for a partner's adviser, in the groups that he or she gives
REPAIR: Cell = ALL | {_R.REFURBISHED}  # a workshop of the operator itself, or a partner's
PAID: Cell = frozenset({_R.FUNDED})

_COLUMNS = (
    Role.COORDINATOR, Role.ADVISER, Role.VOLUNTEER, Role.PRESCRIBER, Role.AID_OFFICER, Role.REFURBISHER, Role.CASHIER,
    Role.FUNDER,
)  # fmt: skip
_TABLE: dict[Permission, tuple[Cell, ...]] = {
    #                     coord. advis. volun. presc. aids   refurb  cash.  funder
    _P.SEE_PEOPLE:        (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.EDIT_PEOPLE:       (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.IMPORT_PEOPLE:     (ALL,  ALL,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.MERGE_PEOPLE:      (ALL,  ALL,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.SHARE_FILES:       (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.MANAGE_RIGHTS:     (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.REFER:             (ALL,  CASE,  ___,   SENT,  ___,   ___,    ___,   ___),
    _P.ANSWER_REFERRALS:  (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.SEE_ANSWER_TIMES:  (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.SEND_MESSAGES:     (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.ASSESS:            (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.RUN_COURSES:       (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.TEACH:             (ALL,  CLASS, DAY,   ___,   ___,   ___,    ___,   ___),
    _P.WELCOME:           (ALL,  CASE,  DAY,   ___,   ___,   ___,    ___,   ___),
    _P.SEE_STOCK:         (ALL,  CASE,  ___,   ___,   ___,   REPAIR, ___,   ___),
    _P.MANAGE_STOCK:      (ALL,  ___,   ___,   ___,   ___,   REPAIR, ___,   ___),
    _P.HAND_OVER:         (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.TAKE_MONEY:        (ALL,  CASE,  ___,   ___,   ___,   ___,    ALL,   ___),
    _P.SEE_BOOKS:         (ALL,  ___,   ___,   ___,   ___,   ___,    ALL,   ___),
    _P.REQUEST_AID:       (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.DECIDE_AID:        (ALL,  ___,   ___,   ___,   ALL,   ___,    ___,   ___),
    _P.OPEN_TICKETS:      (ALL,  CASE,  ___,   SENT,  ___,   ___,    ___,   ___),
    _P.ANSWER_TICKETS:    (ALL,  CASE,  ___,   ___,   ___,   REPAIR, ___,   ___),
    _P.GIVE_REVIEWS:      (ALL,  CASE,  ___,   SENT,  ___,   ___,    ___,   ___),
    _P.CLOSE_ENROLMENTS:  (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.SEE_PROGRAMMES:    (ALL,  CASE,  ___,   ___,   ___,   ___,    ___,   ___),
    _P.MANAGE_PROGRAMMES: (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.MANAGE_SITES:      (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   ___),
    _P.SEE_REPORTS:       (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   PAID),
    _P.SEE_RECORDS:       (ALL,  ___,   ___,   ___,   ___,   ___,    ___,   ___),
}  # fmt: skip
RIGHTS: dict[Permission, dict[Role, Cell]] = {
    permission: dict(zip(_COLUMNS, cells, strict=True)) for permission, cells in _TABLE.items()
}
"""For each action and role, over what: the one table that decides (rules 18 and 20)."""

PARTNERS: dict[Role, tuple[PartnershipKind, Relation]] = {
    Role.PRESCRIBER: (PartnershipKind.PRESCRIBER, Relation.REFERRED),
    Role.ADVISER: (PartnershipKind.TRAINING, Relation.TAUGHT),
    Role.REFURBISHER: (PartnershipKind.REFURBISHER, Relation.REFURBISHED),
    Role.FUNDER: (PartnershipKind.FUNDER, Relation.FUNDED),
}
"""The roles that a partner's member can hold: through which kind of partnership, and over what."""

_OWN: dict[Role, Relation] = {
    Role.VOLUNTEER: Relation.TODAY,
    # An operator that also refers to itself, or funds: the same as for a partner.
    Role.PRESCRIBER: Relation.REFERRED,
    Role.FUNDER: Relation.FUNDED,
}


def own_relation(role: Role, *, on_site: bool = False, caseload_only: bool = False) -> Relation:
    """Over what a member of the operator itself holds a role, limited to a place or to the people followed if so."""
    if role in _OWN:
        return _OWN[role]
    if caseload_only:
        return Relation.CASELOAD
    return Relation.SITE if on_site else Relation.ORGANISATION


def rights_of(role: Role, relation: Relation) -> frozenset[Permission]:
    """What `role` may do over what `relation` opens."""
    return _BY_RELATION[role, relation]


_BY_RELATION = {
    (role, relation): frozenset(permission for permission, row in RIGHTS.items() if relation in row[role])
    for role in Role
    for relation in Relation
}
PERMISSIONS: dict[str, frozenset[Permission]] = {
    role: frozenset(permission for permission, row in RIGHTS.items() if row[role]) for role in Role
}
"""What each role may do over something, whatever it is."""

PARTNER_PERMISSIONS: dict[str, frozenset[Permission]] = {
    role: rights_of(role, relation) for role, (_kind, relation) in PARTNERS.items()
}
"""What a partner's member may do: a partner that teaches reaches the classes it gives, not the files."""

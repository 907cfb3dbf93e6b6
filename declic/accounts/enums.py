"""Roles, and in one table what each may do: checks, menus and tests read it, nothing else decides."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    REFER = "refer", _("orienter une personne")
    ANSWER_REFERRALS = "answer_referrals", _("répondre aux orientations")
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


_P = Permission
_ADVISER = frozenset(
    {
        _P.SEE_PEOPLE, _P.EDIT_PEOPLE, _P.REFER, _P.ANSWER_REFERRALS, _P.ASSESS, _P.RUN_COURSES, _P.TEACH, _P.WELCOME,
        _P.SEE_STOCK, _P.HAND_OVER, _P.TAKE_MONEY, _P.REQUEST_AID, _P.OPEN_TICKETS, _P.ANSWER_TICKETS, _P.GIVE_REVIEWS,
        _P.CLOSE_ENROLMENTS, _P.SEE_PROGRAMMES,
    }
)  # fmt: skip
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.COORDINATOR: _ADVISER
    | {
        _P.MANAGE_STOCK, _P.SEE_BOOKS, _P.DECIDE_AID, _P.MANAGE_PROGRAMMES, _P.MANAGE_SITES, _P.SEE_REPORTS,
        _P.SEE_RECORDS,
    },
    Role.ADVISER: _ADVISER,
    Role.VOLUNTEER: frozenset({_P.TEACH, _P.WELCOME}),
    Role.PRESCRIBER: frozenset({_P.REFER, _P.OPEN_TICKETS, _P.GIVE_REVIEWS}),
    Role.AID_OFFICER: frozenset({_P.DECIDE_AID}),
    Role.REFURBISHER: frozenset({_P.SEE_STOCK, _P.MANAGE_STOCK, _P.ANSWER_TICKETS}),
    Role.CASHIER: frozenset({_P.TAKE_MONEY, _P.SEE_BOOKS}),
    Role.FUNDER: frozenset({_P.SEE_REPORTS}),
}  # fmt: skip

# A partner's member sees less than the operator's own: a partner that teaches reaches the classes it gives, not the files.
PARTNER_PERMISSIONS: dict[str, frozenset[Permission]] = {Role.ADVISER: frozenset({_P.TEACH})}

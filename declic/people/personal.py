"""What the file itself holds: who the person is, how to reach her, her situation on dates, what she was told and asked."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, declare, declare_impersonal
from declic.people import traces as _traces  # noqa: F401  (its sweeps register themselves)
from declic.people.models import (
    AccessLog,
    CaseWorker,
    DuplicatePair,
    FileShare,
    Merge,
    Person,
    PersonLink,
    PersonPhone,
    RetentionHold,
    RetentionNotice,
    RightsEvent,
    Snapshot,
)
from declic.people.word_models import PersonWord

NOBODY = {"first_name": "Dossier", "last_name": "anonymisé"}
"""How an anonymised file is called."""

declare(
    Personal(
        Person,
        _("identité"),
        person="pk",
        # `case_number` and `birth_date` become what `privacy.anonymise` computes.
        texts=("birth_name", "called", "email", "languages", "address", "postal_code", "city"),
        plain=("case_number", "first_name", "last_name"),
        becomes={
            **NOBODY,
            **dict.fromkeys(("birth_name", "called", "email", "languages", "address", "postal_code", "city"), ""),
            "preferred_language": "",
        },
        unshown=("merged_into", "search_key", "sort_key", "updated_at"),
    ),
    Personal(PersonPhone, _("téléphones"), person="person", texts=("number", "note"), goes=True),
    Personal(PersonWord, _("mots du nom"), person="person", texts=("word", "sort_key"), goes=True, copied=False),
    Personal(
        Snapshot,
        _("situations datées"),
        person="person",
        plain=("labour_status", "household", "housing", "education"),
        # Amounts and places single someone out; what reports count by stays.
        texts=("commune_code", "priority_zone_code"),
        becomes={"income": None, "charges": None, "commune_code": None, "priority_zone_code": ""},
        contacts=("on",),
    ),
    Personal(
        PersonLink,
        _("liens avec d'autres personnes"),
        rows=lambda people: PersonLink.objects.filter(Q(person__in=people) | Q(other__in=people)),
        goes=True,
        unshown=("person", "other"),
    ),
    Personal(CaseWorker, _("collègues qui suivent le dossier"), person="person"),
    Personal(FileShare, _("partages avec une équipe"), person="person", texts=("reason",)),
    Personal(
        DuplicatePair,
        _("rapprochements proposés"),
        rows=lambda people: DuplicatePair.objects.filter(Q(first__in=people) | Q(second__in=people)),
        texts=("decided_why",),
        plain=("reasons",),
        goes=True,
        unshown=("first", "second", "decided_why"),
    ),
    Personal(
        Merge,
        _("réunions de dossiers"),
        rows=lambda people: Merge.objects.filter(Q(kept__in=people) | Q(absorbed__in=people)),
        texts=("moved", "taken"),
        unshown=("kept", "absorbed", "moved", "taken"),
    ),
    Personal(RightsEvent, _("droits"), person="person", texts=("note",), contacts=("on",)),
    Personal(
        RetentionHold,
        _("raisons de garder le dossier"),
        person="person",
        texts=("reason",),
    ),
    Personal(RetentionNotice, _("préavis de conservation"), person="person"),
    Personal(AccessLog, _("consultations"), person="person", unshown=("user",)),
)
declare_impersonal(
    {
        "people.CaseNumber": "un compteur",
        "people.RetentionPolicy": "des durées",
        "people.RetentionRun": "des nombres",
    }
)

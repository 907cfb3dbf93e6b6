"""What spotting, referrals and enrolments hold of a person."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from declic.core.personal import Personal, Traces, declare, declare_impersonal, sweep
from declic.documents.models import Document
from declic.messaging.models import Message
from declic.messaging.personal import messages_of
from declic.orientation.enums import OPEN_STATES
from declic.orientation.models import (
    AnswerLinkView,
    ContactAttempt,
    Enrolment,
    Referral,
    ReferralDocument,
    ReferralDraft,
    Spotted,
    SpottingRow,
)


def _documents(people: list[int]) -> QuerySet[Any]:
    joined = ReferralDocument.objects.filter(referral__person__in=people).order_by()
    return Document.objects.filter(pk__in=joined.values("document"))


def _answers(people: list[int]) -> QuerySet[Any]:
    referrals = Referral.objects.filter(person__in=people).order_by().values_list("operator", "pk")
    operators = {operator for operator, _pk in referrals}
    references = [f"referral:{pk}" for _operator, pk in referrals]
    # Those that name the person are among her messages already.
    return Message.objects.filter(operator__in=operators, reference__in=references, about_person__isnull=True)


declare(
    Personal(
        SpottingRow,
        _("lignes des listes de repérage"),
        person="person",
        texts=("fixes", "values", "problems", "key"),
        unshown=("key", "problems", "batch"),
    ),
    Personal(
        ContactAttempt, _("appels"), person="spotted__person", texts=("note",), unshown=("spotted",)
    ),
    Personal(Spotted, _("repérages"), person="person", contacts=("spotted_on", "reached_on", "declined_on")),
    *messages_of(_("réponses envoyées aux prescripteurs"), rows=_answers),
    Personal(ReferralDocument, _("pièces jointes aux orientations"), person="referral__person", goes=True, copied=False),
    Personal(Document, _("documents"), rows=_documents, texts=("title", "file"), plain=("mime", "sha256"), goes=True),
    Personal(AnswerLinkView, _("réponses lues sans compte"), person="referral__person"),
    Personal(
        Enrolment,
        _("parcours dans un dispositif"),
        person="person",
        texts=("eligibility", "exception_reason"),
        contacts=("starts_on", "ended_on"),
        ages=("starts_on",),
        open=((Q(ended_on__isnull=True), _("un parcours est ouvert")),),
        unshown=("terms",),
    ),
    Personal(
        Referral,
        _("orientations"),
        person="person",
        texts=(
            "referent_name", "referent_email", "referent_phone", "motive", "social_evaluation", "facts", "answer",
        ),
        becomes={"referent_email": "", "referent_phone": "", "token": None},
        contacts=("sent_on", "received_on", "answered_on"),
        ages=("sent_on",),
        open=((Q(state__in=OPEN_STATES), _("une orientation attend sa réponse")),),
        unshown=("token", "link"),
    ),
)  # fmt: skip
declare_impersonal(
    {
        "orientation.PrescriberLink": "un professionnel et sa structure",
        "orientation.ReferralDraft": "sans dossier : effacé après 90 jours, et avec le dossier de qui y est nommé",
        "orientation.SpottingImport": "une liste : son fichier part à l'import, ou après 30 jours",
    }
)


@sweep
def forget_drafts(traces: Traces) -> int:
    """Referrals begun and never sent that name her."""
    named = [
        draft.pk
        for draft in ReferralDraft.objects.filter(
            operator=traces.operator_id, title__icontains=traces.last_name
        ).order_by("pk")
        if traces.in_text(f"{draft.title} {draft.typed}")
    ]
    return ReferralDraft.objects.filter(pk__in=named).delete()[0]

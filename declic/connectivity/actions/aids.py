"""Internet aids from request to the end of what they cover: each euro goes through the books, each answer is told."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.connectivity.enums import AID_TRANSITIONS, AidState
from declic.connectivity.means import money_account
from declic.connectivity.models import InternetAid, SocialEvaluation
from declic.connectivity.queries import ENDING_SOON, end_of, lacks_social_evaluation, renewable
from declic.core.dates import format_short
from declic.core.errors import DomainError
from declic.core.money import format_euros
from declic.documents.actions import CheckedFile, store_checked
from declic.documents.models import DocumentKind
from declic.ledger.actions import Posting, post
from declic.ledger.enums import AccountRole, Event
from declic.ledger.models import Auxiliary
from declic.messaging.actions import is_email, queue_message
from declic.messaging.models import Channel
from declic.orientation.models import Enrolment
from declic.programmes.schema import cents


@transaction.atomic
def add_social_evaluation(
    *, acting_user: User, enrolment: Enrolment, text: str, on: datetime.date, author: str, at: datetime.datetime
) -> SocialEvaluation:
    """Write down a social evaluation that the referral did not bring: who made it and when; a later one replaces it.

    The same words of the same author a second time give the first row back.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if not text.strip():
        raise DomainError(_("Recopiez l'évaluation sociale : c'est sur elle que l'aide se décide."), field="text")
    if not author.strip():
        raise DomainError(_("Écrivez qui a fait cette évaluation : son nom et sa fonction."), field="author")
    written, _new = SocialEvaluation.objects.get_or_create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        text=text.strip(),
        on=on,
        author=author.strip(),
        defaults={"recorded_by": acting_user, "recorded_at": at},
    )
    return written


@transaction.atomic
def request_aid(*, acting_user: User, enrolment: Enrolment, on: datetime.date) -> InternetAid:
    """Ask for the internet aid that the enrolment's own terms promise: amount (cents) and months are copied from them.

    Once an aid has ended, it is asked for again as often as the terms allow. Raises `DomainError` when the terms promise
    none, when the social evaluation they ask for is missing, when the enrolment is over on that day, or when an aid is
    already asked for.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("terms", "referral").get(pk=enrolment.pk)
    )
    promised = enrolment.terms.terms.connectivity
    if not promised.aid_eur:
        raise DomainError(_("Cette édition ne prévoit pas d'aide internet : il n'y a rien à demander."))
    if on < enrolment.starts_on:
        raise DomainError(
            _("La demande ne peut pas précéder l'entrée, le %(day)s.") % {"day": format_short(enrolment.starts_on)},
            field="on",
        )
    if enrolment.ended_on is not None and on > enrolment.ended_on:
        raise DomainError(
            _("Le parcours s'est terminé le %(day)s : l'aide se demande avant la sortie.")
            % {"day": format_short(enrolment.ended_on)}
        )
    if lacks_social_evaluation(enrolment):
        raise DomainError(
            _("Il manque l'évaluation sociale : ajoutez-la, ou demandez-la au prescripteur, puis redemandez l'aide.")
        )
    former = _former(enrolment, on)
    return InternetAid.objects.create(
        operator_id=enrolment.operator_id,
        enrolment=enrolment,
        rank=1 if former is None else former.rank + 1,
        renews=former,
        amount=cents(promised.aid_eur),
        months=promised.aid_months,
        requested_on=on,
        requested_by=acting_user,
    )


def _former(enrolment: Enrolment, on: datetime.date) -> InternetAid | None:
    """The aid that a request would renew, None for a first one. Raises `DomainError` when neither is possible."""
    former = InternetAid.objects.filter(enrolment=enrolment).exclude(state=AidState.REFUSED).order_by("-rank").first()
    if former is None:
        return None
    if former.state in (AidState.REQUESTED, AidState.GRANTED):
        raise DomainError(_("Cette personne a déjà une aide internet dans cette édition : ouvrez celle qui existe."))
    if not renewable(former, on):
        if former.rank > enrolment.terms.terms.connectivity.renewals:
            raise DomainError(
                _("Cette personne a déjà une aide internet dans cette édition, et ses règles ne la renouvellent pas.")
            )
        raise DomainError(
            _(
                "Cette personne a déjà une aide internet : elle se renouvelle à partir du dernier mois, avant le %(day)s."
            )
            % {"day": format_short(former.ends_on) if former.ends_on else "–"}
        )
    return former


@transaction.atomic
def grant_aid(*, acting_user: User, aid: InternetAid, on: datetime.date) -> InternetAid:
    """Grant a requested aid: an expense of the edition, owed to the person until it is paid."""
    aid = _decide(aid, AidState.GRANTED, on, acting_user)
    # The case number and not the name: the books outlive the right to keep a name.
    aid.account = Auxiliary.objects.create(
        operator_id=aid.operator_id, label=_("Aide internet %(number)s") % {"number": aid.enrolment.person.case_number}
    )
    aid.save(update_fields=["state", "decided_on", "decided_by", "account", "updated_at"])
    post(
        acting_user=acting_user,
        operator=aid.operator,
        on=on,
        event=Event.AID_GRANTED,
        label=aid.account.label,
        postings=[
            Posting(AccountRole.AID_EXPENSE, debit=aid.amount),
            Posting(AccountRole.AID_PAYABLE, credit=aid.amount, auxiliary=aid.account),
        ],
        idempotency_key=f"aid:{aid.pk}",
        section=aid.enrolment.edition.section,
    )
    return aid


@transaction.atomic
def refuse_aid(
    *, acting_user: User, aid: InternetAid, on: datetime.date, reason: str, at: datetime.datetime | None = None
) -> InternetAid:
    """Refuse a requested aid; the reason is owed to the person. With `at`, whoever asked and the prescriber are written to."""
    if not reason.strip():
        raise DomainError(_("Un refus donne toujours sa raison : écrivez-la."), field="reason")
    aid = _decide(aid, AidState.REFUSED, on, acting_user)
    aid.refusal_reason = reason.strip()
    aid.save(update_fields=["state", "decided_on", "decided_by", "refusal_reason", "updated_at"])
    if at is not None:
        for name, email in _concerned(aid, acting_user):
            _write(
                aid,
                name,
                email,
                at,
                subject=_("La demande d'aide internet de %(name)s est refusée"),
                said=[
                    _("L'aide internet demandée le %(day)s n'est pas accordée. La raison :")
                    % {"day": format_short(aid.requested_on)},
                    aid.refusal_reason,
                    _("La personne a droit à cette réponse : dites-la-lui. Une nouvelle demande reste possible."),
                ],
            )
    return aid


@transaction.atomic
def prove_subscription(
    *,
    acting_user: User,
    aid: InternetAid,
    on: datetime.date,
    provider: str,
    subscribed_on: datetime.date,
    proof: str = "",
    checked: CheckedFile | None = None,
) -> InternetAid:
    """Keep the proof of a subscription: its provider, since when, and the paper itself (`checked`) or what was seen of it.

    A later proof replaces the former, until the aid is paid.
    """
    aid = _locked(aid)
    if aid.state not in (AidState.REQUESTED, AidState.GRANTED):
        raise DomainError(_("Cette aide n'attend plus de justificatif : rien n'a changé."))
    if not provider.strip():
        raise DomainError(_("Écrivez le nom de l'opérateur de l'abonnement."), field="provider")
    if subscribed_on > on:
        raise DomainError(_("L'abonnement commence au plus tard le jour du justificatif."), field="subscribed_on")
    words = proof.strip() or (_("document joint") if checked is not None else "")
    if not words:
        raise DomainError(_("Joignez le justificatif, ou écrivez ce que vous avez vu."), field="proof")
    aid.provider, aid.subscribed_on, aid.proved_on, aid.proof = provider.strip(), subscribed_on, on, words
    if checked is not None:
        aid.proof_document = store_checked(
            acting_user=acting_user,
            operator=aid.operator,
            kind=DocumentKind.PROOF,
            title=_("Justificatif d'abonnement"),
            checked=checked,
        )
    aid.save(update_fields=["provider", "subscribed_on", "proved_on", "proof", "proof_document", "updated_at"])
    return aid


@transaction.atomic
def pay_aid(
    *,
    acting_user: User,
    aid: InternetAid,
    on: datetime.date,
    means: str,
    proof: str = "",
    unproved_reason: str = "",
) -> InternetAid:
    """Pay a granted aid in full, on proof of the subscription; what it covers is reckoned from the subscription.

    `proof` is what was seen at the payment itself; without any proof, `unproved_reason` says why it is paid all the same.
    """
    aid = _locked(aid)
    if aid.state in (AidState.PAID, AidState.ENDED) and aid.paid_on is not None:
        raise DomainError(
            _("Cette aide est déjà versée, le %(day)s : rien n'a été payé deux fois.")
            % {"day": format_short(aid.paid_on)}
        )
    AID_TRANSITIONS.require(aid.state, AidState.PAID, _("Une aide se verse une fois accordée : décidez d'abord."))
    if aid.decided_on is not None and on < aid.decided_on:
        raise DomainError(
            _("L'aide a été accordée le %(day)s : elle se verse ce jour-là ou après.")
            % {"day": format_short(aid.decided_on)},
            field="on",
        )
    if not aid.proof and not proof.strip() and not unproved_reason.strip():
        raise DomainError(
            _("L'aide se verse sur justificatif : ajoutez-le, ou dites pourquoi elle se verse sans lui."),
            field="unproved_reason",
        )
    if not aid.proof and proof.strip():
        aid.proof, aid.proved_on = proof.strip(), on
    if not aid.proof:
        aid.unproved_reason = unproved_reason.strip()
    account = money_account(means)
    aid.state, aid.paid_on = AidState.PAID, on
    aid.ends_on = end_of(aid)
    aid.save(update_fields=["state", "paid_on", "proof", "proved_on", "unproved_reason", "ends_on", "updated_at"])
    post(
        acting_user=acting_user,
        operator=aid.operator,
        on=on,
        event=Event.AID_PAID,
        label=_("Aide internet %(number)s") % {"number": aid.enrolment.person.case_number},
        postings=[
            Posting(AccountRole.AID_PAYABLE, debit=aid.amount, auxiliary=aid.account),
            Posting(account, credit=aid.amount),
        ],
        idempotency_key=f"aid-paid:{aid.pk}",
        section=aid.enrolment.edition.section,
    )
    return aid


def close_ended_aids(*, on: datetime.date) -> int:
    """End the paid aids whose last covered day is before `on`; how many. The work of the night."""
    ended = 0
    with transaction.atomic():
        over = InternetAid.objects.select_for_update(skip_locked=True).filter(state=AidState.PAID, ends_on__lt=on)
        for aid in over.order_by("pk"):
            aid.state = AidState.ENDED
            aid.save(update_fields=["state", "updated_at"])
            ended += 1
    return ended


def tell_ending_aids(*, on: datetime.date, at: datetime.datetime) -> int:
    """Write once to whoever asked for an aid that it ends within a month, and whether it may be renewed; how many were told."""
    told = 0
    with transaction.atomic():
        soon = (
            InternetAid.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(state=AidState.PAID, ending_told_on__isnull=True, ends_on__gte=on, ends_on__lte=on + ENDING_SOON)
            .select_related("operator", "enrolment__person", "enrolment__terms", "requested_by")
        )
        for aid in soon.order_by("pk"):
            aid.ending_told_on = on
            aid.save(update_fields=["ending_told_on", "updated_at"])
            asker = aid.requested_by
            if not asker.is_active or not is_email(asker.email):
                continue
            again = renewable(aid, on)
            _write(
                aid,
                asker.name,
                asker.email,
                at,
                subject=_("L'aide internet de %(name)s se termine bientôt"),
                said=[
                    _("L'aide de %(amount)s couvre l'abonnement jusqu'au %(day)s.")
                    % {"amount": format_euros(aid.amount), "day": format_short(aid.ends_on)},  # type: ignore[arg-type]
                    _("Elle peut être renouvelée : demandez-la dans Déclic, depuis la page de l'aide.")
                    if again
                    else _("Elle ne se renouvelle pas : voyez avec la personne comment elle garde internet ensuite."),
                ],
            )
            told += 1
    return told


def _locked(aid: InternetAid) -> InternetAid:
    return (
        InternetAid.objects.select_for_update(of=("self",))
        .select_related("operator", "account", "enrolment__person", "enrolment__edition__section", "enrolment__terms")
        .get(pk=aid.pk)
    )


def _decide(aid: InternetAid, state: AidState, on: datetime.date, decided_by: User) -> InternetAid:
    aid = _locked(aid)
    AID_TRANSITIONS.require(
        aid.state,
        state,
        _("Cette demande a déjà sa réponse (%(state)s) : rien n'a changé.") % {"state": aid.get_state_display()},
    )
    if on < aid.requested_on:
        raise DomainError(
            _("La décision ne peut pas précéder la demande, du %(day)s.") % {"day": format_short(aid.requested_on)},
            field="on",
        )
    aid.state, aid.decided_on, aid.decided_by = state, on, decided_by
    return aid


def _concerned(aid: InternetAid, acting_user: User) -> list[tuple[str, str]]:
    """Whoever asked, and the professional who referred the person: names and emails, each address once."""
    asker, referral = aid.requested_by, aid.enrolment.referral
    found = {}
    if asker != acting_user and asker.is_active:
        found[asker.email] = asker.name
    if referral is not None and referral.referent_email:
        found.setdefault(referral.referent_email, referral.referent_name or referral.referent_email)
    return [(name, email) for email, name in found.items() if is_email(email)]


def _write(aid: InternetAid, name: str, email: str, at: datetime.datetime, *, subject: str, said: list[str]) -> None:
    person = aid.enrolment.person
    # A mail box is not a file: the first name alone, and the number of the aid to find it by.
    queue_message(
        operator=aid.operator,
        channel=Channel.EMAIL,
        template="internet_aid",
        recipient=name,
        address=email,
        subject=subject % {"name": person.first_name},
        body="\n\n".join(
            [
                _("Bonjour,"),
                *said,
                _("Aide n° %(number)s, %(operator)s") % {"number": aid.pk, "operator": aid.operator.name},
            ]
        ),
        reference=f"aid:{aid.pk}",
        about_person=person.pk,
        at=at,
    )

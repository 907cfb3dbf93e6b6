"""Entering: each enrolment has its terms, its rules read one by one, and its snapshot."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from declic.accounts.models import User
from declic.core.dates import format_day
from declic.core.errors import DomainError
from declic.organisations.models import Site
from declic.orientation.eligibility import RuleResult, all_met, evaluate
from declic.orientation.enums import OPEN_STATES
from declic.orientation.models import Enrolment, Referral
from declic.orientation.sources import sources_of
from declic.people.actions import correct_person, follow, take_snapshot
from declic.people.enums import SnapshotMoment
from declic.people.models import Person, Snapshot
from declic.people.queries import latest_snapshot
from declic.programmes.models import Edition
from declic.programmes.queries import current_terms
from declic.programmes.scales import scales_on


@transaction.atomic
def enrol(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    on: datetime.date,
    facts: Mapping[str, Any],
    site: Site | None = None,
    adviser: User | None = None,
    exception_reason: str = "",
    birth_date: datetime.date | None = None,
    persons: int | None = None,
) -> Enrolment:
    """Enrol someone who came alone, where the terms ask for no prescriber (or with an exception that says why).

    `birth_date` completes a file that has none; `persons` is how many live together, for scales that depend on it.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    waiting = Referral.objects.filter(person=person, edition=edition, state__in=OPEN_STATES).exists()
    if waiting:
        raise DomainError(_("Une orientation attend une réponse pour cette édition : répondez-lui, cela l'inscrit."))
    return enter(
        acting_user=acting_user,
        person=person,
        edition=edition,
        on=on,
        facts=facts,
        site=site,
        adviser=adviser,
        exception_reason=exception_reason,
        referral=None,
        birth_date=birth_date,
        persons=persons,
    )


def check_entry(
    *,
    person: Person,
    edition: Edition,
    referral: Referral | None,
    facts: Mapping[str, Any],
    on: datetime.date,
    persons: int | None = None,
    latest: Snapshot | None = None,
    typed: str = "",
) -> list[RuleResult]:
    """Each entry rule of the edition's current terms, read for this person on that day.

    Scales are read on the day of the request (rule 28). `latest` is the situation known before, and `typed` the words
    that tell of a fact which neither that nor the prescriber gave.
    """
    terms = current_terms(edition).terms
    asked_on = (referral.sent_on if referral else None) or on
    return evaluate(
        terms,
        person=person,
        facts=facts,
        prescriber_kind=referral.prescriber.prescriber_kind if referral and referral.prescriber else "",
        has_prescriber=bool(referral and referral.prescriber_id),
        social_evaluation=referral.social_evaluation if referral else "",
        on=on,
        asked_on=asked_on,
        persons=persons,
        scales=scales_on(edition.operator_id, terms.entry.scale_codes(), asked_on),
        sources=sources_of(facts, latest=latest, referral=referral, typed=typed),
    )


def enter(
    *,
    acting_user: User,
    person: Person,
    edition: Edition,
    on: datetime.date,
    facts: Mapping[str, Any],
    site: Site | None,
    adviser: User | None,
    exception_reason: str,
    referral: Referral | None,
    birth_date: datetime.date | None,
    persons: int | None,
) -> Enrolment:
    """One person into one edition, whatever the way: places, rules, snapshot; the person's row is already locked."""
    # Locked so that the last place is given once.
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if person.operator_id != edition.operator_id:
        raise DomainError(_("Ce dossier et cette édition n'appartiennent pas à la même structure."))
    if Enrolment.objects.filter(person=person, edition=edition, ended_on__isnull=True).exists():
        raise DomainError(_("%(person)s est déjà dans cette édition.") % {"person": person})
    last_day = edition.enrolment_ends_on or edition.ends_on
    if not edition.starts_on <= on <= last_day:
        raise DomainError(
            _("Les entrées de cette édition vont du %(first)s au %(last)s : changez la date ou l'édition.")
            % {"first": f"{edition.starts_on:%d/%m/%Y}", "last": f"{last_day:%d/%m/%Y}"},
            field="on",
        )
    if edition.places is not None and Enrolment.objects.filter(edition=edition).count() >= edition.places:
        raise DomainError(
            _("Les %(places)d places de cette édition sont prises : mettez la personne en liste d'attente.")
            % {"places": edition.places}
        )
    if birth_date is not None and person.birth_date is None:
        correct_person(acting_user=acting_user, person=person, on=on, changes={"birth_date": birth_date})
    results = check_entry(
        person=person,
        edition=edition,
        referral=referral,
        facts=facts,
        on=on,
        persons=persons,
        latest=latest_snapshot(person),
        typed=_("saisi le %(day)s") % {"day": format_day(on)},
    )
    if not all_met(results) and not exception_reason.strip():
        raise DomainError(
            _(
                "Une condition d'entrée n'est pas remplie ou pas connue : complétez la situation, ou écrivez pourquoi vous faites une exception."
            ),
            field="exception_reason",
        )
    snapshot = take_snapshot(acting_user=acting_user, person=person, moment=SnapshotMoment.ENTRY, on=on, facts=facts)
    if site is not None and person.site_id is None:
        person.site = site
        person.save(update_fields=["site", "updated_at"])
    if adviser is not None:
        follow(acting_user=acting_user, person=person, user=adviser, since=on)
    return Enrolment.objects.create(
        operator_id=edition.operator_id,
        person=person,
        edition=edition,
        terms=current_terms(edition),
        referral=referral,
        site=site,
        adviser=adviser,
        starts_on=on,
        entry_snapshot=snapshot,
        eligibility=[result.as_json() for result in results],
        exception_reason="" if all_met(results) else exception_reason.strip(),
    )

"""What Déclic does by itself each night: deadlines, messages, lists left half done, accounts and logs whose time is over."""

import datetime
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from declic.accounts.actions import close_ended_accounts
from declic.connectivity.actions import close_ended_aids, tell_ending_aids
from declic.equipment.actions import remind_due_loans
from declic.equipment.checks import claim_problems
from declic.ledger.checks import book_problems
from declic.ledger.enums import CheckSubject
from declic.ledger.runs import record_run
from declic.messaging.jobs import refresh_receipts, resend_waiting
from declic.orientation.actions.drafts import purge_drafts
from declic.orientation.actions.reminding import remind_teams
from declic.orientation.spotting.actions import forget_old_lists, resume_imports
from declic.people.actions import gather_stragglers, purge_access_log
from declic.people.duplicates import find_duplicates
from declic.people.retention import apply_retention
from declic.people.words import tend_words
from declic.training.started import tell_started

logger = logging.getLogger(__name__)

type Job = Callable[[datetime.date, datetime.datetime], Any]

JOBS: tuple[tuple[str, Job], ...] = (
    ("imports repris", lambda on, at: resume_imports(on=on, at=at)),
    ("listes de repérage effacées", lambda on, at: forget_old_lists(on=on, at=at)),
    ("brouillons effacés", lambda on, at: purge_drafts(on=on, at=at)),
    ("dossiers réunis complétés", lambda on, at: gather_stragglers(at=at)),
    ("prescripteurs prévenus d'un début", lambda on, at: tell_started(on=on, at=at)),
    ("équipes relancées", lambda on, at: remind_teams(on=on, at=at)),
    ("aides internet terminées", lambda on, at: close_ended_aids(on=on)),
    ("fins d'aide annoncées", lambda on, at: tell_ending_aids(on=on, at=at)),
    ("fins de prêt rappelées", lambda on, at: remind_due_loans(on=on, at=at)),
    ("comptes fermés", lambda on, at: close_ended_accounts(on=on)),
    ("conservation des dossiers", lambda on, at: apply_retention(on=on, at=at)),
    ("mots des noms tenus", lambda on, at: tend_words()),
    ("doublons cherchés", lambda on, at: find_duplicates(on=on, since=at - datetime.timedelta(days=2))),
    ("consultations effacées", lambda on, at: purge_access_log(on=on)),
    ("accusés de réception lus", lambda on, at: refresh_receipts(at=at)),
    ("messages renvoyés", lambda on, at: resend_waiting(at=at)),
    ("comptes vérifiés", lambda on, at: record_run(subject=CheckSubject.BOOKS, problems=book_problems(), at=at)),
    ("matériel vérifié", lambda on, at: record_run(subject=CheckSubject.CLAIMS, problems=claim_problems(), at=at)),
)
"""What is done, in this order; each one may run twice on a day and then finds nothing left to do."""


@dataclass(frozen=True)
class Outcome:
    """What one job answered, in how many seconds; `error` is empty when it went well."""

    name: str
    done: Any
    seconds: float
    error: str = ""


def run(*, on: datetime.date, at: datetime.datetime) -> Iterator[Outcome]:
    """Run every job for the day `on`; one that fails is said and written down, and the others still run."""
    for name, job in JOBS:
        began = time.monotonic()
        try:
            done = job(on, at)
        except Exception as error:
            logger.exception("nightly job failed: %s", name)
            connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()
            yield Outcome(name, None, time.monotonic() - began, type(error).__name__)
        else:
            yield Outcome(name, done, time.monotonic() - began)

"""What the checks found, kept per operator: the night writes it, Today and the page of the books read it."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from declic.ledger.checks import Problem
from declic.ledger.enums import CheckSubject
from declic.ledger.models import Account, CheckRun

_SENTENCES_KEPT = 50
_KEPT = datetime.timedelta(days=90)


@transaction.atomic
def record_run(*, subject: CheckSubject, problems: Iterable[Problem], at: datetime.datetime) -> int:
    """Write for each operator with books how many problems the check found, and the first ones; how many in all.

    Results older than three months go: what was wrong then is right by now, or still said by a later one.
    """
    found: defaultdict[int, list[str]] = defaultdict(list)
    for problem in problems:
        found[problem.operator].append(str(problem))
    operators = {*Account.objects.order_by().values_list("operator", flat=True).distinct(), *found}
    CheckRun.objects.bulk_create(
        CheckRun(
            operator_id=operator,
            subject=subject,
            at=at,
            count=len(found[operator]),
            sentences=found[operator][:_SENTENCES_KEPT],
        )
        for operator in sorted(operators)
    )
    CheckRun.objects.filter(subject=subject, at__lt=at - _KEPT).delete()
    return sum(map(len, found.values()))


def last_runs(operator: int) -> list[CheckRun]:
    """The last result of each check for an operator, those that found something first."""
    runs = CheckRun.objects.filter(operator=operator).order_by("subject", "-at", "-pk").distinct("subject")
    return sorted(runs, key=lambda run: (-run.count, run.subject))


def wrong_runs(operators: Collection[int]) -> QuerySet[CheckRun]:
    """The last results that found something: empty when the books and the machines of these operators are right."""
    later = CheckRun.objects.filter(operator=OuterRef("operator"), subject=OuterRef("subject"), at__gt=OuterRef("at"))
    return CheckRun.objects.filter(operator__in=operators, count__gt=0).exclude(Exists(later))

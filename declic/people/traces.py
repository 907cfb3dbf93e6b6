"""Places that no row of a person leads to: work handed to the worker, sessions. Swept when she is anonymised."""

from django.contrib.sessions.models import Session
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from declic.core.personal import Traces, sweep

_SLICE = 500


@sweep
def forget_work_done(traces: Traces) -> int:
    """Results of tasks: their arguments are numbers, but what an error wrote down may quote a name."""
    quoting = Q(pk__in=[])
    for words in (traces.last_name, traces.email, *traces.phones):
        if len(words) > 1:
            quoting |= Q(traceback__icontains=words) | Q(args_kwargs__icontains=words)
    spoken = [
        result.pk
        for result in DBTaskResult.objects.filter(quoting, finished_at__isnull=False).iterator(_SLICE)
        if traces.in_text(f"{result.traceback} {result.args_kwargs} {result.return_value}")
    ]
    return DBTaskResult.objects.filter(pk__in=spoken).delete()[0]


@sweep
def forget_sessions(traces: Traces) -> int:
    """A sentence that was not yet shown may name her: that session ends."""
    spoken = [session.pk for session in Session.objects.iterator(_SLICE) if traces.in_text(str(session.get_decoded()))]
    return Session.objects.filter(pk__in=spoken).delete()[0]

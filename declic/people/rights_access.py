"""The only way to a reason for which a file is kept: through the person, already reached."""

from django.http import Http404

from declic.people.models import Person, RetentionHold


def access_hold(pk: int, person: Person) -> RetentionHold:
    """A reason to keep the file of a person already reached; 404 otherwise."""
    hold = RetentionHold.objects.filter(person=person, pk=pk).first()
    if hold is None:
        raise Http404
    return hold

"""Where one goes after a change that may have closed the file to oneself."""

from django.urls import reverse

from declic.accounts.models import User
from declic.people.access import visible_people
from declic.people.models import Person


def file_or_list(user: User, person: Person) -> str:
    """The person's file, or the list when another place or another colleague has her file now."""
    still = visible_people(user).filter(pk=person.pk).exists()
    return reverse("web:file", args=[person.pk]) if still else reverse("people:list")

"""Who opens a file: noted wherever a person's row is reached, written once a page by the middleware (rule 17)."""

from declic.accounts.models import User
from declic.messaging.models import Message


def note_opening(user: object, *, person_id: int, operator_id: int) -> None:
    """Note that the page being made for `user` opens this person's file; called by every `access_x` that leads to one."""
    if isinstance(user, User):
        _notes(user, "_openings")[person_id] = operator_id


def note_message(user: object, message: Message) -> None:
    """Note that the page being made for `user` shows the words of a message about someone."""
    if message.about_person is not None:
        note_opening(user, person_id=message.about_person, operator_id=message.operator_id)


def note_written(user: object, person_id: int, operator_id: int) -> None:
    """The opening is in the log already, with its own act: the middleware does not repeat it."""
    if isinstance(user, User):
        _notes(user, "_openings_written")[person_id] = operator_id


def openings(user: object) -> dict[int, int]:
    """Persons opened and not logged yet: their ids, and their operators'."""
    if not isinstance(user, User):
        return {}
    written = _notes(user, "_openings_written")
    return {person: operator for person, operator in _notes(user, "_openings").items() if person not in written}


def _notes(user: User, name: str) -> dict[int, int]:
    # By attribute: the user of a request is a lazy object that passes them on to the user it stands for.
    notes: dict[int, int] | None = getattr(user, name, None)
    if notes is None:
        notes = {}
        setattr(user, name, notes)
    return notes

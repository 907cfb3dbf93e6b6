"""The one error that a user can cause: a French sentence that says what is wrong and what to do next."""


class DomainError(Exception):
    """A rule of the domain refuses what was asked; nothing has been written.

    `message` is shown as it is. `field` names the form field it belongs to, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)

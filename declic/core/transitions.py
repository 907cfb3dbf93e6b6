"""State tables: one reading of "what may follow what", used by the actions and by the database alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pgtrigger

from declic.core.errors import DomainError


@dataclass(frozen=True)
class Transitions:
    """Which state may follow which; `table` maps a state to the states that may come next, a missing key is terminal."""

    table: Mapping[str, frozenset[str]]

    def allows(self, source: str, target: str) -> bool:
        """Whether `target` may follow `source`."""
        return target in self.table.get(source, frozenset())

    def require(self, source: str, target: str, message: str) -> None:
        """Raise `DomainError(message)`, a French sentence, when `target` may not follow `source`."""
        if not self.allows(source, target):
            raise DomainError(message)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every allowed (source, target), in a stable order."""
        for source in sorted(self.table):
            for target in sorted(self.table[source]):
                yield source, target

    def trigger(self, *, name: str, field: str) -> pgtrigger.FSM:
        """The trigger by which PostgreSQL refuses any other change of `field`, whatever the path."""
        return pgtrigger.FSM(name=name, field=field, transitions=list(self.pairs()))


def transitions(table: Mapping[str, set[str]]) -> Transitions:
    """Build `Transitions` from plain sets, as `enums.py` modules write them."""
    return Transitions({source: frozenset(targets) for source, targets in table.items()})

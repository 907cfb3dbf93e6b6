"""When the erasure of a drive may be believed (design: equipment and money).

Certified only when the evidence says so: status erased, no error, bytes erased equal to the real size, hidden areas
handled, re-read, and the number of an expected drive. An explicit failure has failed. All else waits for a person.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from declic.equipment.enums import ReadingVerdict
from declic.equipment.reading.facts import DriveErasure
from declic.equipment.reading.naming import is_filler

REASONS: dict[str, Any] = {
    "failed": _("l'outil dit que l'effacement a échoué"),
    "errors": _("des erreurs ont été comptées"),
    "incomplete": _("moins d'octets effacés que la taille du disque"),
    "not_erased": _("le fichier ne dit pas clairement que le disque est effacé"),
    "errors_unknown": _("le nombre d'erreurs manque"),
    "size_unknown": _("la taille réelle du disque manque"),
    "bytes_unknown": _("le nombre d'octets effacés manque"),
    "bytes_conflict": _("les nombres d'octets se contredisent"),
    "not_whole": _("le pourcentage effacé n'est pas de 100 %"),
    "hidden_found": _("une zone cachée (HPA, DCO) a été trouvée"),
    "hidden_unknown": _("rien ne dit que les zones cachées (HPA, DCO) ont été cherchées"),
    "method_unknown": _("la méthode manque"),
    "method_conflict": _("deux méthodes sont nommées"),
    "not_verified": _("l'effacement n'a pas été relu"),
    "verify_only": _("l'outil a relu le disque sans l'effacer"),
    "no_serial": _("le numéro du disque manque"),
    "serial_conflict": _("le disque a deux numéros (adaptateur USB ?)"),
    "unknown_drive": _("ce disque n'est pas un disque connu de la machine"),
    "other_size": _("la taille n'est pas celle du disque connu"),
    "same_serial": _("le même disque est cité plusieurs fois, avec des résultats différents"),
    "told_twice": _("le même disque a deux lignes"),
    "device_unclear": _("on ne sait pas de quel disque parle le tableau"),
    "broken_table": _("un tableau du journal est abîmé"),
    "flagged": _("l'outil a marqué ce disque d'un « ! »"),
    "warned": _("l'outil a signalé une erreur sur ce disque"),
    "no_step": _("aucune étape d'effacement n'est décrite"),
    "step_unclear": _("une étape ne dit pas si elle a réussi"),
    "wrong_device": _("des commandes ont visé un autre disque"),
    "doubled_key": _("une rubrique est écrite deux fois dans le fichier"),
    "contradictory": _("le fichier se contredit"),
    "before_receipt": _("l'effacement date d'avant l'arrivée de la machine"),
    "before_return": _("l'effacement date d'avant le dernier retour de la machine"),
    "date_unknown": _("la date de l'effacement manque"),
    "date_ahead": _("la date de l'effacement est dans le futur"),
}
"""What keeps a reading from being believed, by code, in the words of the screen."""

_FAILURES = {"failed", "errors", "incomplete"}
_HANDLED = {"none", "removed", "not_applicable"}


@dataclass(frozen=True)
class ExpectedDrive:
    """A drive that the machine is known to have; `size_bytes` may be rounded by the tool that told it."""

    serial: str
    size_bytes: int | None = None


@dataclass(frozen=True)
class Verdict:
    """A `ReadingVerdict` and the codes of what stands against certifying, none when it is certified."""

    verdict: ReadingVerdict
    reasons: tuple[str, ...] = ()

    @property
    def certified(self) -> bool:
        """Whether the evidence says all that it must."""
        return self.verdict == ReadingVerdict.CERTIFIED


def judge(erasure: DriveErasure, expected: Sequence[ExpectedDrive] | None = None, also: Iterable[str] = ()) -> Verdict:
    """The verdict on one erasure; with `expected`, the drives of the machine, it must also be one of them.

    `also` are reasons that the caller has found by itself (dates).
    """
    reasons = dict.fromkeys((*_of_the_tool(erasure), *_of_the_bytes(erasure), *erasure.doubts))
    if expected is not None:
        reasons.update(dict.fromkeys(_of_the_machine(erasure, expected)))
    reasons.update(dict.fromkeys(also))
    if not reasons:
        return Verdict(ReadingVerdict.CERTIFIED)
    failed = _FAILURES & reasons.keys()
    return Verdict(ReadingVerdict.FAILED if failed else ReadingVerdict.REVIEW, tuple(reasons))


def judge_all(erasures: Sequence[DriveErasure], expected: Sequence[ExpectedDrive] | None = None) -> list[Verdict]:
    """The verdict on each erasure of one file: a drive told twice is believed only if each time says the same."""
    verdicts = [judge(erasure, expected) for erasure in erasures]
    told = Counter(erasure.serial.upper() for erasure in erasures if erasure.serial)
    clean = Counter(
        erasure.serial.upper() for erasure, verdict in zip(erasures, verdicts, strict=True) if verdict.certified
    )
    return [
        Verdict(ReadingVerdict.REVIEW, ("same_serial",))
        if verdict.certified and clean[erasure.serial.upper()] < told[erasure.serial.upper()]
        else verdict
        for erasure, verdict in zip(erasures, verdicts, strict=True)
    ]


def _of_the_tool(erasure: DriveErasure) -> Iterable[str]:
    if erasure.status != "erased":
        yield "failed" if erasure.status == "failed" else "not_erased"
    if erasure.errors is None:
        yield "errors_unknown"
    elif erasure.errors:
        yield "errors"
    if not erasure.method:
        yield "method_unknown"
    if not erasure.verification:
        yield "not_verified"
    if erasure.hidden_areas not in _HANDLED:
        yield "hidden_found" if erasure.hidden_areas == "detected" else "hidden_unknown"
    if not erasure.serial or is_filler(erasure.serial):
        yield "no_serial"


def _of_the_bytes(erasure: DriveErasure) -> Iterable[str]:
    if not erasure.size_bytes:
        yield "size_unknown"
    if not erasure.erased_bytes:
        yield "bytes_unknown"
    if erasure.size_bytes and erasure.erased_bytes and erasure.size_bytes != erasure.erased_bytes:
        yield "incomplete" if erasure.erased_bytes < erasure.size_bytes else "bytes_conflict"


def _of_the_machine(erasure: DriveErasure, expected: Sequence[ExpectedDrive]) -> Iterable[str]:
    drive = next((one for one in expected if one.serial.upper() == erasure.serial.upper()), None)
    if drive is None:
        yield "unknown_drive"
    elif (
        drive.size_bytes and erasure.size_bytes and abs(drive.size_bytes - erasure.size_bytes) * 100 > drive.size_bytes
    ):
        yield "other_size"

"""The seven steps of a machine over the bench, in order, and what waits at each of them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declic.equipment.enums import DeviceState
from declic.equipment.models import Device
from declic.equipment.proofs import DriveSheet

_S = DeviceState


@dataclass(frozen=True)
class Stage:
    """A pile of the bench: the word in its address, its name, the states of its machines, and what is to be done."""

    slug: str
    label: Any
    states: tuple[DeviceState, ...]
    words: Any


STAGES = (
    Stage("trier", gettext_lazy("À trier"), (_S.RECEIVED, _S.RETURNED),
          gettext_lazy("Regardez si la machine vaut d'être remise en état, et si un verrou la retient.")),
    Stage("bloquees", gettext_lazy("Bloquées"), (_S.QUARANTINED,),
          gettext_lazy("Faites lever chaque verrou, puis dites comment.")),
    Stage("effacer", gettext_lazy("À effacer"), (_S.TRIAGED, _S.WIPING),
          gettext_lazy("Effacez chaque disque et déposez le fichier de l'outil.")),
    Stage("essayer", gettext_lazy("À essayer"), (_S.WIPED,), gettext_lazy("Déroulez la liste d'essais.")),
    Stage("installer", gettext_lazy("À installer"), (_S.TESTED,), gettext_lazy("Installez le système.")),
    Stage("classer", gettext_lazy("À classer"), (_S.INSTALLED,),
          gettext_lazy("Notez l'aspect : le grade suit, et la machine va en rayon.")),
    Stage("reparation", gettext_lazy("En réparation"), (_S.REPAIR,), gettext_lazy("Dites quand elle est réparée.")),
)  # fmt: skip
ON_BENCH = tuple(state for stage in STAGES for state in stage.states)


def stage_counts(devices: QuerySet[Device]) -> dict[str, int]:
    """How many machines wait in each pile, in one query."""
    rows = devices.filter(state__in=ON_BENCH).order_by().values_list("state").annotate(count=Count("pk"))
    by_state = dict(rows)
    return {stage.slug: sum(by_state.get(state, 0) for state in stage.states) for stage in STAGES}


@dataclass(frozen=True)
class StepLine:
    """One step of a machine: `done`, `now`, `later` or `stop`, with a few words; `anchor` is its place on the page."""

    name: str
    label: str
    kind: str
    words: str
    anchor: str = ""


# How far a state has come: the number of steps behind it.
_BEHIND = {
    _S.RECEIVED: 0, _S.RETURNED: 0, _S.QUARANTINED: 0, _S.REPAIR: 0, _S.TRIAGED: 1, _S.WIPING: 1, _S.WIPED: 2,
    _S.TESTED: 3, _S.INSTALLED: 5, _S.READY: 7, _S.RESERVED: 7, _S.ON_LOAN: 7, _S.TRANSFERRED: 7, _S.TRANSIT: 7,
}  # fmt: skip


def steps_of(device: Device, sheet: DriveSheet, *, failed: int, parts: int, locks: int) -> list[StepLine]:
    """Where the machine stands: what is behind it, what is to do now, what comes after."""
    state = DeviceState(device.state)
    behind = _BEHIND.get(state, 0)
    if state == _S.INSTALLED and device.grade_rules:
        behind = 6
    parts_words = ngettext("%(n)d montée", "%(n)d montées", parts) % {"n": parts} if parts else _("si besoin")
    words = [
        ngettext("%(n)d verrou", "%(n)d verrous", locks) % {"n": locks} if locks else "",
        ngettext("%(n)d disque à prouver", "%(n)d disques à prouver", sheet.missing) % {"n": sheet.missing}
        if sheet.missing
        else "",
        ngettext("%(n)d à reprendre", "%(n)d à reprendre", failed) % {"n": failed} if failed else "",
        parts_words,
        device.system if behind > 4 else "",
        device.grade if behind > 5 else "",
        "",
    ]
    labels = [_("Tri"), _("Effacement"), _("Essais"), _("Pièces"), _("Système"), _("Grade"), _("Prêt")]
    anchors = ["verrous", "disques", "essais", "pieces", "", "grade", ""]
    lines = []
    for place, label in enumerate(labels):
        if place < behind:
            kind = "done"
        elif place == behind or (place == 4 and behind == 3):
            kind = "stop" if state == _S.QUARANTINED else "now"
        else:
            kind = "later"
        if place == 3 and kind != "done":
            kind = "done" if parts else "later"
        lines.append(StepLine(anchors[place], label, kind, words[place], anchors[place]))
    return lines

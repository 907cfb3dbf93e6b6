"""The checks made on a machine, by kind; a list that changes gets a new version, and a test keeps the one it was made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from declic.equipment.enums import DeviceKind


@dataclass(frozen=True)
class Check:
    """One thing to try: what it is, what to do when it does not work, and whether a machine may do without it."""

    code: str
    label: Any
    advice: Any
    may_lack: bool = False


_POWER = Check(
    "power", _("Démarre et s'éteint"), _("Vérifiez l'alimentation et la mémoire, puis envoyez-la en réparation.")
)
_SCREEN = Check(
    "screen", _("Écran net, sans tache gênante"), _("Changez l'écran, ou gardez la machine pour ses pièces.")
)
_VIDEO = Check("video", _("Sortie vidéo : image sur un écran"), _("Essayez un autre câble, puis une carte graphique."))
_KEYBOARD = Check("keyboard", _("Clavier : toutes les touches"), _("Nettoyez, puis changez le clavier."))
_POINTER = Check("pointer", _("Pavé tactile et ses boutons"), _("Nettoyez la nappe, ou joignez une souris."))
_TOUCH = Check("touch", _("Écran tactile : tous les coins"), _("Changez la dalle, ou gardez-la pour ses pièces."))
_BATTERY = Check("battery", _("Batterie : deux heures au moins"), _("Changez la batterie."))
_CHARGER = Check("charger", _("Chargeur présent et sûr"), _("Joignez un chargeur du stock de pièces."))
_WIFI = Check("wifi", _("Wifi : voit un réseau et s'y connecte"), _("Changez la carte, ou joignez une clé wifi."))
_NETWORK = Check("network", _("Appel et réseau mobile avec une carte SIM"), _("Vérifiez le désimlockage et le tiroir."))
_SOUND = Check("sound", _("Son et prise casque"), _("Vérifiez le pilote, ou joignez un casque."))
_MICRO = Check("microphone", _("Micro : s'entend dans un enregistrement"), _("Joignez un casque avec micro."))
_CAMERA = Check("camera", _("Caméra"), _("Joignez une caméra USB : elle sert aux rendez-vous à distance."))
_PORTS = Check("ports", _("Chaque prise USB"), _("Nettoyez les prises ; notez celle qui ne répond plus."))
_BUTTONS = Check("buttons", _("Boutons : volume et veille"), _("Nettoyez, ou changez la nappe."))
_ETHERNET = Check("ethernet", _("Prise réseau"), _("Joignez un adaptateur USB."))
_HINGES = Check("hinges", _("Charnières et coque"), _("Resserrez les charnières ; une coque coupante se change."))


def _lacking(check: Check) -> Check:
    return Check(check.code, check.label, check.advice, may_lack=True)


VERSION = "2026-1"
CHECKLISTS: Mapping[str, Mapping[str, tuple[Check, ...]]] = {
    VERSION: {
        DeviceKind.LAPTOP: (
            _POWER, _SCREEN, _HINGES, _KEYBOARD, _POINTER, _BATTERY, _CHARGER, _WIFI, _SOUND, _lacking(_MICRO),
            _lacking(_CAMERA), _PORTS,
        ),
        DeviceKind.DESKTOP: (_POWER, _VIDEO, _PORTS, _lacking(_SOUND), _lacking(_WIFI), _lacking(_ETHERNET)),
        DeviceKind.TABLET: (
            _POWER, _SCREEN, _TOUCH, _BUTTONS, _BATTERY, _CHARGER, _WIFI, _SOUND, _lacking(_MICRO), _lacking(_CAMERA),
        ),
        DeviceKind.SMARTPHONE: (
            _POWER, _SCREEN, _TOUCH, _BUTTONS, _BATTERY, _CHARGER, _WIFI, _NETWORK, _SOUND, _MICRO, _lacking(_CAMERA),
        ),
    }
}  # fmt: skip

_LABELS = {check.code: check for lists in CHECKLISTS.values() for checks in lists.values() for check in checks}


def checks_of(kind: str, version: str = VERSION) -> tuple[Check, ...]:
    """What is tried on a kind of machine."""
    return CHECKLISTS[version][DeviceKind(kind)]


def check_named(code: str) -> Check:
    """The check of that code in any list; a code that no list has stands for itself."""
    return _LABELS.get(code) or Check(code, code, "")

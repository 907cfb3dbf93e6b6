"""Lists of machines that donors and refurbishers send: what their columns mean, and what each line would become."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.errors import DomainError
from declic.core.forms import refuse_unwanted_text
from declic.core.money import parse_euros
from declic.core.tables import Limits, TableError, as_text, open_table
from declic.equipment.enums import DeviceKind, IdentifierKind
from declic.equipment.models import Device, DeviceIdentifier, LabelRun, Lot
from declic.equipment.public_gifts import require_fair_value
from declic.equipment.tags import parse_tag, split_tag, tag_of
from declic.people.names import fold

MOST_ROWS = 1000
_LIMITS = Limits(max_bytes=8 * 1024 * 1024, max_rows=MOST_ROWS, max_columns=40, max_unpacked=100 * 1024 * 1024)
_MOST_TEXT = 200
_SALT = "declic.equipment.machine_lists"
# A list lies on someone's screen for the time of checking it.
_HOURS = 8

FIELDS = {
    "kind": gettext_lazy("Type"),
    "brand": gettext_lazy("Marque"),
    "model": gettext_lazy("Modèle"),
    "serial": gettext_lazy("Numéro de série"),
    "imei": gettext_lazy("IMEI"),
    "processor": gettext_lazy("Processeur"),
    "memory_mb": gettext_lazy("Mémoire"),
    "storage_gb": gettext_lazy("Stockage"),
    "made_in": gettext_lazy("Année de fabrication"),
    "unit_value": gettext_lazy("Valeur unitaire"),
    "tag": gettext_lazy("Étiquette déjà collée"),
    "note": gettext_lazy("Remarque"),
}
"""What a column may be; each has one column at most."""

_TITLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("", r"\b(prenom|nom|utilisat\w+|affecte|beneficiaire|service|bureau|agent|mac|adresse|ip|date)\b"),
        ("imei", r"\bimei\b"),
        ("serial", r"\b(serie|serial|sn|s n|service ?tag|n serie|num\w* serie)\b"),
        ("tag", r"\b(etiquette|declic)\b"),
        ("processor", r"\b(processeur|cpu|proc)\b"),
        ("memory_mb", r"\b(ram|memoire)\b"),
        ("storage_gb", r"\b(stockage|disque|hdd|ssd|capacite)\b"),
        ("made_in", r"\b(annee|millesime|fabrication|achat)\b"),
        ("unit_value", r"\b(valeur|vnc|prix|montant|cout)\b"),
        ("brand", r"\b(marque|fabricant|constructeur|brand|manufacturer)\b"),
        ("model", r"\b(modele|model|reference|designation|produit)\b"),
        ("kind", r"\b(type|categorie|nature|materiel|genre|famille)\b"),
        ("note", r"\b(remarques?|observations?|commentaires?|notes?|etat|panne)\b"),
    )
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("", r"\b(ecran|moniteur|imprimante|photocopieur|serveur|switch|routeur|souris|clavier|station d accueil|dock|camera)\b"),
        (DeviceKind.SMARTPHONE, r"\b(smart ?phones?|telephones?|mobiles?|gsm|iphone)\b"),
        (DeviceKind.TABLET, r"\b(tablettes?|tablets?|ipad)\b"),
        (DeviceKind.LAPTOP, r"\b(portables?|laptops?|notebooks?|ultrabooks?|chromebooks?|macbooks?|pc p)\b"),
        (DeviceKind.DESKTOP, r"\b(fixes?|desktops?|uc|unites? centrales?|tours?|mini ?pc|all in one|aio|tout en un|imac|bureau)\b"),
    )
)  # fmt: skip
_NOT_A_NUMBER = {
    "to be filled by o.e.m.", "system serial number", "default string", "not specified", "none", "n/a", "na", "-",
    "inconnu", "unknown", "néant", "neant", "illisible", "aucun", "sans", "x", "?", "123456789", "nc",
}  # fmt: skip


@dataclass(frozen=True)
class MachineList:
    """A list read whole: the titles of its columns, its lines (number in the file, cells as texts), what columns mean."""

    name: str
    titles: list[str]
    rows: list[tuple[int, list[str], str]]
    mapping: dict[int, str]

    def pack(self) -> str:
        """The list as a signed text that a page carries from step to step: nothing of it is kept on our side."""
        return signing.dumps([self.name, self.titles, self.rows], salt=_SALT, compress=True)


def unpack(packed: str) -> MachineList:
    """The list that a page carried; raises DomainError when it was altered or lay about for too long."""
    try:
        name, titles, rows = signing.loads(packed, salt=_SALT, max_age=_HOURS * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        raise DomainError(_("Cette liste n'est plus lisible : choisissez de nouveau le fichier.")) from None
    return MachineList(name, titles, [(number, cells, problem) for number, cells, problem in rows], {})


def read_list(upload: UploadedFile) -> MachineList:
    """Read an uploaded list (XLSX, ODS, CSV); raises `TableError`, with a sentence, for whatever cannot be read."""
    with tempfile.TemporaryDirectory(prefix="declic-machines-") as folder:
        path = Path(folder) / "given"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        name = (upload.name or "")[:100]
        table = open_table(path, filename=name, limits=_LIMITS)
        if table.header_row is None:
            raise TableError(
                _(
                    "La première ligne de « %(name)s » ne donne pas les titres des colonnes (Type, Marque, Modèle, Numéro de"
                    " série…). Ajoutez-les dans votre tableur, enregistrez, puis choisissez de nouveau le fichier."
                )
                % {"name": name}
            )
        rows = [
            (row.number, [_short(as_text(cell)) for cell in row.cells], row.problem)
            for row in table.rows()
            if any(cell is not None for cell in row.cells)
        ]
        titles = [_short(title) for title in table.column_names()]
    if not rows:
        raise TableError(_("Cette liste n’a que des titres, sans aucune ligne. Choisissez le fichier rempli."))
    return MachineList(name, titles, rows, recognise(titles))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MOST_TEXT]


def recognise(titles: Sequence[str]) -> dict[int, str]:
    """What each column means, by its rank, read in its title; columns that nothing tells are left out."""
    found: dict[int, str] = {}
    for rank, title in enumerate(titles):
        words = fold(title)
        meaning = next((name for name, pattern in _TITLES if pattern.search(words)), "")
        if meaning and meaning not in found.values():
            found[rank] = meaning
    return found


class Verdict(models.TextChoices):
    """What becomes of a line."""

    NEW = "new", gettext_lazy("nouvelle")
    KNOWN = "known", gettext_lazy("déjà connue")
    REFUSED = "refused", gettext_lazy("refusée")


@dataclass
class Line:
    """One line of a list and what would be done with it: `fields` of the machine, `numbers` that its maker gave."""

    number: int
    verdict: Verdict = Verdict.NEW
    reason: str = ""
    fields: dict[str, str | int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    tag: str = ""
    known: Device | None = None

    @property
    def words(self) -> str:
        """The maker and the model, as far as the list says them."""
        return " ".join(str(self.fields[name]) for name in ("brand", "model") if name in self.fields)

    def refuse(self, reason: str) -> "Line":
        """The same line, refused for a reason said to whoever reads it."""
        self.verdict, self.reason = Verdict.REFUSED, reason
        return self


def judge(found: MachineList, mapping: Mapping[int, str], *, lot: Lot, kind: str) -> list[Line]:
    """What each line would become in `lot`, in a fixed number of queries; `kind` is that of lines that do not say it."""
    columns = {meaning: rank for rank, meaning in mapping.items() if meaning in FIELDS}
    lines = [_line(number, cells, problem, columns, kind) for number, cells, problem in found.rows]
    public = lot.collection is not None and lot.collection.promise.public_body
    for line in lines:
        if public and line.verdict == Verdict.NEW and isinstance(line.fields.get("unit_value"), int):
            try:
                require_fair_value(lot.operator_id, int(line.fields["unit_value"]), lot.received_on)
            except DomainError as error:
                line.refuse(error.message)
    _find_repeated(lines)
    _find_known(lines, lot.operator_id)
    _check_tags(lines, lot.operator_id)
    return lines


def _line(number: int, cells: list[str], problem: str, columns: Mapping[str, int], kind: str) -> Line:
    line = Line(number)
    if problem:
        return line.refuse(problem)
    said = {name: cells[rank].strip() for name, rank in columns.items() if rank < len(cells) and cells[rank].strip()}
    try:
        for name in ("brand", "model", "processor", "note"):
            refuse_unwanted_text(said.get(name, ""))
    except ValidationError as error:
        return line.refuse(error.messages[0])
    line.fields["kind"] = kind
    if "kind" in said:
        words = fold(said["kind"])
        meant = next((code for code, pattern in _KINDS if pattern.search(words)), None)
        if not meant:
            return line.refuse(
                _("« %(kind)s » n'est ni un ordinateur, ni une tablette, ni un téléphone.") % {"kind": said["kind"]}
            )
        line.fields["kind"] = meant
    for name, most in (("brand", 80), ("model", 120), ("processor", 120), ("note", 300)):
        if name in said:
            line.fields[name] = said[name][:most]
    for name in ("serial", "imei"):
        if number_text := real_number(said.get(name, "")):
            line.numbers[name] = number_text
    if not (line.numbers or "model" in said or "tag" in said or ("brand" in said and "kind" in said)):
        return line.refuse(_("Ni modèle ni numéro : cette ligne ne dit pas de quelle machine il s'agit."))
    for name, reader in (("memory_mb", _memory), ("storage_gb", _storage), ("made_in", _year)):
        if name in said and (size := reader(said[name])) is not None:
            line.fields[name] = size
    if "unit_value" in said:
        try:
            value = parse_euros(said["unit_value"])
        except ValueError as error:
            return line.refuse(str(error))
        if not 0 <= value <= 100_000_00:
            return line.refuse(_("Cette valeur est trop grande ou négative : vérifiez-la."))
        line.fields["unit_value"] = value
    if "tag" in said:
        line.tag = parse_tag(said["tag"])
        if not line.tag:
            return line.refuse(_("« %(tag)s » n'est pas une étiquette.") % {"tag": said["tag"][:40]})
    return line


def real_number(text: str) -> str:
    """A number of the maker in capitals without spaces; empty for what is written where there is none."""
    if text.strip().casefold() in _NOT_A_NUMBER:
        return ""
    number = re.sub(r"\s+", "", text).upper()
    return number[:80] if len(set(number)) > 1 and len(number) >= 4 else ""


_SIZE = re.compile(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*(to|tb|go|gb|mo|mb|g|m|t)?\b", re.IGNORECASE)


def _size_in_gb(text: str) -> tuple[float, bool] | None:
    """The first size of a text in GB, and whether its unit was written."""
    match = _SIZE.search(text)
    if match is None:
        return None
    unit = (match[2] or "").lower()[:1]
    return float(match[1].replace(",", ".")) * {"t": 1000, "m": 1 / 1024}.get(unit, 1), bool(unit)


def _memory(text: str) -> int | None:
    found = _size_in_gb(text)
    if found is None:
        return None
    size, said = found
    megabytes = round(size) if not said and size > 512 else round(size * 1024)
    return megabytes if 64 <= megabytes <= 4 * 1024 * 1024 else None


def _storage(text: str) -> int | None:
    found = _size_in_gb(text)
    return round(found[0]) if found is not None and 1 <= found[0] <= 200_000 else None


def _year(text: str) -> int | None:
    years = [int(year) for year in re.findall(r"\b(?:19[89]|20[0-9])\d\b", text)]
    return years[0] if years else None


def _same_model(line: Line, model: str) -> bool:
    mine, theirs = fold(str(line.fields.get("model", ""))), fold(model)
    return not mine or not theirs or mine in theirs or theirs in mine


def _find_repeated(lines: Sequence[Line]) -> None:
    seen: dict[tuple[str, str], Line] = {}
    tags: dict[str, Line] = {}
    for line in lines:
        if line.verdict != Verdict.NEW:
            continue
        for kind, number in line.numbers.items():
            first = seen.setdefault((kind, number), line)
            if first is not line and _same_model(line, str(first.fields.get("model", ""))):
                line.refuse(_("Même machine que la ligne %(number)s.") % {"number": first.number})
        if line.tag and tags.setdefault(line.tag, line) is not line:
            line.refuse(_("Même étiquette que la ligne %(number)s.") % {"number": tags[line.tag].number})


def _find_known(lines: Sequence[Line], operator_id: int) -> None:
    asked = {number for line in lines if line.verdict == Verdict.NEW for number in line.numbers.values()}
    if not asked:
        return
    rows = DeviceIdentifier.objects.select_related("device").filter(
        operator=operator_id,
        kind__in=(IdentifierKind.SERIAL, IdentifierKind.IMEI),
        value__in=asked | {number.lower() for number in asked},
    )
    known: dict[tuple[str, str], list[Device]] = {}
    for row in rows.order_by("pk"):
        known.setdefault((row.kind, row.value.upper()), []).append(row.device)
    for line in lines:
        if line.verdict != Verdict.NEW:
            continue
        for device in [one for pair in line.numbers.items() for one in known.get(pair, [])]:
            if _same_model(line, device.model):
                line.verdict, line.known = Verdict.KNOWN, device
                line.reason = _("Même numéro que %(tag)s : elle est déjà chez vous.") % {"tag": device.tag}
                break
            # A serial number is not unique from one maker to another.
            line.reason = _("Même numéro que %(tag)s, mais un autre modèle.") % {"tag": device.tag}


def _check_tags(lines: Sequence[Line], operator_id: int) -> None:
    asked = {line.tag for line in lines if line.verdict == Verdict.NEW and line.tag}
    if not asked:
        return
    worn = set(Device.objects.filter(operator=operator_id, tag__in=asked).values_list("tag", flat=True))
    runs = list(LabelRun.objects.filter(operator=operator_id).values_list("prefix", "first", "count"))
    for line in lines:
        if line.verdict != Verdict.NEW or not line.tag:
            continue
        split = split_tag(line.tag)
        if line.tag in worn:
            line.refuse(_("L'étiquette %(tag)s est déjà sur une machine.") % {"tag": line.tag})
        elif (
            split is None
            or line.tag != tag_of(*split)
            or not any(p == split[0] and f <= split[1] < f + c for p, f, c in runs)
        ):
            line.refuse(_("L'étiquette %(tag)s ne vient pas de vos planches.") % {"tag": line.tag})

"""What the columns of a list mean: recognised by their titles, whatever the spelling; some may never be taken."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from declic.core.forms import contains_nir
from declic.core.tables import Cell, as_text
from declic.people.queries import fold

FIELDS = {
    "last_name": _("Nom"),
    "first_name": _("Prénom"),
    "full_name": _("Nom et prénom ensemble"),
    "birth_name": _("Nom de naissance"),
    "birth_date": _("Date de naissance"),
    "phone": _("Téléphone"),
    "email": _("Courriel"),
    "address": _("Adresse"),
    "postal_code": _("Code postal"),
    "city": _("Commune"),
    "gender": _("Civilité ou genre"),
    "language": _("Langue"),
    "reference": _("Numéro de dossier"),
    "prescriber": _("Structure qui signale"),
    "referent": _("Professionnel référent"),
}
"""What a column may be; several may be telephones, any other field has one column."""

NIR, SENSITIVE = "!nir", "!sensitive"
"""Marks of the columns whose cells are never kept: social security numbers (rule 16), health and the like."""

_NIR_TITLE = re.compile(
    r"\b(nir|nss|n secu|num\w* secu\w*|n ss|securite sociale|immatriculation sociale|num\w* insee|n insee)\b"
)
_SENSITIVE_TITLE = re.compile(
    r"\b(rqth|handicap\w*|mdph|boeth?|sante|maladi\w*|medical\w*|patholog\w*|traitement|addiction\w*|enceinte|grossesse"
    r"|religi\w*|ethni\w*|race|origine\w*|politique|syndica\w*|sexuel\w*|judiciaire\w*|casier|condamn\w*|ecrou|iban|rib)\b"
)
_OTHERS = re.compile(
    r"\b(referente?s?|prescript\w+|conseillere?|structure|accompagnat\w+|travailleur|professionnel\w*|organisme|urgence"
    r"|conjointe?|enfants?|parent|tuteur|tutrice|employeur)\b"
)
_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        ("", r"\b(lieu|ville|commune|pays|departement|annee) (de )?naiss\w*|\bcode (insee|commune)\b|\bage\b"),
        ("birth_date", r"\b(ddn|dob|d naiss\w*|dates? (de )?naiss\w*|ne e? ?le|nee le|anniversaire)\b|^naissance$"),
        ("email", r"\b(e ?mails?|mails?|courriels?|mel|adresse electronique)\b"),
        ("phone", r"\b(tel\w*|portables?|mobiles?|fixe|gsm|phone|num\w* d appel)\b"),
        ("reference", r"\b(dossier|allocataire|matricule|identifiant|ref|reference|id)\b|^n$|^numero$"),
        ("postal_code", r"\b(cp|c p|code ?postal|codepostal|zip)\b"),
        ("birth_name", r"\bnom (de )?(naissance|jeune fille|patronymique)\b|\bnom patronymique\b"),
        ("full_name", r"\bnoms? .*prenoms?\b|\bprenoms? .*noms?\b|\bnom complet\b|\bnomprenom\b|^identite"),
        ("first_name", r"\bprenoms?\b"),
        ("last_name", r"\bnoms?\b"),
        ("gender", r"\b(genre|sexe|civilite|civ)\b|^titre$"),
        ("address", r"\b(adresse|rue|voie|domicile)\b"),
        ("city", r"\b(ville|commune|localite|communes)\b"),
        ("language", r"\blangues?\b"),
        ("full_name", r"^(beneficiaires?|personnes?|usagers?|participante?s?|stagiaires?|habitante?s?)$"),
    )
)
_NIR_ALONE = 24
SAMPLE_OF_NIR = 3
"""Cells that look like social security numbers in the first rows: from this many, the whole column is one of them."""


def meaning_of(title: str) -> str:
    """The field, `NIR` or `SENSITIVE` that a title announces; empty when it says nothing known."""
    words = fold(title)
    if _NIR_TITLE.search(words) and "commune" not in words:
        return NIR
    if _SENSITIVE_TITLE.search(words):
        return SENSITIVE
    if _OTHERS.search(words):
        return _of_professionals(words)
    for field, pattern in _MEANINGS:
        if pattern.search(words):
            return field
    return _of_professionals(words)


def _of_professionals(words: str) -> str:
    """What a title says of those who signal the person: their names are taken, not how to reach them."""
    if re.search(r"\b(tel\w*|mails?|e ?mail|courriel|adresse|cp|ville|date|type|prenom)\b", words):
        return ""
    if re.search(r"\b(referente?s?|conseillere?|accompagnat\w+|travailleur|professionnel\w*)\b", words):
        return "referent"
    if re.search(r"\b(structure|prescript\w+|orient\w+ par|organisme|partenaire|signale\w* par)\b", words):
        return "prescriber"
    return ""


def holds_nir(cell: Cell) -> bool:
    """Whether a cell reads as a social security number, typed as a text or as a number."""
    if cell is None or isinstance(cell, bool):
        return False
    return contains_nir(as_text(cell))


def recognise(titles: Sequence[str], sample: Sequence[Sequence[Cell]]) -> dict[str, str]:
    """What each column means, by its rank as a text: a field of `FIELDS`, `NIR` or `SENSITIVE`.

    Columns that nothing tells are left out: someone may map them by hand.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for rank, title in enumerate(titles):
        meaning = meaning_of(title)
        cells = [row[rank] for row in sample if rank < len(row) and row[rank] is not None]
        # A remark that holds one loses that cell; a column of them has nothing else in its cells.
        numbers = sum(len(as_text(cell)) <= _NIR_ALONE and holds_nir(cell) for cell in cells)
        if numbers and (numbers >= SAMPLE_OF_NIR or numbers * 2 >= len(cells)):
            meaning = NIR
        if not meaning or (meaning in taken and meaning != "phone" and meaning in FIELDS):
            continue
        taken.add(meaning)
        found[str(rank)] = meaning
    if "birth_name" in taken and "last_name" not in taken and "full_name" not in taken:
        found = {rank: "last_name" if meaning == "birth_name" else meaning for rank, meaning in found.items()}
        taken.add("last_name")
    if {"last_name", "first_name"} <= taken:
        found = {rank: meaning for rank, meaning in found.items() if meaning != "full_name"}
    elif "last_name" in taken and "first_name" not in taken and "full_name" not in taken:
        # One column of names is often called « Nom » and holds both.
        found = {rank: "full_name" if meaning == "last_name" else meaning for rank, meaning in found.items()}
    return found


def never_kept(mapping: dict[str, str]) -> set[int]:
    """The ranks of the columns whose cells are dropped before anything is stored."""
    return {int(rank) for rank, meaning in mapping.items() if meaning in (NIR, SENSITIVE)}

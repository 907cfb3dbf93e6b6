"""The text of the agreement, written from the frozen terms: the same bytes are shown, signed, hashed and kept."""

import datetime
import hashlib

from django.utils.translation import gettext as _

from declic.core.dates import format_day
from declic.core.money import format_euros
from declic.equipment.enums import AllocationMode, LoanEventKind
from declic.equipment.models import Agreement, Allocation, Device, LoanEvent


def agreement_title(mode: str) -> str:
    """The name of the paper that goes with a mode."""
    return {
        AllocationMode.LOAN: _("Convention de prêt"),
        AllocationMode.LOAN_THEN_OPTION: _("Convention de prêt avec option d'achat"),
        AllocationMode.GIFT: _("Attestation de don"),
        AllocationMode.SALE: _("Attestation de vente"),
    }[AllocationMode(mode)]


def machine_line(device: Device) -> str:
    """The line of the agreement that says which machine it is."""
    return _("Matériel : %(machine)s, étiquette %(tag)s, aspect : %(condition)s.") % {
        "machine": " ".join(filter(None, [str(device.get_kind_display()), device.brand, device.model])),
        "tag": device.tag,
        "condition": device.get_condition_display() if device.condition else _("non précisé"),
    }


def agreement_text(allocation: Allocation, device: Device, *, on: datetime.date) -> str:
    """The agreement in plain sentences, one idea each; amounts, machine and dates as they stand on `on`."""
    return "\n".join(agreement_lines(allocation, machine_line(device), on=on)) + "\n"


def agreement_lines(allocation: Allocation, machine: str, *, on: datetime.date) -> list[str]:
    """The lines of the agreement around `machine`, the line of the machine (`machine_line`)."""
    person = allocation.person
    words = {
        "operator": allocation.operator.name,
        "person": f"{person.first_name} {person.last_name}",
        "edition": str(allocation.edition),
        "day": format_day(on),
        "due": format_day(allocation.due_on) if allocation.due_on else "",
        "deposit": format_euros(allocation.deposit),
        "price": format_euros(allocation.price),
    }
    lines = [agreement_title(allocation.mode), ""]
    lines += [
        _("Entre %(operator)s et %(person)s, le %(day)s.") % words,
        _("Dispositif : %(edition)s.") % words,
        machine,
        "",
    ]
    return lines + [sentence % words for sentence in _sentences(allocation)]


def _sentences(allocation: Allocation) -> list[str]:
    if allocation.mode == AllocationMode.GIFT:
        return [
            _("%(operator)s donne ce matériel à %(person)s."),
            _("Il devient la propriété de %(person)s. Rien n'est à payer."),
        ]
    if allocation.mode == AllocationMode.SALE:
        return [
            _("%(operator)s vend ce matériel à %(person)s au prix de %(price)s."),
            _("Il devient la propriété de %(person)s."),
        ]
    sentences = [
        _("%(operator)s prête ce matériel à %(person)s jusqu'au %(due)s."),
        _("Le matériel reste la propriété de %(operator)s."),
        _("%(person)s en prend soin, ne le vend pas et ne le prête pas."),
        _("En cas de panne, de perte ou de vol, %(person)s prévient %(operator)s."),
    ]
    if allocation.deposit:
        sentences.append(
            _(
                "Une caution de %(deposit)s est versée. Elle est rendue au retour du matériel, moins les dommages constatés."
            )
        )
    else:
        sentences.append(_("Aucune caution n'est demandée."))
    sentences.append(_("À la fin du prêt, %(person)s peut :"))
    return sentences + [f"– {choice}" for choice in choices_at_term(allocation)]


def choices_at_term(allocation: Allocation) -> list[str]:
    """What the person may choose at the end of the loan, in words."""
    price = format_euros(allocation.option_price or 0)
    words = {
        "return": _("rendre le matériel") + (_(" et reprendre la caution") if allocation.deposit else ""),
        "keep": _("le garder, en laissant la caution") if allocation.deposit else _("le garder"),
        "buy": _("l'acheter pour %(price)s") % {"price": price}
        + (_(", la caution venant en déduction") if allocation.deposit else ""),
    }
    chosen = allocation.options_at_term or ["return"]
    return [words[option] for option in ("return", "keep", "buy") if option == "return" or option in chosen]


def amendments(allocation: Allocation) -> list[str]:
    """What changed since the signature, one sentence each with its day, the oldest first; the signed text stays as it is."""
    # What is written down at a renewal is the former end, the new one and the reason; at a swap, the amendment itself.
    words = {
        LoanEventKind.RENEWED: _("Fin du prêt reportée le %(day)s, %(note)s."),
        LoanEventKind.AMENDED: _("Avenant %(note)s."),
    }
    events = LoanEvent.objects.filter(allocation=allocation, kind__in=list(words)).order_by("on", "pk")
    return [
        words[LoanEventKind(event.kind)] % {"day": format_day(event.on), "note": event.note.rstrip(".")}
        for event in events
    ]


def is_unaltered(agreement: Agreement) -> bool:
    """Whether the text kept is still the one whose hash was kept when it was signed."""
    return sha256_of(agreement.text) == agreement.sha256


def in_groups(fingerprint: str) -> str:
    """A hash in groups of eight, so that it folds on a small screen and can be read aloud."""
    return " ".join(fingerprint[start : start + 8] for start in range(0, len(fingerprint), 8))


def sha256_of(text: str) -> str:
    """The hash kept beside the text, by which any alteration shows (rules 13 and 25)."""
    return hashlib.sha256(text.encode()).hexdigest()

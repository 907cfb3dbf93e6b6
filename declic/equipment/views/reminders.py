"""Writing to a selection of people about their loan or a late payment, and the letters to print, all in one file."""

from django.contrib import messages as notices
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.access import require
from declic.accounts.enums import Permission
from declic.accounts.http import user_of
from declic.accounts.models import User
from declic.core.dates import now
from declic.core.errors import DomainError
from declic.core.views import Done, SeeOther, post_action
from declic.equipment import actions
from declic.equipment.access import visible_allocations
from declic.equipment.actions.reminders import Sent
from declic.messaging.access import has_read
from declic.messaging.enums import Channel
from declic.messaging.letters import letters_as_pdf
from declic.messaging.models import Message
from declic.messaging.queries import letters_to_post

MOST_AT_ONCE = 100
TEMPLATES = ("loan_due_soon", "loan_overdue", "payment_late")


def waiting_letters(user: User) -> QuerySet[Message]:
    """Letters about loans that wait to be printed and posted."""
    return letters_to_post(user).filter(template__in=TEMPLATES)


def chosen_keys(values: list[str]) -> list[int]:
    """The numbers among what a selection sent; anything else names nothing."""
    return [int(value) for value in values if value.isdecimal() and value.isascii() and len(value) < 19]


@post_action
def remind(request: HttpRequest) -> Done:
    """Write to everyone ticked, by what reaches each of them, or to all by letter."""
    require(request.user, Permission.HAND_OVER)
    user = user_of(request)
    keys = chosen_keys(request.POST.getlist("pret"))
    chosen = list(
        visible_allocations(user, Permission.HAND_OVER)
        .filter(pk__in=keys)
        .select_related("person")
        .order_by("due_on", "pk")[:MOST_AT_ONCE]
    )
    if not chosen:
        raise DomainError(_("Cochez au moins une personne à qui écrire."))
    sent = actions.remind(
        acting_user=user, allocations=chosen, at=now(), by_letter=request.POST.get("par") == Channel.LETTER
    )
    if not sent.count:
        raise DomainError(_left_said(sent))
    if sent.left:
        notices.warning(request, _left_said(sent))
    return Done(_sent_said(sent))


def _sent_said(sent: Sent) -> str:
    words = [
        _("%(channel)s : %(count)d") % {"channel": Channel(channel).label, "count": count}
        for channel, count in sorted(sent.by_channel.items())
    ]
    said = ngettext("%(count)d rappel enregistré", "%(count)d rappels enregistrés", sent.count) % {"count": sent.count}
    said = f"{said} ({', '.join(words)})."
    if Channel.LETTER in sent.by_channel:
        said += " " + _("Prochain pas : imprimer les lettres.")
    return said


def _left_said(sent: Sent) -> str:
    shown = [f"{allocation.person} ({words})" for allocation, words in sent.left[:5]]
    if len(sent.left) > len(shown):
        shown.append(_("%(count)d autres") % {"count": len(sent.left) - len(shown)})
    return _("Rien n'est parti pour : %(who)s.") % {"who": ", ".join(shown)}


def letters_pdf(request: HttpRequest) -> HttpResponseBase:
    """All the letters about loans that wait, one after the other in one file."""
    require(request.user, Permission.HAND_OVER)
    user = user_of(request)
    letters = list(waiting_letters(user).select_related("operator", "budget")[:MOST_AT_ONCE])
    if not letters:
        notices.info(request, _("Aucune lettre n'attend d'être imprimée."))
        return SeeOther(reverse("equipment:loans"))
    for letter in letters:
        has_read(user, letter)
    response = HttpResponse(letters_as_pdf(letters), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="lettres-prets.pdf"'
    return response

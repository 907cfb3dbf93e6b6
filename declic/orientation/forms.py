"""Forms of referrals: to ask, to answer, to enrol."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.accounts.queries import advisers_of
from declic.core.dates import today
from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    DateField,
    Form,
    RadioField,
    SelectField,
)
from declic.organisations.models import Site
from declic.orientation.enums import RefusalReason
from declic.orientation.models import Referral
from declic.people.forms import SituationForm, chosen_site, site_choices
from declic.people.models import Person
from declic.programmes.models import Edition

ACCEPT, WAIT, REFUSE = "accepter", "attendre", "refuser"


def edition_label(edition: Edition, operators: int = 1) -> str:
    """The edition as an answer of a form, with its operator when there are several."""
    label = f"{edition.programme.name} · {edition.name}"
    return f"{label} ({edition.operator.name})" if operators > 1 else label


class _EntryForm(SituationForm):
    """What an entry needs: a day, the situation on that day, who follows, and why if a rule is not met."""

    on = DateField(label=gettext_lazy("Date d’entrée"))
    birth_date = DateField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Elle manque dans le dossier ; elle y sera ajoutée."),
        required=False,
    )
    site = SelectField(label=gettext_lazy("Lieu"), empty_label=gettext_lazy("Pas encore de lieu"), required=False)
    adviser = SelectField(
        label=gettext_lazy("Qui la suivra ?"), empty_label=gettext_lazy("Pas encore décidé"), required=False
    )
    exception_reason = CleanCharField(
        label=gettext_lazy("Pourquoi faire une exception ?"),
        help_text=gettext_lazy(
            "À remplir si une condition n’est pas remplie ou pas connue. Les exceptions sont comptées dans le bilan."
        ),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if person.birth_date is not None:
            del self.fields["birth_date"]
        self.advisers = {str(user.pk): user for user in advisers_of(person.operator_id, today())}
        adviser: Any = self.fields["adviser"]
        adviser.choices = [("", _("Pas encore décidé")), *((key, user.name) for key, user in self.advisers.items())]
        site: Any = self.fields["site"]
        site.choices = [("", _("Pas encore de lieu")), *site_choices(person.operator_id, keep=person.site_id)]

    def clean_adviser(self) -> User | None:
        return self.advisers.get(self.cleaned_data["adviser"])

    def clean_site(self) -> Site | None:
        return chosen_site(self.person.operator_id, self.cleaned_data["site"])

    def keep_only_errors_of_facts(self) -> None:
        """Before a first look at the rules, what is not yet decided is no mistake."""
        for name in [name for name in self.errors if name not in SituationForm.base_fields and name != "birth_date"]:
            del self.errors[name]


class AnswerForm(_EntryForm):
    """The three answers to a referral."""

    decision = RadioField(
        label=gettext_lazy("Votre réponse"),
        choices=[
            (ACCEPT, gettext_lazy("Accepter : la personne entre dans le dispositif")),
            (WAIT, gettext_lazy("Mettre en liste d’attente")),
            (REFUSE, gettext_lazy("Refuser")),
        ],
    )
    reason = SelectField(
        label=gettext_lazy("Raison du refus"),
        help_text=gettext_lazy("Le prescripteur la lira."),
        choices=RefusalReason.choices,
        empty_label=gettext_lazy("Choisir la raison…"),
        required=False,
    )
    answer = CleanTextField(
        label=gettext_lazy("Votre mot au prescripteur"),
        help_text=gettext_lazy("Ce qui va se passer, ou ce qu’il peut proposer d’autre à la personne."),
        required=False,
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Date de la réponse, et d’entrée si vous acceptez")
        if referral.state == "waiting":
            decision: Any = self.fields["decision"]
            decision.choices = [choice for choice in AnswerForm.base_fields["decision"].choices if choice[0] != WAIT]  # type: ignore[attr-defined]


class EnrolForm(_EntryForm):
    """Entry of someone who came without referral."""

    edition = RadioField(label=gettext_lazy("Dans quel dispositif ?"))

    def __init__(self, *args: Any, editions: list[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {str(edition.pk): edition for edition in editions}
        field: Any = self.fields["edition"]
        field.choices = [(key, edition_label(edition)) for key, edition in self.editions.items()]
        if len(editions) == 1:
            self.initial.setdefault("edition", str(editions[0].pk))

    def clean_edition(self) -> Edition:
        return self.editions[self.cleaned_data["edition"]]


class ReferralFilter(Form):
    """Referrals of one edition only."""

    edition = SelectField(label=gettext_lazy("Dispositif"), empty_label=gettext_lazy("Tous"), required=False)

    def __init__(self, *args: Any, editions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["edition"]
        field.choices = [("", _("Tous les dispositifs")), *editions]

"""Forms of referrals: to ask, to answer, to enrol."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.accounts.queries import advisers_of
from declic.core.dates import today
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    Form,
    RadioField,
    SelectField,
    VersionedFormMixin,
    WholeNumberField,
)
from declic.organisations.models import Site
from declic.orientation.enums import ReferralState, RefusalReason, WaitingReason
from declic.orientation.models import Referral
from declic.people.forms import SituationForm, chosen_site, site_choices
from declic.people.models import Person
from declic.programmes.actions import MOST_PERSONS
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

    persons = WholeNumberField(
        label=gettext_lazy("Combien de personnes vivent au foyer ?"),
        help_text=gettext_lazy("Enfants compris. Le plafond de ressources en dépend."),
        min_value=1,
        max_value=MOST_PERSONS,
        required=False,
    )

    def __init__(self, *args: Any, person: Person, asks_persons: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if person.birth_date is not None:
            del self.fields["birth_date"]
        if not asks_persons:
            del self.fields["persons"]
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
        facts = {*SituationForm.base_fields, "birth_date", "persons"}
        for name in [name for name in self.errors if name not in facts]:
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
    waiting_reason = SelectField(
        label=gettext_lazy("Raison de l’attente"),
        help_text=gettext_lazy("Le prescripteur la lira, avec le rang dans la liste."),
        choices=WaitingReason.choices,
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
        if referral.state == ReferralState.WAITING:
            del self.fields["waiting_reason"]
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


class EvaluationForm(VersionedFormMixin, Form):
    """The social evaluation that came after the request."""

    social_evaluation = CleanTextField(
        label=gettext_lazy("Évaluation sociale"),
        help_text=gettext_lazy("Seulement ce qui sert à décider. Seule l’équipe qui répond la lit."),
        rows=8,
    )


class CloseForm(Form):
    """Requests that stayed without an answer, ticked one by one, and a word to those who sent them."""

    referrals = CheckboxesField(
        label=gettext_lazy("Orientations à clore"),
        error_messages={"required": gettext_lazy("Cochez au moins une orientation à clore.")},
    )
    answer = CleanTextField(
        label=gettext_lazy("Votre mot aux prescripteurs"),
        help_text=gettext_lazy("Le même pour toutes celles que vous cochez. Dites ce qu’ils peuvent faire maintenant."),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, offered: Mapping[str, Referral], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        field: Any = self.fields["referrals"]
        field.choices = [(key, str(referral.person)) for key, referral in offered.items()]
        # What is no longer offered was answered meanwhile: that is the usual reason for an unknown choice here.
        field.error_messages["invalid_choice"] = _(
            "L’une de ces orientations a reçu une réponse entre-temps : vérifiez la liste, puis recommencez."
        )

    def clean_referrals(self) -> list[Referral]:
        return [self.offered[key] for key in self.cleaned_data["referrals"]]


class PeriodForm(Form):
    """Over which days, and for which edition, answer times are read."""

    du = DateField(label=gettext_lazy("Envoyées du"), required=False, help_text="")
    au = DateField(label=gettext_lazy("au"), required=False, help_text="")
    edition = SelectField(label=gettext_lazy("Dispositif"), empty_label=gettext_lazy("Tous"), required=False)

    def __init__(self, *args: Any, editions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["edition"]
        field.choices = [("", _("Tous les dispositifs")), *editions]

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean() or self.cleaned_data
        if typed.get("du") and typed.get("au") and typed["au"] < typed["du"]:
            self.add_error("au", _("La fin vient avant le début : vérifiez les dates."))
        return typed


class ReferralFilter(Form):
    """Referrals of one edition only."""

    edition = SelectField(label=gettext_lazy("Dispositif"), empty_label=gettext_lazy("Tous"), required=False)

    def __init__(self, *args: Any, editions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["edition"]
        field.choices = [("", _("Tous les dispositifs")), *editions]

"""Forms of referrals: to ask, to answer, to enrol."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.accounts.queries import advisers_of
from declic.core.dates import format_day, today
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    DateField,
    EmailField,
    Form,
    PhoneField,
    RadioField,
    SelectField,
)
from declic.organisations.models import Organisation, Site
from declic.orientation.enums import Need, ReferralChannel, RefusalReason
from declic.orientation.models import Referral
from declic.orientation.queries import prescribers_for
from declic.people.enums import ContactPreference
from declic.people.forms import SituationForm, chosen_site, site_choices
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.programmes.schema import EntryTerms

ACCEPT, WAIT, REFUSE = "accepter", "attendre", "refuser"


def edition_label(edition: Edition, operators: int = 1) -> str:
    """The edition as an answer of a form, with its operator when there are several."""
    label = f"{edition.programme.name} · {edition.name}"
    return f"{label} ({edition.operator.name})" if operators > 1 else label


def _when_open(edition: Edition, operators: int) -> str:
    """The edition, and from which day people enter it when it has not begun."""
    label = edition_label(edition, operators)
    if edition.starts_on <= today():
        return label
    return _("%(edition)s, à partir du %(day)s") % {"edition": label, "day": format_day(edition.starts_on)}


class _AboutEdition(Form):
    """To which edition, what for: what every referral says."""

    edition = RadioField(label=gettext_lazy("Vers quel dispositif ?"))
    needs = CheckboxesField(label=gettext_lazy("De quoi a-t-elle besoin ?"), choices=Need.choices)
    motive = CleanTextField(
        label=gettext_lazy("Ce qui amène la personne"),
        help_text=gettext_lazy("Ce qu’elle voudrait pouvoir faire, en quelques mots."),
        required=False,
    )
    social_evaluation = CleanTextField(
        label=gettext_lazy("Évaluation sociale"),
        help_text=gettext_lazy("Seulement ce qui sert à décider. Seule l’équipe qui répond la lit."),
        rows=6,
        required=False,
    )

    def __init__(self, *args: Any, editions: list[Edition], entries: Mapping[int, EntryTerms], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {str(edition.pk): edition for edition in editions}
        operators = len({edition.operator_id for edition in editions})
        field: Any = self.fields["edition"]
        field.choices = [(key, _when_open(edition, operators)) for key, edition in self.editions.items()]
        # One that is open is meant more often than those that come; several open ones are the professional's to tell apart.
        likely = [edition for edition in editions if edition.starts_on <= today()] or editions
        if len(likely) == 1:
            self.initial.setdefault("edition", str(likely[0].pk))
        asking = [edition for edition in editions if entries[edition.pk].social_evaluation_required]
        if not asking:
            del self.fields["social_evaluation"]
        elif len(asking) < len(editions):
            names = ", ".join(dict.fromkeys(edition.programme.name for edition in asking))
            self.fields["social_evaluation"].label = _("Évaluation sociale (demandée pour %(names)s)") % {
                "names": names
            }

    def clean_edition(self) -> Edition:
        return self.editions[self.cleaned_data["edition"]]


class _AboutPerson(Form):
    """Who is referred: just enough to know and to reach her."""

    first_name = CleanCharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = CleanCharField(label=gettext_lazy("Nom"), max_length=80)
    birth_date = DateField(label=gettext_lazy("Date de naissance"), required=False)
    phone = PhoneField(label=gettext_lazy("Téléphone"), required=False)
    email = EmailField(
        label=gettext_lazy("Courriel"),
        required=False,
    )
    contact_preference = RadioField(
        label=gettext_lazy("Comment préfère-t-elle être jointe ?"),
        choices=ContactPreference.choices,
        unknown_label=gettext_lazy("Non précisé"),
        required=False,
    )

    def clean_birth_date(self) -> Any:
        day = self.cleaned_data["birth_date"]
        if day is not None and day > today():
            raise ValidationError(_("Cette date est dans le futur : vérifiez l’année."))
        return day


class PrescriberReferralForm(_AboutEdition, _AboutPerson):
    """A prescriber refers someone, all in one page."""

    field_order = ["edition", "first_name", "last_name", "birth_date"]

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        unreachable = not (data.get("phone") or data.get("email")) and data.get("contact_preference") != "prescriber"
        if unreachable and not {"phone", "email"} & set(self.errors):
            self.add_error(
                "phone",
                _(
                    "Comment joindre cette personne ? Un téléphone, un courriel, ou choisissez « par la personne qui l’oriente »."
                ),
            )
        return data


class _ReceivedForm(_AboutEdition):
    """What a team writes down of a referral that came on paper, by phone, or with the person herself."""

    channel = RadioField(
        label=gettext_lazy("Comment l’orientation est-elle arrivée ?"),
        choices=[choice for choice in ReferralChannel.choices if choice[0] != ReferralChannel.ACCOUNT],
    )
    on = DateField(label=gettext_lazy("Reçue le"))
    prescriber = SelectField(
        label=gettext_lazy("Structure qui oriente"),
        empty_label=gettext_lazy("Aucune"),
        help_text=gettext_lazy("Elle manque dans la liste ? Ajoutez-la d’abord parmi vos partenaires."),
        required=False,
    )
    referent_name = CleanCharField(label=gettext_lazy("Nom du professionnel"), max_length=120, required=False)
    referent_email = EmailField(
        label=gettext_lazy("Son courriel"),
        help_text=gettext_lazy("Votre réponse lui sera envoyée."),
        required=False,
    )

    def __init__(self, *args: Any, operator: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prescribers = {str(one.pk): one for one in prescribers_for(operator, today())}
        field: Any = self.fields["prescriber"]
        field.choices = [("", _("Aucune")), *((key, one.name) for key, one in self.prescribers.items())]

    def clean_prescriber(self) -> Organisation | None:
        return self.prescribers.get(self.cleaned_data["prescriber"])

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > today():
            raise ValidationError(_("Cette date est dans le futur : écrivez le jour où vous l’avez reçue."))
        return self.cleaned_data["on"]


class ReceivedForKnownForm(_ReceivedForm):
    """A received referral of someone who has a file."""


class ReceivedReferralForm(_ReceivedForm, _AboutPerson):
    """A received referral of someone who may have no file yet."""


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

"""Forms by which a referral is asked for: by a prescriber with an account or a link, or by the team that received it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BooleanField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.core.dates import format_day, today
from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    CleanTextField,
    ConfirmField,
    DateField,
    EmailField,
    Form,
    OneTimeFormMixin,
    PhoneField,
    RadioField,
    SelectField,
    WholeNumberField,
    YesNoField,
)
from declic.documents.forms import FilesField
from declic.organisations.models import Organisation
from declic.orientation.enums import Motive, Need, ReferralChannel
from declic.orientation.forms import edition_label
from declic.orientation.queries import prescribers_for
from declic.people.enums import ContactPreference, Language
from declic.people.forms import SituationForm, facts_of
from declic.programmes.actions import MOST_PERSONS
from declic.programmes.models import Edition
from declic.programmes.schema import EntryTerms

_FACTS_OF_RULE: dict[str, tuple[str, ...]] = {
    "benefits": ("benefits",),
    "labour_status": ("labour_status",),
    "commune": ("commune_code",),
    "priority_zone": ("in_priority_zone",),
    "income": ("income",),
    "income_after_charges": ("income", "charges"),
    "equipment_at_home": ("equipment",),
}


def facts_asked(entry: EntryTerms) -> set[str]:
    """The facts of a situation that the entry rules read: a form asks for these and for no other."""
    rules: Iterable[Any] = (one for rule in entry.rules for one in (rule if isinstance(rule, list) else [rule]))
    return {name for rule in rules for name in _FACTS_OF_RULE.get(rule.fact, ())}


def _when_open(edition: Edition, operators: int) -> str:
    """The edition, and from which day people enter it when it has not begun."""
    label = edition_label(edition, operators)
    if edition.starts_on <= today():
        return label
    return _("%(edition)s, à partir du %(day)s") % {"edition": label, "day": format_day(edition.starts_on)}


def _programmes(editions: Iterable[Edition]) -> str:
    return ", ".join(dict.fromkeys(edition.programme.name for edition in editions))


class _AboutEdition(OneTimeFormMixin, SituationForm):
    """To which edition, what for: what every referral says, and the facts that the edition's own rules need."""

    edition = RadioField(label=gettext_lazy("Vers quel dispositif ?"))
    needs = CheckboxesField(label=gettext_lazy("De quoi a-t-elle besoin ?"), choices=Need.choices)
    motives = CheckboxesField(label=gettext_lazy("Pour quoi faire ?"), choices=Motive.choices, required=False)
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
    persons = WholeNumberField(
        label=gettext_lazy("Combien de personnes vivent au foyer ?"),
        help_text=gettext_lazy("Enfants compris. Le plafond de ressources en dépend."),
        min_value=1,
        max_value=MOST_PERSONS,
        required=False,
    )
    proofs = FilesField(label=gettext_lazy("Justificatifs"))

    def __init__(self, *args: Any, editions: list[Edition], entries: Mapping[int, EntryTerms], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {str(edition.pk): edition for edition in editions}
        self.entries = entries
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
            self.fields["social_evaluation"].label = _("Évaluation sociale (demandée pour %(names)s)") % {
                "names": _programmes(asking)
            }
        self._keep_only_facts_asked(editions)
        if not any(entries[edition.pk].scale_codes() for edition in editions):
            del self.fields["persons"]

    def _keep_only_facts_asked(self, editions: list[Edition]) -> None:
        """What no rule reads is not asked; what only some editions read says which."""
        asked = {edition.pk: facts_asked(self.entries[edition.pk]) for edition in editions}
        for name in SituationForm.base_fields:
            asking = [edition for edition in editions if name in asked[edition.pk]]
            if not asking:
                del self.fields[name]
            elif len(asking) < len(editions):
                field = self.fields[name]
                field.label = _("%(label)s (pour %(names)s)") % {"label": field.label, "names": _programmes(asking)}

    @property
    def fact_fields(self) -> list[Any]:
        """The bound fields of the situation that are asked."""
        return [self[name] for name in (*SituationForm.base_fields, "persons") if name in self.fields]

    def clean_edition(self) -> Edition:
        return self.editions[self.cleaned_data["edition"]]

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        edition = data.get("edition")
        wanted = facts_asked(self.entries[edition.pk]) if edition else set()
        told = {name: value for name, value in facts_of(data).items() if name in wanted and value is not None}
        for name in SituationForm.base_fields:
            data.pop(name, None)
        persons = data.pop("persons", None)
        if persons is not None and edition and self.entries[edition.pk].scale_codes():
            told["persons"] = persons
        data["facts"] = told
        return data


class _AboutPerson(Form):
    """Who is referred: just enough to know and to reach her."""

    first_name = CleanCharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = CleanCharField(label=gettext_lazy("Nom"), max_length=80)
    birth_date = DateField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Par exemple 12/03/1980. Laissez vide si vous ne la connaissez pas."),
        required=False,
    )
    phone = PhoneField(label=gettext_lazy("Téléphone"), required=False)
    other_phone = PhoneField(label=gettext_lazy("Un autre téléphone"), required=False)
    email = EmailField(label=gettext_lazy("Courriel"), required=False)
    contact_preference = RadioField(
        label=gettext_lazy("Comment préfère-t-elle être jointe ?"),
        choices=ContactPreference.choices,
        unknown_label=gettext_lazy("Non précisé"),
        required=False,
    )
    preferred_language = SelectField(
        label=gettext_lazy("Dans quelle langue est-elle le plus à l’aise ?"),
        choices=Language.choices,
        empty_label=gettext_lazy("Non précisé"),
        required=False,
    )
    needs_help_reading = YesNoField(
        label=gettext_lazy("A-t-elle besoin d’aide pour lire ?"),
        help_text=gettext_lazy("Pour l’appeler plutôt que lui écrire."),
        required=False,
    )

    def clean_birth_date(self) -> Any:
        day = self.cleaned_data["birth_date"]
        if day is not None and day > today():
            raise ValidationError(_("Cette date est dans le futur : vérifiez l’année."))
        return day

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        data["phones"] = [number for number in (data.pop("phone", ""), data.pop("other_phone", "")) if number]
        return data


class PrescriberReferralForm(_AboutEdition, _AboutPerson):
    """A prescriber refers someone, all in one page."""

    informed = ConfirmField(
        label=gettext_lazy(
            "La personne est d’accord, et elle sait à qui ses informations sont transmises, pourquoi, et qu’elle peut"
            " les voir, les corriger ou s’y opposer."
        )
    )
    field_order = ["edition", "first_name", "last_name", "birth_date"]

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        unreachable = not (data.get("phones") or data.get("email")) and data.get("contact_preference") != "prescriber"
        if unreachable and not {"phone", "other_phone", "email"} & set(self.errors):
            self.add_error(
                "phone",
                _(
                    "Comment joindre cette personne ? Un téléphone, un courriel, ou choisissez « par la personne qui l’oriente »."
                ),
            )
        return data


class LinkReferralForm(PrescriberReferralForm):
    """The same by someone without an account, who says who asks."""

    referent_name = CleanCharField(
        label=gettext_lazy("Votre nom"), max_length=120, error_messages={"required": gettext_lazy("Écrivez votre nom.")}
    )
    referent_email = EmailField(
        label=gettext_lazy("Votre courriel"), help_text=gettext_lazy("La réponse y sera envoyée.")
    )
    referent_phone = PhoneField(label=gettext_lazy("Votre téléphone"), required=False)
    field_order = ["referent_name", "referent_email", "referent_phone", *PrescriberReferralForm.field_order]


class _ReceivedForm(_AboutEdition):
    """What a team writes down of a referral that came on paper, by phone, or with the person herself."""

    channel = RadioField(
        label=gettext_lazy("Comment l’orientation est-elle arrivée ?"),
        choices=[
            choice
            for choice in ReferralChannel.choices
            if choice[0] in (ReferralChannel.PAPER, ReferralChannel.PHONE, ReferralChannel.SELF)
        ],
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
        help_text=gettext_lazy("Un accusé de réception et votre réponse lui seront envoyés."),
        required=False,
    )
    referent_phone = PhoneField(label=gettext_lazy("Son téléphone"), required=False)
    informed = BooleanField(
        label=gettext_lazy("Qui l’oriente l’a informée de ses droits et de ce qui est transmis"),
        help_text=gettext_lazy("Sinon, vous le ferez au premier rendez-vous."),
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


class ProofsForm(Form):
    """Proofs joined to a referral that was already sent."""

    proofs = FilesField(label=gettext_lazy("Justificatifs"), required=True)


class PrescriberLinkForm(Form):
    """A door for one professional, or for the whole team, of a partner that refers people."""

    prescriber = SelectField(
        label=gettext_lazy("Structure qui oriente"),
        help_text=gettext_lazy("Elle manque dans la liste ? Ajoutez-la d’abord parmi vos partenaires."),
    )
    referent_name = CleanCharField(
        label=gettext_lazy("Pour qui ?"),
        help_text=gettext_lazy("Le nom du professionnel. Vide si toute son équipe s’en sert."),
        max_length=120,
        required=False,
    )
    referent_email = EmailField(
        label=gettext_lazy("Son courriel"), help_text=gettext_lazy("Pour lui envoyer le lien."), required=False
    )
    edition = SelectField(
        label=gettext_lazy("Vers quel dispositif ?"),
        empty_label=gettext_lazy("Tous ceux qui sont ouverts"),
        required=False,
    )
    expires_on = DateField(label=gettext_lazy("Valable jusqu’au"))

    def __init__(self, *args: Any, prescribers: Iterable[Organisation], editions: list[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prescribers = {str(one.pk): one for one in prescribers}
        self.editions = {str(one.pk): one for one in editions}
        self.fields["prescriber"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir…")),
            *((key, one.name) for key, one in self.prescribers.items()),
        ]
        self.fields["edition"].choices = [  # type: ignore[attr-defined]
            ("", _("Tous ceux qui sont ouverts")),
            *((key, edition_label(one)) for key, one in self.editions.items()),
        ]

    def clean_prescriber(self) -> Organisation:
        return self.prescribers[self.cleaned_data["prescriber"]]

    def clean_edition(self) -> Edition | None:
        return self.editions.get(self.cleaned_data["edition"])

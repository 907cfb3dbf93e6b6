"""Forms about accounts: invite someone, take up an invitation, plan an absence, end a role."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.enums import PARTNERS, Role
from declic.accounts.models import User
from declic.core.forms import CleanCharField, DateField, EmailField, Form, RadioField, SelectField
from declic.organisations.models import Organisation, Site

ROLE_SENTENCES: dict[str, str | Promise] = {
    Role.COORDINATOR: gettext_lazy("voit et règle tout : dispositifs, places, argent, lieux, comptes, bilans"),
    Role.ADVISER: gettext_lazy("accueille, diagnostique, forme et suit les personnes de son lieu ; remet le matériel"),
    Role.VOLUNTEER: gettext_lazy("voit les noms et les besoins des séances et permanences du jour, rien d’autre"),
    Role.PRESCRIBER: gettext_lazy("oriente des personnes et voit la réponse ; rien d’autre de leur dossier"),
    Role.AID_OFFICER: gettext_lazy("décide des aides internet, avec l’évaluation sociale"),
    Role.REFURBISHER: gettext_lazy("tient les machines et répond aux demandes d’assistance"),
    Role.CASHIER: gettext_lazy("encaisse, rembourse et lit la caisse"),
    Role.FUNDER: gettext_lazy("lit les bilans : des nombres, jamais des noms"),
}
"""What each role may do, in one sentence: what someone who invites needs to choose well."""


class InviteForm(Form):
    """Give someone a role, with an account if there is none yet."""

    name = CleanCharField(label=gettext_lazy("Prénom et nom"), max_length=120)
    email = EmailField(
        label=gettext_lazy("Courriel professionnel"),
        help_text=gettext_lazy("L’invitation part à cette adresse, qui sert aussi à se connecter."),
    )
    organisation = SelectField(label=gettext_lazy("Structure"))
    role = RadioField(
        label=gettext_lazy("Que fera-t-elle ici ?"),
        choices=[(role.value, f"{role.label.capitalize()} : {ROLE_SENTENCES[role]}") for role in Role],
    )
    site = SelectField(
        label=gettext_lazy("Lieu"),
        help_text=gettext_lazy("Avec un lieu, elle ne voit que les personnes de ce lieu."),
        empty_label=gettext_lazy("Tous les lieux"),
        required=False,
    )
    caseload_only = forms.BooleanField(
        label=gettext_lazy("En médiation : ne voit que les personnes qu’elle suit"),
        help_text=gettext_lazy("Sinon elle voit toutes celles de son lieu, ou de la structure."),
        required=False,
    )
    starts_on = DateField(label=gettext_lazy("À partir du"))

    def __init__(self, *args: Any, organisations: list[Organisation], sites: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        self.sites = {str(one.pk): one for one in sites}
        organisation: Any = self.fields["organisation"]
        organisation.choices = [(key, one.name) for key, one in self.organisations.items()]
        site: Any = self.fields["site"]
        site.choices = [("", _("Tous les lieux")), *((key, one.name) for key, one in self.sites.items())]
        role: Any = self.fields["role"]
        role.choices = [(one.value, f"{one.label.capitalize()} : {ROLE_SENTENCES[one]}") for one in Role]

    def clean_organisation(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]

    def clean_site(self) -> Site | None:
        return self.sites.get(self.cleaned_data["site"])

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        organisation = data.get("organisation")
        if organisation is not None and "operator" not in organisation.kinds:
            if data.get("site") is not None:
                self.add_error(
                    "site",
                    ValidationError(
                        _("Ce lieu est le vôtre : un partenaire n’en a pas. Choisissez « Tous les lieux ».")
                    ),
                )
            if data.get("role") and data["role"] not in PARTNERS:
                self.add_error(
                    "role",
                    ValidationError(
                        _(
                            "Ce rôle est réservé à votre structure. Un partenaire oriente, forme, reconditionne ou finance."
                        )
                    ),
                )
        if data.get("caseload_only") and data.get("role") and data["role"] != Role.ADVISER:
            self.add_error(
                "caseload_only", ValidationError(_("Seule la médiation peut se limiter aux personnes suivies."))
            )
        return data


class EndRoleForm(Form):
    """The last day of a role."""

    on = DateField(
        label=gettext_lazy("Dernier jour"),
        help_text=gettext_lazy("Pour couper l’accès tout de suite, écrivez la date d’hier."),
    )


class ChoosePasswordForm(Form):
    """The password of someone who takes up an invitation."""

    password = forms.CharField(
        label=gettext_lazy("Votre mot de passe"),
        help_text=gettext_lazy(
            "Au moins 10 caractères. Trois ou quatre mots sans rapport font un bon mot de passe. Personne, ici, ne vous le"
            " demandera."
        ),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Le même, une seconde fois"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        data = self.cleaned_data if typed is None else typed
        password = data.get("password")
        if password:
            if "again" in data and data["again"] != password:
                self.add_error("again", ValidationError(_("Les deux mots de passe ne sont pas les mêmes.")))
            try:
                validate_password(password, self.user)
            except ValidationError as error:
                self.add_error("password", error)
        data.pop("again", None)
        return data


class AbsenceForm(Form):
    """Who is away, who stands in, and when."""

    absent = SelectField(label=gettext_lazy("Qui est absent ?"))
    substitute = SelectField(
        label=gettext_lazy("Qui prend le relais ?"),
        help_text=gettext_lazy("Cette personne verra aussi ce que voit la personne absente, ces jours-là seulement."),
        empty_label=gettext_lazy("Choisir…"),
    )
    starts_on = DateField(label=gettext_lazy("Du"))
    ends_on = DateField(label=gettext_lazy("Au (compris)"))
    reason = CleanCharField(
        label=gettext_lazy("Précision"),
        help_text=gettext_lazy("Par exemple : congés. Jamais une raison de santé."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, absent: Iterable[User], substitutes: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {
            "absent": {str(one.pk): one for one in absent},
            "substitute": {str(one.pk): one for one in substitutes},
        }
        for name, people in self.people.items():
            field: Any = self.fields[name]
            field.choices = [("", _("Choisir…")), *((key, one.name) for key, one in people.items())]

    def clean_absent(self) -> User:
        return self.people["absent"][self.cleaned_data["absent"]]

    def clean_substitute(self) -> User:
        return self.people["substitute"][self.cleaned_data["substitute"]]

"""Forms about accounts: invite someone, end a role."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.enums import Role
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
            own_only = {Role.COORDINATOR, Role.VOLUNTEER, Role.AID_OFFICER, Role.CASHIER}
            if data.get("role") in own_only:
                self.add_error(
                    "role",
                    ValidationError(
                        _(
                            "Ce rôle est réservé à votre structure. Un partenaire oriente, forme, reconditionne ou finance."
                        )
                    ),
                )
        return data


class EndRoleForm(Form):
    on = DateField(label=gettext_lazy("Dernier jour"))

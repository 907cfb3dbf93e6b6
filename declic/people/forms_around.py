"""Forms about what surrounds a person: who is close to her, who follows her, which team her file is open to, whose it is."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declic.accounts.models import User
from declic.core.dates import add_months, today
from declic.core.forms import CleanCharField, CleanTextField, DateField, Form, RadioField, SelectField
from declic.organisations.models import Site
from declic.people.actions.sharing import LONGEST_SHARE_MONTHS
from declic.people.enums import LinkKind
from declic.people.models import Person

PARENT, CHILD = "parent", "child"


class LinkForm(Form):
    """What the person of the file is to the one chosen, and since when."""

    kind = RadioField(label=gettext_lazy("Quel est leur lien ?"))
    since = DateField(label=gettext_lazy("Depuis le"))

    def __init__(self, *args: Any, person: Person, other: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (LinkKind.COUPLE, LinkKind.COUPLE.label),
            (PARENT, _("%(one)s est parent de %(other)s") % {"one": person, "other": other}),
            (CHILD, _("%(one)s est enfant de %(other)s") % {"one": person, "other": other}),
            (LinkKind.SAME_HOME, LinkKind.SAME_HOME.label),
            (LinkKind.OTHER, LinkKind.OTHER.label),
        ]


class FollowerForm(Form):
    """Who follows the person from now on, in addition or instead of someone."""

    user = SelectField(label=gettext_lazy("Qui la suit désormais ?"))
    instead_of = SelectField(
        label=gettext_lazy("À la place de"),
        help_text=gettext_lazy("Laissez vide pour que plusieurs collègues la suivent ensemble."),
        empty_label=gettext_lazy("Personne : en plus"),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], followers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(user.pk): user for user in colleagues}
        self.followers = {str(user.pk): user for user in followers}
        self.fields["user"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir…")),
            *((pk, user.name) for pk, user in self.colleagues.items() if pk not in self.followers),
        ]
        self.fields["instead_of"].choices = [  # type: ignore[attr-defined]
            ("", _("Personne : en plus")),
            *((pk, user.name) for pk, user in self.followers.items()),
        ]

    def clean_user(self) -> User:
        return self.colleagues[self.cleaned_data["user"]]

    def clean_instead_of(self) -> User | None:
        return self.followers.get(self.cleaned_data["instead_of"])


class HandOverForm(Form):
    """All the people of one colleague for another."""

    giver = SelectField(label=gettext_lazy("Toutes les personnes que suit"))
    taker = SelectField(label=gettext_lazy("Seront suivies par"))

    def __init__(self, *args: Any, givers: dict[User, int], takers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in givers}
        self.takers = {str(user.pk): user for user in takers}
        self.fields["giver"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir…")),
            *((user.pk, f"{user.name} ({number})") for user, number in givers.items()),
        ]
        self.fields["taker"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir…")),
            *((pk, user.name) for pk, user in self.takers.items()),
        ]

    def clean_giver(self) -> User:
        return self.people[self.cleaned_data["giver"]]

    def clean_taker(self) -> User:
        return self.takers[self.cleaned_data["taker"]]


class ShareForm(Form):
    """Which team, why, and until when."""

    site = SelectField(label=gettext_lazy("L’équipe de quel lieu ?"))
    reason = CleanCharField(
        label=gettext_lazy("Pourquoi en a-t-elle besoin ?"),
        help_text=gettext_lazy("Par exemple : elle suit son atelier du mardi. La personne peut lire cette raison."),
        max_length=300,
    )
    until = DateField(label=gettext_lazy("Jusqu’au"))

    def __init__(self, *args: Any, sites: Iterable[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        self.fields["site"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir…")),
            *((pk, site.name) for pk, site in self.sites.items()),
        ]
        self.fields["until"].help_text = _("Un an au plus : jusqu’au %(day)s. Vous pourrez l’arrêter avant.") % {
            "day": f"{add_months(today(), LONGEST_SHARE_MONTHS):%d/%m/%Y}"
        }

    def clean_site(self) -> Site:
        return self.sites[self.cleaned_data["site"]]

    @staticmethod
    def usual_end() -> datetime.date:
        return add_months(today(), 3)


class DistinctForm(Form):
    """How one knows that two files are two persons'."""

    why = CleanTextField(
        label=gettext_lazy("Comment le savez-vous ?"),
        help_text=gettext_lazy("Par exemple : ce sont deux sœurs, je les ai vues toutes les deux."),
        max_length=300,
        rows=2,
    )

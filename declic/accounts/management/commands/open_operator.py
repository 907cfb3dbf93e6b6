"""Opens a server to its first operator: the structure, and the invitation of who coordinates it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from declic.accounts.actions import INVITATION_DAYS, invite
from declic.accounts.enums import Role
from declic.core.dates import now, today
from declic.core.errors import DomainError
from declic.organisations.actions import create_organisation
from declic.organisations.enums import OrganisationKind


class Command(BaseCommand):
    help = "Inscrit un opérateur et invite la personne qui le coordonne ; le lien est aussi écrit ici."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("structure", help="nom de l'opérateur")
        parser.add_argument("nom", help="prénom et nom de la personne")
        parser.add_argument("courriel", help="son courriel professionnel")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            validate_email(options["courriel"])
            with transaction.atomic():
                operator = create_organisation(
                    acting_user=None, name=options["structure"], kinds=[OrganisationKind.OPERATOR]
                )
                invite(
                    acting_user=None,
                    email=options["courriel"],
                    name=options["nom"],
                    organisation=operator,
                    role=Role.COORDINATOR,
                    starts_on=today(),
                    at=now(),
                    link=self._link,
                )
        except (DomainError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from None

    def _link(self, token: str) -> str:
        address = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('accounts:accept', args=[token])}"
        self.stdout.write(f"{address}\n(pendant {INVITATION_DAYS} jours, une seule fois)")
        return address

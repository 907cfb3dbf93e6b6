"""Signing in, its second factors and the error pages: each page shows, in our look, with nothing undefined."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error

from declic.accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "quatre mots sans rapport"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("claire@example.org", PASSWORD, name="Claire Vidal")


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": "claire@example.org", "password": password}).status_code


def confirm(client: Client) -> None:
    """Say the password again, as pages that touch the safety of an account ask."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def page(client: Client, name: str, **kwargs: object) -> str:
    response = client.get(reverse(name, kwargs=kwargs or None))
    assert response.status_code == 200, response
    return response.content.decode()


def test_the_door_asks_for_an_email_and_a_password(client: Client) -> None:
    assert "J’ai oublié mon mot de passe" in page(client, "account_login")


def test_a_wrong_password_keeps_the_email_typed(client: Client, user: User) -> None:
    response = client.post(reverse("account_login"), {"login": user.email, "password": "faux"})
    text = response.content.decode()
    assert "Quelque chose reste à corriger" in text
    assert f'value="{user.email}"' in text


def test_a_forgotten_password_is_replaced_by_a_link(client: Client, user: User) -> None:
    page(client, "account_reset_password")
    response = client.post(reverse("account_reset_password"), {"email": user.email}, follow=True)
    assert "Regardez vos courriels" in response.content.decode()
    link = re.search(r"http://\S+", mail.outbox[0].body)
    assert link is not None
    assert mail.outbox[0].subject.endswith("Choisir un autre mot de passe pour Déclic")
    response = client.get(link[0], follow=True)
    assert "Nouveau mot de passe" in response.content.decode()
    response = client.post(
        response.request["PATH_INFO"], {"password1": "cinq autres mots", "password2": "cinq autres mots"}, follow=True
    )
    assert "Votre mot de passe est changé" in response.content.decode()
    assert "Ce lien ne marche plus" in client.get(link[0], follow=True).content.decode()


def test_someone_signed_in_can_see_each_page_of_the_account(client: Client, user: User) -> None:
    assert sign_in(client) == 302
    assert "Confirmez que c’est bien vous" in client.get(reverse("mfa_activate_totp"), follow=True).content.decode()
    confirm(client)
    for name in (
        "mfa_index",
        "account_change_password",
        "account_logout",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_email",
    ):
        assert "Déclic" in page(client, name), name


def test_a_code_is_asked_after_the_password_when_it_is_in_service(client: Client, user: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    sign_in(client)
    assert "Encore une vérification" in page(client, "mfa_authenticate")
    response = client.post(reverse("mfa_authenticate"), {"code": "000000x"})
    assert "Quelque chose reste à corriger" in response.content.decode()
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    confirm(client)
    assert "en service" in page(client, "mfa_index")
    assert "Il reste 10 codes sur 10" in page(client, "mfa_view_recovery_codes")
    for name in ("mfa_generate_recovery_codes", "mfa_deactivate_totp", "account_reauthenticate", "mfa_reauthenticate"):
        page(client, name)


def test_a_key_can_be_named_and_removed(client: Client, user: User) -> None:
    sign_in(client)
    key = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé du bureau", "credential": {}}
    )
    confirm(client)
    assert "Clé du bureau" in page(client, "mfa_list_webauthn")
    page(client, "mfa_edit_webauthn", pk=key.pk)
    page(client, "mfa_remove_webauthn", pk=key.pk)


def test_accounts_open_on_invitation_only(client: Client) -> None:
    assert "sur invitation" in page(client, "account_signup")


def test_what_goes_wrong_is_said_without_blame() -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_user("c@example.org", PASSWORD, name="Claire")
    assert "Cette page n’existe pas" in page_not_found(request, Exception("x")).content.decode()
    assert "pas ouverte à votre rôle" in permission_denied(request, Exception("x")).content.decode()
    assert "pas été comprise" in bad_request(request, Exception("x")).content.decode()
    assert "de notre côté" in server_error(request).content.decode()


def test_a_page_left_open_too_long_says_what_to_do(user: User) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {})
    assert response.status_code == 403
    assert "restée ouverte trop longtemps" in response.content.decode()

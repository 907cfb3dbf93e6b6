"""Getting in: invitations, two proofs for coordinators, counted attempts, devices, and accounts that close."""

import datetime
import re
import threading
import time
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from declic.accounts.actions import (
    INVITATION_DAYS,
    accept_invitation,
    close_ended_accounts,
    end_membership,
    invite,
    send_invitation,
)
from declic.accounts.devices import device_named
from declic.accounts.enums import Role
from declic.accounts.models import Invitation, Membership, User
from declic.core.dates import now, today
from declic.core.errors import DomainError
from tests.factories import PASSWORD, START, a_user, an_operator, at, signed_in

pytestmark = pytest.mark.django_db

CHOSEN = "quatre mots sans rapport"
AT = at(datetime.date(2024, 3, 4))
DAY = datetime.timedelta(days=1)


def arrives(client: Client, email: str, password: str = PASSWORD, **extra: str) -> bool:
    """Whether signing in with these opens the day's page."""
    client.post(reverse("account_login"), {"login": email, "password": password}, **extra)
    return client.get(reverse("web:today"), **extra).status_code == 200


def an_invited(**fields: object) -> tuple[User, str]:
    """Someone invited at `AT`, and the token of her link."""
    tokens: list[str] = []
    operator = an_operator()
    role = invite(
        acting_user=a_user(operator), email=f"invitee{operator.pk}@exemple.fr", name="Nour", organisation=operator,
        role=Role.ADVISER, starts_on=START, **fields,
    )  # fmt: skip
    again(role.user, tokens)
    return role.user, tokens[0]


def again(user: User, tokens: list[str], when: datetime.datetime = AT) -> None:
    connection.run_on_commit.clear()
    send_invitation(
        acting_user=None, user=user, organisation=user.memberships.get().organisation, at=when,
        link=lambda token: tokens.append(token) or token,
    )  # fmt: skip
    for _ids, send, _robust in connection.run_on_commit:
        send()
    connection.run_on_commit.clear()


# -------------------------------------------------------------------------------------------------------- invitations


def test_the_link_of_the_mail_leads_to_a_password_and_to_the_day(django_capture_on_commit_callbacks) -> None:
    operator = an_operator()
    typed = {
        "name": "Nour Haddad", "email": "nour@exemple.fr", "organisation": operator.pk, "role": Role.ADVISER,
        "starts_on": f"{today():%d/%m/%Y}", "caseload_only": "on",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(a_user(operator)).post(reverse("accounts:invite"), typed).status_code == 303
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    client = Client()
    page = client.get(link)
    assert "Nour Haddad" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert not arrives(client, "nour@exemple.fr", "")
    for wrong in (
        {"password": CHOSEN, "again": "autre chose"}, {"password": "court", "again": "court"},
        {"password": "nour@exemple.fr", "again": "nour@exemple.fr"}, {"password": "1" * 12, "again": "1" * 12},
    ):  # fmt: skip
        assert client.post(link, wrong).status_code == 422
    assert client.post(link, {"password": CHOSEN, "again": CHOSEN}).status_code == 303
    assert arrives(client, "nour@exemple.fr", CHOSEN)
    assert Membership.objects.get(user__email="nour@exemple.fr").caseload_only
    # Once: the link says so to whoever follows it later.
    over = Client().get(link)
    assert over.status_code == 404
    assert "a déjà servi" in over.text
    assert Client().post(link, {"password": "un autre encore", "again": "un autre encore"}).status_code == 404
    assert not arrives(Client(), "nour@exemple.fr", "un autre encore")


def test_a_link_serves_seven_days() -> None:
    user, token = an_invited()
    late = AT + INVITATION_DAYS * DAY
    with pytest.raises(DomainError, match="ne marche plus"):
        accept_invitation(token=token, password=CHOSEN, at=late)
    accept_invitation(token=token, password=CHOSEN, at=late - datetime.timedelta(seconds=1))
    assert User.objects.get(pk=user.pk).check_password(CHOSEN)


def test_only_a_digest_is_kept() -> None:
    _user, token = an_invited()
    row = Invitation.objects.values_list().get()
    assert token not in map(str, row)


def test_sent_again_the_first_link_serves_no_more() -> None:
    user, first = an_invited()
    tokens: list[str] = []
    again(user, tokens, AT + DAY)
    with pytest.raises(DomainError):
        accept_invitation(token=first, password=CHOSEN, at=AT + DAY)
    accept_invitation(token=tokens[0], password=CHOSEN, at=AT + DAY)
    with pytest.raises(DomainError, match="déjà choisi"):
        again(user, tokens, AT + DAY)


def test_the_team_page_shows_who_has_not_answered_and_sends_again(django_capture_on_commit_callbacks) -> None:
    operator = an_operator()
    boss = signed_in(a_user(operator))
    role = invite(
        acting_user=None, email="x@exemple.fr", name="Xan", organisation=operator, role=Role.ADVISER, starts_on=START,
        at=now() - 8 * DAY, link=str,
    )  # fmt: skip
    assert "invitation pas partie" in boss.get(reverse("accounts:team")).text
    Invitation.objects.update(sent_at=now() - 8 * DAY)
    assert "invitation dépassée" in boss.get(reverse("accounts:team")).text
    with django_capture_on_commit_callbacks(execute=True):
        assert boss.post(reverse("accounts:resend", args=[role.pk])).status_code == 303
    assert [message.to for message in mail.outbox] == [["x@exemple.fr"]]
    assert "invitée le" in boss.get(reverse("accounts:team")).text
    assert signed_in(a_user(an_operator())).post(reverse("accounts:resend", args=[role.pk])).status_code == 404


def test_a_mail_that_does_not_leave_is_told_and_loses_nothing(monkeypatch) -> None:
    def refuse(*_args: object, **_fields: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("declic.accounts.actions.send_mail", refuse)
    user, token = an_invited()
    assert user.invitations.get().sent_at is None
    accept_invitation(token=token, password=CHOSEN, at=AT)


def test_an_unknown_link_and_one_for_a_closed_account_open_nothing() -> None:
    assert Client().get(reverse("accounts:accept", args=["inconnu"])).status_code == 404
    user, token = an_invited()
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(DomainError):
        accept_invitation(token=token, password=CHOSEN, at=AT)


def test_a_server_opens_to_its_first_operator_by_a_command(capsys, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call_command("open_operator", "Médiation du Pré", "Claire Vasseur", "claire@exemple.fr")
    link = re.search(r"http://[^/]+(/\S+)", capsys.readouterr().out)[1]
    assert link in mail.outbox[0].body
    client = Client()
    assert client.post(link, {"password": CHOSEN, "again": CHOSEN}).status_code == 303
    assert arrives(client, "claire@exemple.fr", CHOSEN)
    assert client.get(reverse("accounts:team")).status_code == 200
    for wrong in (("médiation du pré", "X", "x@exemple.fr"), ("Autre", "X", "pas un courriel")):
        with pytest.raises(CommandError):
            call_command("open_operator", *wrong)


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_the_same_link_at_once_choose_one_password() -> None:
    user, token = an_invited()
    gate, chosen = threading.Barrier(2), list[str]()

    def follow(password: str) -> None:
        try:
            gate.wait()
            accept_invitation(token=token, password=password, at=AT)
            chosen.append(password)
        except DomainError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=follow, args=[f"{CHOSEN} {number}"]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(chosen) == 1
    assert User.objects.get(pk=user.pk).check_password(chosen[0])


# ------------------------------------------------------------------------------------------------- accounts that close


def test_an_account_closes_the_night_after_its_last_role_and_signs_out_everywhere() -> None:
    user = a_user(an_operator(), Role.ADVISER)
    boss = a_user(user.memberships.get().organisation)
    client = Client()
    assert arrives(client, user.email)
    end_membership(acting_user=boss, membership=user.memberships.get(), on=today(), today=today())
    assert close_ended_accounts(on=today()) == 0
    assert client.get(reverse("web:today")).status_code == 200
    assert close_ended_accounts(on=today() + DAY) == 1
    assert close_ended_accounts(on=today() + DAY) == 0
    assert client.get(reverse("web:today")).status_code == 302
    assert not UserSession.objects.filter(user=user).exists()
    assert not arrives(Client(), user.email)
    assert User.objects.get(pk=boss.pk).is_active


def test_a_role_that_ended_yesterday_closes_at_once() -> None:
    user = a_user(an_operator(), Role.ADVISER)
    client = Client()
    assert arrives(client, user.email)
    boss = signed_in(a_user(user.memberships.get().organisation))
    address = reverse("accounts:end_role", args=[user.memberships.get().pk])
    assert boss.post(address, {"on": f"{today() - DAY:%d/%m/%Y}"}).status_code == 303
    assert client.get(reverse("web:today")).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize("starts", [START, today() + 30 * DAY], ids=["now", "to come"])
def test_an_account_with_another_role_stays_open(starts: datetime.date) -> None:
    user = a_user(an_operator(), Role.ADVISER)
    role = user.memberships.get()
    invite(
        acting_user=None, email=user.email, name="", organisation=an_operator(), role=Role.ADVISER, starts_on=starts
    )  # fmt: skip
    end_membership(acting_user=a_user(role.organisation), membership=role, on=today() - DAY, today=today())
    assert User.objects.get(pk=user.pk).is_active


def test_a_new_invitation_opens_a_closed_account_with_a_new_password() -> None:
    user, token = an_invited()
    accept_invitation(token=token, password=CHOSEN, at=AT)
    role = user.memberships.get()
    end_membership(acting_user=a_user(role.organisation), membership=role, on=today() - DAY, today=today())
    assert not arrives(Client(), user.email, CHOSEN)
    tokens: list[str] = []
    invite(
        acting_user=None, email=user.email.upper(), name="", organisation=role.organisation, role=Role.ADVISER,
        starts_on=today(), at=now(), link=lambda token: tokens.append(token) or token,
    )  # fmt: skip
    # What she knew before opens nothing.
    assert not arrives(Client(), user.email, CHOSEN)
    for _ids, send, _robust in connection.run_on_commit:
        send()
    accept_invitation(token=tokens[-1], password="encore quatre mots", at=now())
    assert arrives(Client(), user.email, "encore quatre mots")


@pytest.mark.django_db(transaction=True)
def test_an_account_invited_while_the_night_closes_accounts_stays_open() -> None:
    user = a_user(an_operator(), Role.ADVISER)
    role = user.memberships.get()
    Membership.objects.update(ends_on=today() - DAY)
    invited, closing = threading.Event(), threading.Event()

    def night() -> None:
        invited.wait()
        closing.set()
        close_ended_accounts(on=today())
        connection.close()

    worker = threading.Thread(target=night)
    worker.start()
    with transaction.atomic():
        invite(
            acting_user=None, email=user.email, name="", organisation=role.organisation, role=Role.ADVISER,
            starts_on=today(),
        )  # fmt: skip
        invited.set()
        closing.wait()
        # The night waits for this transaction: it has found the account and wants its row.
        time.sleep(0.3)
    worker.join()
    assert User.objects.get(pk=user.pk).is_active


# ------------------------------------------------------------------------------------------------------------ devices


def test_one_signs_out_there_without_leaving_here() -> None:
    user = a_user(an_operator(), Role.ADVISER)
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
    phone = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36"
    here, lost, third = Client(), Client(), Client()
    assert arrives(here, user.email, HTTP_USER_AGENT=windows)
    assert arrives(lost, user.email, HTTP_USER_AGENT=phone)
    assert arrives(third, user.email)
    page = here.get(reverse("accounts:sessions"))
    assert "Firefox sur Windows" in page.text
    assert "Chrome sur Android" in page.text
    gone = next(one for one in page.context["sessions"] if "Android" in one.user_agent)
    assert here.post(reverse("accounts:end_session"), {"session": gone.pk}).status_code == 303
    today_page = reverse("web:today")
    assert [client.get(today_page).status_code for client in (here, lost, third)] == [200, 302, 200]
    here.post(reverse("accounts:end_session"), {"session": "toutes"})
    assert [client.get(today_page).status_code for client in (here, third)] == [200, 302]
    assert len(here.get(reverse("accounts:sessions")).context["sessions"]) == 1


def test_nobody_signs_someone_else_out() -> None:
    victim, wicked = Client(), Client()
    user = a_user(an_operator())
    assert arrives(victim, user.email)
    assert arrives(wicked, a_user(an_operator()).email)
    for forged in (UserSession.objects.get(user=user).pk, "²", "9" * 40, "", "toutes"):
        said = wicked.post(reverse("accounts:end_session"), {"session": forged}, follow=True).text
        assert "déjà déconnecté" in said
    assert victim.get(reverse("web:today")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/18.0 Safari/605", "Safari sur Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141 Safari/537 Edg/141", "Edge sur Windows"),
        ("curl/8", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_in_plain_words(agent: str, name: str) -> None:
    assert device_named(agent) == name


# -------------------------------------------------------------------------------------------------- the second factor


@override_settings(MFA_REQUIRED=True)
def test_a_coordinator_sets_up_a_second_proof_before_anything_else() -> None:
    user = a_user(an_operator())
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    for name in ("web:today", "accounts:team", "people:list", "accounts:sessions", "account_change_password"):
        assert client.get(reverse(name)).headers["Location"] == reverse("accounts:second_factor")
    typed = {"name": "Complice", "email": "c@exemple.fr"}
    assert client.post(reverse("accounts:invite"), typed).headers["Location"] == reverse("accounts:second_factor")
    assert "seconde preuve" in client.get(reverse("accounts:second_factor")).text
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    assert client.get(reverse("web:today")).status_code == 200
    # From now on the password alone leads no further than the code.
    other = Client()
    other.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert other.get(reverse("web:today")).status_code == 302
    other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert other.get(reverse("web:today")).status_code == 302


def code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


@override_settings(MFA_REQUIRED=True)
def test_the_other_roles_may_do_without() -> None:
    assert arrives(Client(), a_user(an_operator(), Role.ADVISER).email)


def test_servers_require_it_and_the_demonstration_does_not(monkeypatch) -> None:
    sources = {name: (settings.BASE_DIR / f"config/settings/{name}.py").read_text() for name in ("base", "dev", "prod")}
    assert "MFA_REQUIRED = True" in sources["prod"]
    assert "MFA_REQUIRED = False" in sources["base"]
    assert "MFA_REQUIRED" not in sources["dev"]


# ---------------------------------------------------------------------------------------------------- counted attempts


@pytest.fixture
def counted():
    """Attempts are counted, as on a server."""
    cache.clear()
    with override_settings(ACCOUNT_RATE_LIMITS={}):
        yield
    cache.clear()


def test_five_wrong_passwords_close_the_door_of_an_account_from_wherever_they_come(counted) -> None:
    user, neighbour = a_user(an_operator()), a_user(an_operator())
    for number in range(5):
        assert not arrives(Client(), user.email, "faux", REMOTE_ADDR=f"10.0.0.{number}")
    assert not arrives(Client(), user.email, REMOTE_ADDR="10.0.0.9")
    assert arrives(Client(), neighbour.email, REMOTE_ADDR="10.0.0.9")


def test_ten_wrong_passwords_close_the_door_of_an_address_whatever_the_account(counted) -> None:
    user = a_user(an_operator())
    for number in range(10):
        assert not arrives(Client(), f"essai{number}@exemple.fr", "faux", REMOTE_ADDR="10.0.0.1")
    assert not arrives(Client(), user.email, REMOTE_ADDR="10.0.0.1")
    assert arrives(Client(), user.email, REMOTE_ADDR="10.0.0.2")


def test_links_for_a_forgotten_password_are_counted_too(counted) -> None:
    user = a_user(an_operator())
    for number in range(7):
        Client().post(reverse("account_reset_password"), {"email": user.email}, REMOTE_ADDR=f"10.0.0.{number}")
    assert len(mail.outbox) == 5


# ------------------------------------------------------------------------------------------ passwords, asked from whom


def test_no_page_outside_sign_in_asks_for_a_password() -> None:
    """A person accompanied is never asked for one: neither hers here, nor that of her mailbox or her bank."""
    root: Path = settings.BASE_DIR / "declic"
    asking = {
        path.relative_to(root).as_posix()
        for pattern in ("**/*.py", "**/*.html")
        for path in root.glob(pattern)
        if "migrations" not in path.parts
        and re.search(r"PasswordInput|type=[\"']?password|mot_de_passe|name=[\"']?password", path.read_text("utf-8"))
    }
    assert asking == {"accounts/forms.py"}

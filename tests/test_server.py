"""A server's settings: what protects the people whose data it holds is on, and the demonstration stays out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parent.parent
SERVER = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "une-clef-longue-et-sans-rapport-avec-quoi-que-ce-soit-0123456789",
    "ALLOWED_HOSTS": "declic.exemple.fr",
}
ASKED = """
import django
from django.conf import settings
django.setup()
from allauth.account import app_settings
limits = app_settings.RATE_LIMITS
assert limits["login"] and limits["login_failed"] and limits["reset_password"], limits
assert app_settings.PREVENT_ENUMERATION and not app_settings.LOGOUT_ON_GET
assert settings.SESSION_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY and settings.CSRF_COOKIE_SECURE
assert settings.SECURE_HSTS_SECONDS >= 31536000 and settings.X_FRAME_OPTIONS == "DENY"
assert settings.SECURE_REFERRER_POLICY == "same-origin" and not settings.DEBUG and not settings.DEMO
assert "locmem" not in settings.CACHES["default"]["BACKEND"]
"""


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # The browser tests allow themselves what a server must not.
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, env={**own, **environment}
    )


def test_a_server_passes_every_check_of_a_deployment() -> None:
    done = _run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **SERVER)
    assert done.returncode == 0, done.stderr


def test_a_server_limits_attempts_and_guards_its_cookies() -> None:
    done = _run("-c", ASKED, **SERVER)
    assert done.returncode == 0, done.stderr


def test_a_server_does_not_start_without_its_secret() -> None:
    done = _run("manage.py", "check", **{**SERVER, "SECRET_KEY": ""})
    assert done.returncode != 0


@pytest.mark.parametrize("given", [{"DATABASE_WEB_URL": "postgresql://web@127.0.0.1/other"}, {"DATABASE_WEB_URL": ""}])
def test_only_the_web_processes_use_the_web_address_of_the_database(given: dict[str, str]) -> None:
    own = {**SERVER, "DATABASE_URL": "postgresql://owner@127.0.0.1/other", **given}
    asked = "; from django.conf import settings; print(settings.DATABASES['default']['USER'])"
    web = _run("-c", f"import config.wsgi{asked}", **own)
    worker = _run("-c", f"import django; django.setup(){asked}", **own)
    assert web.stdout.split() == (["web"] if given["DATABASE_WEB_URL"] else ["owner"]), web.stderr
    assert worker.stdout.split() == ["owner"], worker.stderr


def test_a_deployment_for_which_the_wall_cannot_hold_does_not_pass() -> None:
    done = _run("manage.py", "check", "--deploy", **SERVER, DECLIC_WEB_ROLE="nobody_here")
    assert done.returncode != 0
    assert "declic.E001" in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["load_demo"], ["replay", "toulouse-2021"]])
def test_made_up_people_are_never_loaded_on_a_server(command: list[str], settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command(*command)

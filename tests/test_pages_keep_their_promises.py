"""What every page keeps to: the browser runs nothing inline, and whoever opens or prints a file is written down."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from declic.accounts.enums import Role
from declic.people.models import AccessLog
from tests.factories import a_world, signed_in
from tests.test_access_matrix import ADDRESSES, APPS, ROWS

INLINE = re.compile(
    r"<style|<script(?![^>]*(?:\bsrc=|application/json))[^>]*>\s*\S|\sstyle\s*=|<[^>]*\son[a-z]+\s*=|(?:href|src|action)\s*=\s*[\"']?\s*javascript:",
    re.IGNORECASE,
)
HEADERS = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def _broken(response) -> list[str]:
    """What is wrong with a page."""
    wrong = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    if not policy or "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        wrong.append(f"Content-Security-Policy: {policy}")
    if "text/html" in response.headers.get("Content-Type", ""):
        wrong += [f"inline: {found[0][:80]}" for found in INLINE.finditer(response.content.decode())]
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_no_page_holds_anything_inline_and_each_has_its_policy(app: str) -> None:
    world = a_world()
    clients = {role: signed_in(world.users[role]) for role in (Role.COORDINATOR, Role.PRESCRIBER, Role.REFURBISHER)}
    wrong = []
    for name in [name for name in ADDRESSES if name.startswith(f"{app}:") and not name.endswith("pdf")]:
        address = reverse(name, kwargs=ROWS[name][0](world))
        for role, client in clients.items():
            wrong += [f"{name}, {role}: {one}" for one in _broken(client.get(address))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_the_doors_and_the_lost_page_keep_to_it_too() -> None:
    client = Client()
    names = ("account_login", "account_reset_password", "account_signup", "account_reset_password_done")
    assert {name: wrong for name in names if (wrong := _broken(client.get(reverse(name))))} == {}
    assert _broken(client.get("/nulle/part/")) == []
    inside = signed_in(a_world().users[Role.COORDINATOR])
    names = ("mfa_index", "account_change_password", "account_logout", "account_email", "account_reauthenticate")
    assert {name: wrong for name in names if (wrong := _broken(inside.get(reverse(name))))} == {}
    assert _broken(inside.get("/nulle/part/")) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("web:file", AccessLog.Act.VIEW),
        ("orientation:detail", AccessLog.Act.VIEW),
        ("connectivity:aid", AccessLog.Act.VIEW),
        ("reporting:figure", AccessLog.Act.VIEW),
        ("equipment:agreement", AccessLog.Act.PRINT),
        ("equipment:ceremony_list", AccessLog.Act.PRINT),
        ("training:sheet_print", AccessLog.Act.PRINT),
    ],
)
def test_opening_and_printing_what_names_a_person_is_written_down(name: str, act: str) -> None:
    world = a_world()
    user = world.users[Role.COORDINATOR]
    address = reverse(name, kwargs=ROWS[name][0](world))
    assert signed_in(user).get(address).status_code == 200
    assert AccessLog.objects.filter(user=user, act=act).exists()


APPEND_ONLY = {
    "people.Snapshot", "people.AccessLog", "documents.Document", "ledger.Entry", "ledger.Line", "ledger.ClosedMonth",
    "ledger.MonthBalance", "ledger.ReceiptPrint", "ledger.Grant", "ledger.GrantPayment",
    "practice.Attempt", "training.Attendance", "equipment.Erasure", "equipment.ErasureReading", "equipment.DeviceTest",
    "equipment.LoanEvent", "equipment.Agreement", "equipment.AgreementPaper", "equipment.ConditionPhoto",
    "equipment.CeremonySync", "equipment.Instalment", "equipment.LossDeclaration", "equipment.LabelRun",
    "equipment.PartMovement", "connectivity.RechargeSale",
    "connectivity.SocialEvaluation", "connectivity.RechargePrice", "connectivity.SaleCancellation",
    "connectivity.CodeBatch", "connectivity.CodeShowing", "hotline.TicketMessage", "followup.Review",
    "followup.SatisfactionAnswer", "followup.Exit",
    "orientation.ContactAttempt", "orientation.AnswerLinkView", "people.RightsEvent", "people.RetentionNotice",
}  # fmt: skip
NEVER_DELETED = {
    "people.Person", "orientation.Referral", "orientation.Enrolment", "equipment.Device", "equipment.Allocation",
    "equipment.Claim", "equipment.Drive", "equipment.DeviceLock", "equipment.Evidence", "equipment.Promise",
    "equipment.Collection", "equipment.Journey", "equipment.StockCount", "equipment.CategoryReservation",
    "ledger.Receipt", "ledger.ReceiptCounter", "ledger.Cheque", "ledger.Expense", "ledger.Till", "ledger.TillSession",
    "people.Merge", "people.RetentionHold",
}  # fmt: skip


def test_what_was_written_stays_written() -> None:
    """The database itself refuses to change or delete what a report or a person's rights stand on."""
    found: dict[str, set[str]] = {}
    for config in apps.get_app_configs():
        for model in config.get_models():
            triggers = {trigger.name for trigger in getattr(model._meta, "triggers", []) or []}
            found[model._meta.label] = triggers
    assert {label for label, names in found.items() if "append_only" in names} == APPEND_ONLY
    assert {label for label, names in found.items() if "never_deleted" in names} == NEVER_DELETED

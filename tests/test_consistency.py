"""Rules of the house that no linter knows: how actions are written, what a row of a case carries, what the docs name."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db import models

import declic
from declic.organisations.models import OperatorRow

ROOT = Path(declic.__file__).resolve().parent.parent
OWN = [config for config in apps.get_app_configs() if config.name.startswith("declic.")]


def _actions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of every `actions` module or package."""
    for config in OWN:
        try:
            module = importlib.import_module(f"{config.name}.actions")
        except ModuleNotFoundError:
            continue
        modules = [module]
        if hasattr(module, "__path__"):
            modules += [
                importlib.import_module(f"{module.__name__}.{name}")
                for _, name, _ in pkgutil.iter_modules(module.__path__)
            ]
        for each in modules:
            for name, function in inspect.getmembers(each, inspect.isfunction):
                if not name.startswith("_") and function.__module__ == each.__name__:
                    yield f"{each.__name__}.{name}", function


ACTIONS = dict(_actions())
# Not asked for by anybody signed in: the books of a new operator, a message that an action owes, a read that an action
# shares, an invitation taken up, an answer read by its link, the work of the night.
WITHOUT_USER = {
    "declic.accounts.actions.accept_invitation",
    "declic.accounts.actions.close_ended_accounts",
    "declic.accounts.actions.end_sessions",
    "declic.connectivity.actions.aids.close_ended_aids",
    "declic.connectivity.actions.aids.tell_ending_aids",
    "declic.connectivity.actions.stock.reseal_codes",
    "declic.hotline.actions.ask_help",
    "declic.equipment.actions.remind_due_loans",
    "declic.equipment.actions.reminders.remind_due_loans",
    "declic.orientation.actions.drafts.purge_drafts",
    "declic.orientation.actions.enrolling.check_entry",
    "declic.orientation.actions.links.log_link_view",
    "declic.orientation.actions.reminding.remind_teams",
    "declic.ledger.actions.books.open_books",
    "declic.messaging.actions.queue_message",
    "declic.messaging.actions.notify",
    "declic.people.actions.logs.purge_access_log",
    "declic.people.actions.merging.gather_stragglers",
    "declic.people.actions.pairs.propose_pair",
}
# Parts of actions that stand beside them: locks, guards, the modules of a package.
PARTS = re.compile(
    r"declic\.(accounts\.actions\.digest_of|documents\.actions\.check_file|organisations\.actions\.partner_called"
    r"|ledger\.actions\.(cheques\.(expiry_of|held_cheque)|grants\.(is_unpaid|received))\b"
    r"|orientation\.actions\.(states|telling)\b|equipment\.actions\.(claims|locks|money|loans\.(require_held|note)|endings\.(start_ending|end|keep_account|refund_means)\b|reminders\.step_began\b|handover\.require_free|ceremonies\.reason_of_invitation|stock\.open_repair|moves|bench\.note_facts|erasing\.settle)\b|connectivity\.actions\.lacks_social_evaluation|messaging\.actions\.(checked_address|choose_channel|is_email)|people\.actions\.(files\.)?hold_register|programmes\.actions\.partners\b)"
)


@pytest.mark.parametrize("name", sorted(name for name in ACTIONS if not PARTS.match(name)))
def test_an_action_is_called_by_names_and_says_who_acts(name: str) -> None:
    parameters = inspect.signature(ACTIONS[name]).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}, (
        f"{name} takes positional arguments"
    )
    if name not in WITHOUT_USER:
        assert next(iter(parameters)) == "acting_user", f"{name}: acting_user comes first"


def test_every_row_of_a_case_carries_its_operator() -> None:
    without = {
        model._meta.label
        for config in OWN
        for model in config.get_models()
        if not issubclass(model, OperatorRow) and not model.__name__.endswith("Event")
    }
    # What says who reaches which operator stands before the wall (docs/adr/009); a vocabulary of names leads to nobody
    # (docs/adr/011).
    before_the_wall = {"organisations.Organisation"} | {
        f"accounts.{name}" for name in ("User", "Membership", "Invitation", "Replacement")
    }
    assert without == before_the_wall | {"people.NameWord"}


def test_states_change_only_along_their_tables_in_the_database_too() -> None:
    """Each model with a `state` field has the trigger that refuses any other change."""
    for config in OWN:
        for model in config.get_models():
            fields = {field.name for field in model._meta.get_fields() if isinstance(field, models.Field)}
            if "state" in fields and issubclass(model, OperatorRow):
                triggers = [trigger.name for trigger in getattr(model._meta, "triggers", [])]
                assert any("transitions" in name for name in triggers), model


def test_every_command_is_documented() -> None:
    documented = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    ours = sorted(name for name, app in get_commands().items() if app.startswith("declic."))
    assert ours
    missing = [name for name in ours if name not in documented]
    assert not missing, f"docs/operating.md does not name {missing}"


def test_every_setting_read_from_the_environment_is_documented() -> None:
    documented = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config" / "settings").glob("*.py"))
    names = set(re.findall(r"""environ(?:\.get\(|\[)["']([A-Z_]+)["']""", source))
    assert names
    missing = sorted(name for name in names if name not in documented)
    assert not missing, f"docs/operating.md does not name {missing}"


def test_decision_records_are_numbered_in_order() -> None:
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))

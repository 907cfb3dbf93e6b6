"""`make test`, `make check`, `make bench`: one environment, a throwaway database, then the checks."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools import environment, postgres, signals
from tools.children import Children
from tools.paths import PYTHON, ROOT
from tools.speech import Trouble, heading, say

# As many test processes as the smallest machine we promise a time for has cores.
PROCESSES = "2"
# What another version of PostgreSQL could answer differently: triggers, exclusions, walls, locks, words, books.
DATABASE = (
    "tests/ledger", "tests/organisations", "tests/test_walls.py", "tests/people/test_finding.py",
    "tests/connectivity/test_codes.py", "tests/equipment/test_any_sequence.py", "tests/equipment/test_bench.py",
    "tests/equipment/test_same_instant.py", "tests/equipment/test_storm.py", "tests/equipment/test_stock.py",
)  # fmt: skip
DJANGO = "6.1"


def everything(arguments: list[str]) -> int:
    """Linters, unit tests and browser tests; the last line is pytest's.

    `LINT=0` and `BROWSER=0` leave some out; `ONLY=database` runs those that depend on the version of PostgreSQL.
    """
    environment.install("dev")
    browser = environment.require_test_system()
    stories = ["--ignore=tests/e2e"] if os.environ.get("BROWSER") == "0" else []
    with postgres.throwaway_cluster() as url:
        children = Children(test_environment(url, browser))
        migrate_beside(children, lambda: lint(children))
        chosen = DATABASE if os.environ.get("ONLY") == "database" else ("tests",)
        return run_tests(children, [*chosen, *stories, *arguments])


def quick(arguments: list[str]) -> int:
    """The linters and the tests that need no browser."""
    environment.install("dev")
    environment.require_libraries()
    with postgres.throwaway_cluster() as url:
        children = Children(test_environment(url, ""))
        migrate_beside(children, lambda: lint(children))
        return run_tests(children, ["tests", "--ignore=tests/e2e", *arguments])


def bench(arguments: list[str]) -> int:
    """Fill a throwaway database with the set of that size and measure the pages."""
    size = arguments[0] if arguments else ""
    if size not in ("operator", "region", "nation"):
        raise Trouble(
            f"Taille inconnue : « {size} ». Choisissez operator, region ou nation.",
            "Unknown size: choose operator, region or nation.",
            "make bench SIZE=operator",
        )
    environment.install("dev")
    environment.require_libraries()
    with postgres.throwaway_cluster() as url:
        children = Children({**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.dev"})
        try:
            migrated = children.python("manage.py", "migrate", "--verbosity", "0").wait()
            return migrated or children.python("-m", "bench.run", size).wait()
        finally:
            children.stop()


def storm() -> int:
    """Sixty-four threads over fifty machines for a minute, while backends of PostgreSQL are killed."""
    environment.install("dev")
    environment.require_libraries()
    with postgres.throwaway_cluster() as url:
        children = Children({**test_environment(url, ""), "STORM": "64,50,60"})
        try:
            migrate_beside(children, lambda: None)
            return children.python("-m", "pytest", "-q", "tests/equipment/test_storm.py").wait()
        finally:
            children.stop()


def migrate_beside(children: Children, work: Callable[[], None]) -> None:
    """Migrate the database that every test process copies, while `work` is done beside it."""
    migrating = children.python("manage.py", "migrate", "--verbosity", "0")
    try:
        work()
    finally:
        failed = migrating.wait()
    if failed:
        raise Trouble("Les migrations ont échoué (voir plus haut).", "The migrations failed (see above).")


def test_environment(url: str, browser: str) -> dict[str, str]:
    """What the checks see: their own database, the browser, the test settings."""
    own = {
        "DATABASE_URL": url,
        "DECLIC_TEST_TEMPLATE": url.rpartition("/")[2].partition("?")[0],
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DECLIC_WEB_ROLE": postgres.WEB,
    }
    return {**os.environ, **own, **({"DECLIC_CHROMIUM": browser} if browser else {})}


def templates() -> list[str]:
    """Every page template of the product."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("declic/**/templates/**/*.html"))


def linters() -> dict[str, list[str]]:
    """The checks that read the code without running the tests; each is a command of `.venv`."""
    tool = {name: str(PYTHON.parent / name) for name in ("ruff", "djade", "mypy", "lint-imports")}
    commands = {
        "mypy": [tool["mypy"]],
        "ruff check": [tool["ruff"], "check", "--quiet"],
        "ruff format": [tool["ruff"], "format", "--check", "--quiet"],
        "djade": [tool["djade"], "--check", "--target-version", DJANGO, *templates()],
        "import-linter": [tool["lint-imports"]],
        "migrations": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    if not templates():
        del commands["djade"]
    return commands


def lint(children: Children) -> None:
    """Run every linter (mypy, the longest, beside the others), print what those that fail say, then stop if one did."""
    if os.environ.get("LINT") == "0":
        say("LINT=0 : sans les vérifications du code, qui ne dépendent pas de la base.")
        return
    heading("Code : ruff, djade, mypy, import-linter, migrations")
    failed = []
    running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
    with tempfile.TemporaryDirectory() as folder:

        def begin(name: str, command: list[str]) -> None:
            output = Path(folder) / name.replace(" ", "-")
            with signals.uninterrupted(), output.open("wb") as file:
                child = subprocess.Popen(
                    command, cwd=ROOT, env=children.environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
                )
                children.started.append(child)
            running[name] = (child, output)

        def end(name: str) -> None:
            child, output = running[name]
            bad = child.wait() != 0
            say(f"{'✗' if bad else '✓'} {name}")
            if bad:
                failed.append(name)
                say(output.read_text(encoding="utf-8", errors="replace").rstrip() + "\n")

        try:
            commands = linters()
            for name, command in commands.items():
                begin(name, command)
                if name != "mypy":
                    end(name)
            end("mypy")
        finally:
            for child, _ in running.values():
                if child.poll() is None:
                    child.kill()
    if failed:
        raise Trouble(
            f"À reprendre avant les essais : {', '.join(failed)}.",
            "These checks failed (see above); the tests were not run.",
        )


def run_tests(children: Children, arguments: list[str]) -> int:
    """Run pytest; its closing line is the last thing printed."""
    heading("Essais : pytest")
    # The browser tests come last and in one lump: a process that has finished takes its share of them.
    child = children.python("-m", "pytest", "-n", PROCESSES, "--dist", "worksteal", *arguments)
    try:
        return child.wait()
    except signals.Stopped:
        signals.ignore()
        children.stop(signal.SIGINT, patience=20)
        raise

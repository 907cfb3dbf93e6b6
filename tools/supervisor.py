"""`make run`: from a bare clone to a page that answers, and back to nothing at Ctrl-C."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Optional

from tools import environment, postgres, signals
from tools.children import Children
from tools.paths import ROOT, state_folder
from tools.speech import Trouble, say

HOST = "127.0.0.1"
FIRST_PAGE = "/compte/login/"
WORKERS, THREADS = 2, 4


def wanted_port() -> int:
    """The port of the site: `PORT`, or 8000."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Trouble(
            f"PORT vaut « {text} » ; il faut un nombre de 1 à 65535.",
            f"PORT is '{text}'; it must be a number from 1 to 65535.",
            "make run PORT=8001",
        )
    return int(text)


def require_free(port: int) -> None:
    """Refuse at once when somebody already listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Trouble(
                    f"Le port {port} est réservé à l’administrateur de la machine.",
                    f"Port {port} is reserved to the administrator.",
                    "make run PORT=8001",
                ) from None
            other = port + 1 if port < 65535 else 8001
            raise Trouble(
                f"Le port {port} est déjà pris sur cette machine (peut-être par Déclic : http://{HOST}:{port}). "
                "Arrêtez ce qui l’occupe, ou choisissez un autre port :",
                f"Port {port} is already taken on this machine. Stop what uses it, or choose another port:",
                f"make run PORT={other}",
            ) from None


def prepared_from(database: str) -> str:
    """What the database was last prepared from: the migrations, the walls, the replayed programmes, the database itself."""
    digest = hashlib.sha256(database.encode())
    sources = [*ROOT.glob("declic/*/migrations/*.py"), *ROOT.glob("declic/programmes/examples/*.toml")]
    sources += [ROOT / "declic" / "organisations" / "walls.py", ROOT / "requirements" / "run.txt"]
    for path in sorted(sources):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run() -> int:
    """Prepare and serve until told to stop."""
    began = time.monotonic()
    port = wanted_port()
    require_free(port)
    environment.install("run")
    environment.require_libraries()
    given = os.environ.get("DATABASE_URL")
    cluster = None if given else postgres.demo_cluster()
    children: Optional[Children] = None
    try:
        url = given or (cluster.start() if cluster else "")
        settings = os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev")
        children = Children({**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings})
        if cluster:
            children.environment.update(DATABASE_WEB_URL=cluster.web_url, DECLIC_WEB_ROLE=postgres.WEB)
        serve(children, port, given or str(cluster and cluster.folder), began)
    finally:
        signals.ignore()
        say("\nArrêt…")
        if children:
            children.stop()
        if cluster:
            cluster.stop()
        say("Tout est arrêté ; les données sont gardées.")
    return 0


def serve(children: Children, port: int, database: str, began: float) -> None:
    """Bring the database up to date, start the web and task processes, say where, and watch over them."""
    stamp = state_folder() / "prepared"
    signins = state_folder() / "sign-ins.txt"
    expected = prepared_from(database)
    known = stamp.exists() and stamp.read_text(encoding="utf-8") == expected
    stamp.unlink(missing_ok=True)
    prepare = ["manage.py", "prepare", "--sign-ins", str(signins)]
    if not known:
        say("Base de données : mise à jour, puis les dispositifs de démonstration (la première fois prend un moment)…")
        finish(children.python(*prepare, "--full"))
        web = start_web(children, port)
    else:
        web = start_web(children, port)
        finish(children.python(*prepare))
    stamp.write_text(expected, encoding="utf-8")
    wait_for_page(web, port)
    announce(port, signins, time.monotonic() - began)
    with (state_folder() / "worker.log").open("ab") as log:
        worker = children.python("manage.py", "db_worker", "--interval", "2", "--no-reload", stdout=log)
    watch({"le serveur web": web, "les tâches de fond": worker})


def finish(child: subprocess.Popen[bytes]) -> None:
    """Wait for a preparing step; its own words say what went wrong."""
    if child.wait():
        raise Trouble(
            "La base n’a pas pu être préparée (voir ci-dessus).", "Preparing the database failed (see above)."
        )


def start_web(children: Children, port: int) -> subprocess.Popen[bytes]:
    """Start gunicorn; the application is loaded once, before its workers are forked."""
    # Empty on a laptop, where files are served from the apps; WhiteNoise warns when it is not there.
    (state_folder() / "static").mkdir(exist_ok=True)
    options = [
        "--bind",
        f"{HOST}:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
    ]
    options += ["--preload", "--no-control-socket", "--log-level", "warning", "--graceful-timeout", "5"]
    if Path("/dev/shm").is_dir():  # noqa: S108
        options += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return children.python(
        "-m", "gunicorn", *options, "config.wsgi:application", environment=web_environment(children.environment)
    )


def web_environment(environment: dict[str, str]) -> dict[str, str]:
    """What the web processes know: their own address of the database, and not the owner's when they have one."""
    own = environment.get("DATABASE_WEB_URL")
    return {**environment, "DATABASE_URL": own} if own else environment


def wait_for_page(web: subprocess.Popen[bytes], port: int, patience: float = 60) -> None:
    """Wait until the sign-in page answers."""
    deadline = time.monotonic() + patience
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    problem = ""
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with opener.open(f"http://{HOST}:{port}{FIRST_PAGE}", timeout=10):
                return
        except urllib.error.HTTPError as error:
            problem = f"{FIRST_PAGE} : {error}"
            break
        except OSError as error:
            problem = str(error)
            time.sleep(0.05)
    raise Trouble("Le serveur web ne répond pas.", "The web server does not answer.", detail=problem)


def announce(port: int, signins: Path, seconds: float) -> None:
    """Say where Déclic is and who can sign in."""
    duration = f"{seconds:.1f}".replace(".", ",")
    say(f"\nDéclic est prêt (en {duration} s) : http://{HOST}:{port}")
    if signins.exists():
        say(signins.read_text(encoding="utf-8").rstrip())
    say("\nCtrl-C arrête tout et garde les données.")


def watch(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Stay until a signal comes, or until one of the processes ends by itself."""
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                raise Trouble(
                    f"Un processus s’est arrêté tout seul : {name} (code {process.returncode}).",
                    "A process ended by itself.",
                    "make run",
                )
        time.sleep(0.5)

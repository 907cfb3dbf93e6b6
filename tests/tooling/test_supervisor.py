"""`make run`: the port, the prepared stamp, the processes it starts."""

import os
import signal
import socket
import subprocess
import time

import pytest

from tools import signals, supervisor
from tools.children import Children
from tools.speech import Trouble


def test_a_taken_port_is_said_in_both_languages_with_another_to_choose():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble) as caught:
            supervisor.require_free(port)
    assert str(port) in caught.value.french
    assert str(port) in caught.value.english
    assert caught.value.command == f"make run PORT={port + 1}"


@pytest.mark.parametrize("text", ["quatre", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Trouble, match="de 1 à 65535"):
        supervisor.wanted_port()


def test_the_port_is_8000_unless_said(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    assert supervisor.wanted_port() == 8000


def test_another_database_is_prepared_anew():
    assert supervisor.prepared_from("a") == supervisor.prepared_from("a")
    assert supervisor.prepared_from("a") != supervisor.prepared_from("b")


def test_the_web_processes_are_given_their_own_address_of_the_database_alone():
    known = {"DATABASE_URL": "postgresql://owner@h/d", "DATABASE_WEB_URL": "postgresql://web@h/d", "PORT": "8000"}
    assert supervisor.web_environment(known)["DATABASE_URL"] == "postgresql://web@h/d"
    assert known["DATABASE_URL"] == "postgresql://owner@h/d", "the worker keeps the owner's"
    alone = {"DATABASE_URL": "postgresql://owner@h/d", "DATABASE_WEB_URL": ""}
    assert supervisor.web_environment(alone)["DATABASE_URL"] == "postgresql://owner@h/d"


def gone(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def test_a_child_that_ignores_the_request_is_ended_all_the_same():
    children = Children(dict(os.environ))
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    deaf = children.python("-c", script, stdout=subprocess.PIPE)  # type: ignore[arg-type]
    assert deaf.stdout
    deaf.stdout.readline()
    children.stop(patience=0.2)
    deaf.stdout.close()
    assert gone(deaf)
    assert deaf.returncode == -signal.SIGKILL


def test_a_signal_waits_until_the_started_process_is_written_down():
    before = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signals._on_signal)
    done = []
    try:
        with pytest.raises(signals.Stopped), signals.uninterrupted():  # noqa: PT012
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.05)
            done.append("written down")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert done == ["written down"]

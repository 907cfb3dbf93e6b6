"""The antivirus: what it recognises is never kept, nor what it could not look at."""

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declic.core.errors import DomainError
from declic.documents import antivirus
from declic.documents.models import Document
from tests.documents.clamd import EICAR, clamd
from tests.documents.files import PDF, a_document
from tests.factories import a_user, an_operator


def test_a_clean_file_is_clean_over_a_socket_and_over_tcp(settings: Any, tmp_path: Path) -> None:
    # Larger than a chunk, and no multiple of one.
    content = PDF + bytes(200_001)
    for path in (tmp_path / "clamd.ctl", None):
        with clamd(path) as (address, received):
            settings.CLAMAV_SOCKET = address
            assert antivirus.find_virus(content) is None
            assert received == [content]


def test_a_virus_is_named(settings: Any) -> None:
    with clamd() as (settings.CLAMAV_SOCKET, _received):
        assert antivirus.find_virus(PDF + EICAR) == "Eicar-Signature"


def test_without_an_antivirus_nothing_is_asked(settings: Any) -> None:
    settings.CLAMAV_SOCKET = ""
    assert antivirus.find_virus(EICAR) is None


@pytest.mark.parametrize(
    "said", [b"", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"stream: maybe\0", b"\xff\xfe\0"]
)
def test_only_a_verdict_is_a_verdict(settings: Any, said: bytes) -> None:
    with clamd(answer=lambda _content: said) as (settings.CLAMAV_SOCKET, _received):
        if said == b"stream: OK":
            # Closed without the NUL, all the same said in full.
            assert antivirus.find_virus(PDF) is None
        else:
            with pytest.raises(antivirus.ScannerDownError):
                antivirus.find_virus(PDF)


@given(said=st.binary(max_size=60))
def test_whatever_noise_comes_back_nothing_passes_for_clean(said: bytes) -> None:
    from unittest import mock

    with clamd(answer=lambda _content: said) as (address, _received), mock.patch.object(antivirus, "settings") as fake:
        fake.CLAMAV_SOCKET = address
        try:
            found = antivirus.find_virus(PDF)
        except antivirus.ScannerDownError:
            return
        assert found is not None or said.partition(b"\0")[0].strip() == b"stream: OK"


def test_a_daemon_that_is_silent_or_gone_gives_no_verdict(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(antivirus, "TIMEOUT", 0.2)
    with (
        clamd(answer=lambda _content: None) as (settings.CLAMAV_SOCKET, _received),
        pytest.raises(antivirus.ScannerDownError),
    ):
        antivirus.find_virus(PDF)
    for gone in (str(tmp_path / "none.ctl"), "tcp://127.0.0.1:1", "x" * 300):
        settings.CLAMAV_SOCKET = gone
        with pytest.raises(antivirus.ScannerDownError):
            antivirus.find_virus(PDF)


@pytest.mark.django_db
def test_an_infected_file_is_refused_and_not_kept(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MEDIA_ROOT = tmp_path
    operator = an_operator()
    user = a_user(operator)
    with (
        clamd() as (settings.CLAMAV_SOCKET, _received),
        caplog.at_level(logging.WARNING),
        pytest.raises(DomainError, match="malveillant"),
    ):
        a_document(operator, by=user, content=PDF + EICAR)
    assert "Eicar-Signature" in caplog.text
    settings.CLAMAV_SOCKET = str(tmp_path / "none.ctl")
    with pytest.raises(DomainError, match="réessayez"):
        a_document(operator, by=user)
    assert not Document.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

"""A file that is too large is let go as it arrives; its form keeps the rest and says what to do."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from declic.core import uploads
from declic.core.errors import DomainError
from declic.core.forms import CleanCharField, Form, UploadField, posted

BOUNDARY = "la-limite"
MEGABYTE = 1024 * 1024


class ListForm(Form):
    name = CleanCharField()
    file = UploadField(accept=".csv,.xlsx")


class Sent:
    """A request body made as it is read, so that 300 MB cost no memory; counts what was read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        while len(self._left) < size and (piece := next(self._pieces, b"")):
            self._left += piece
        data, self._left = self._left[:size], self._left[size:]
        self.read_bytes += len(data)
        return data

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError


def part(name: str, filename: str = "") -> bytes:
    file = f'; filename="{filename}"\r\nContent-Type: text/csv' if filename else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()


def sent(megabytes: int, *, announced: int = 0) -> tuple[HttpRequest, Sent]:
    """A form sent with a file of so many megabytes, then a field after it."""
    before, after = (
        part("file", "repérés.csv"),
        b"\r\n" + part("name") + b"Uz\xc3\xa8s\r\n" + f"--{BOUNDARY}--\r\n".encode(),
    )

    def pieces() -> Iterator[bytes]:
        yield before
        for _rank in range(megabytes):
            yield b"x" * MEGABYTE
        yield after

    body = Sent(pieces())
    request = RequestFactory().generic(
        "POST",
        "/",
        b"",
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}",
        CONTENT_LENGTH=str(announced or len(before) + megabytes * MEGABYTE + len(after)),
        **{"wsgi.input": body},
    )
    return request, body


@pytest.fixture
def temporary(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Django puts what it receives."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("megabytes", [26, 60])
def test_a_file_too_large_is_an_error_of_its_field_and_nothing_is_kept(temporary: Path, megabytes: int) -> None:
    request, _body = sent(megabytes)
    form = ListForm(**posted(request))
    assert form.errors["file"] == [uploads.too_large("repérés.csv")]
    assert "25 Mo" in form.errors["file"][0]
    assert form.cleaned_data == {"name": "Uzès"}
    assert list(temporary.iterdir()) == []
    assert request.FILES["file"].size == megabytes * MEGABYTE
    request.close()


@pytest.mark.parametrize("megabytes", [1, 25])
def test_a_file_of_ordinary_size_is_received_whole(temporary: Path, megabytes: int) -> None:
    request, _body = sent(megabytes)
    form = ListForm(**posted(request))
    assert form.is_valid()
    assert form.cleaned_data["file"].read() == b"x" * (megabytes * MEGABYTE)
    request.close()
    assert list(temporary.iterdir()) == []


def test_a_form_that_does_not_look_refuses_the_file_all_the_same(temporary: Path) -> None:
    class Careless(forms.Form):
        file = forms.FileField()

    request, _body = sent(26)
    form = Careless(**posted(request))
    assert form.is_valid()
    for read in ("read", "open", "chunks", "multiple_chunks"):
        with pytest.raises(DomainError, match="25 Mo"):
            getattr(form.cleaned_data["file"], read)()
    request.close()


def test_an_absurd_body_is_not_read(temporary: Path) -> None:
    request, body = sent(3, announced=uploads.MAX_BODY + 1)
    with pytest.raises(RequestDataTooBig):
        _ = request.POST
    assert body.read_bytes == 0


def test_an_upload_field_says_what_is_wrong() -> None:
    field = UploadField(max_bytes=2 * MEGABYTE)
    for given, sentence in (
        (None, "Choisissez un fichier."),
        (SimpleUploadedFile("a.csv", b""), "Ce fichier est vide : choisissez-en un autre."),
        (SimpleUploadedFile("a.csv", b"x" * (2 * MEGABYTE + 1)), uploads.too_large("a.csv", 2 * MEGABYTE)),
    ):
        with pytest.raises(forms.ValidationError) as error:
            field.clean(given)
        assert error.value.messages == [sentence]
    assert field.clean(SimpleUploadedFile("a.csv", b"x")).name == "a.csv"
    assert UploadField(required=False).clean(None) is None
    assert 'data-most="2097152"' in str(ListForm.base_fields["file"].widget.render("file", None, field.widget.attrs))
    assert 'accept=".csv,.xlsx"' in str(ListForm()["file"])

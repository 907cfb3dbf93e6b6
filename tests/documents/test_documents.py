"""Stored files: kept as they came, known by their bytes, handed only to those who may read people's files."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, transaction
from django.urls import reverse

from declic.core.errors import DomainError
from declic.documents.actions import MAX_BYTES
from declic.documents.models import Document
from tests.documents.files import JPEG, PDF, PNG, WEBP, a_document
from tests.factories import a_user, a_world, an_operator, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    ("content", "mime"),
    [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")],
)
def test_a_file_is_kept_with_the_hash_of_its_bytes(content: bytes, mime: str) -> None:
    operator = an_operator()
    document = a_document(operator, by=a_user(operator), content=content, name="n'importe quoi.exe")
    assert (document.mime, document.size) == (mime, len(content))
    assert document.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b"MZ\x90\x00" + bytes(60), "ni un PDF ni une image"),
        (b"<html><script>alert(1)</script>", "ni un PDF ni une image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "ni un PDF ni une image"),
        (b"RIFF\x10\x00\x00\x00WAVE", "ni un PDF ni une image"),
        (PDF + bytes(MAX_BYTES), "10 Mo"),
    ],
)
def test_a_file_that_is_nothing_we_keep_is_refused_whatever_its_name(content: bytes, sentence: str) -> None:
    operator = an_operator()
    with pytest.raises(DomainError, match=sentence):
        a_document(operator, by=a_user(operator), content=content, name="facture.pdf")
    assert not Document.objects.exists()


@pytest.mark.parametrize("fields", [{"title": "  "}, {"kind": "roman"}])
def test_a_document_has_a_title_and_a_known_nature(fields: dict[str, str]) -> None:
    operator = an_operator()
    with pytest.raises(DomainError):
        a_document(operator, by=a_user(operator), **fields)


def test_a_file_name_never_chooses_where_it_is_stored(tmp_path: Path) -> None:
    operator = an_operator()
    document = a_document(operator, by=a_user(operator), name="../../../etc/awa-diarra.pdf")
    stored = Path(document.file.path)
    assert tmp_path in stored.parents
    assert "awa" not in stored.name


def test_a_stored_document_never_changes() -> None:
    operator = an_operator()
    document = a_document(operator, by=a_user(operator))
    with pytest.raises(Error, match=r"append_only|[Cc]annot"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(sha256="0" * 64)


def test_a_file_is_handed_over_to_be_saved_and_never_shown_in_our_pages() -> None:
    world = a_world()
    document = a_document(world.operator, by=world.users["coordinator"])
    answer = signed_in(world.users["adviser"]).get(reverse("documents:download", args=[document.pk]))
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="facture-dacces-a-internet.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_only_those_who_may_read_files_at_the_operator_download_them() -> None:
    world, elsewhere = a_world(), a_world()
    document = a_document(world.operator, by=world.users["coordinator"])
    address = reverse("documents:download", args=[document.pk])
    opened = {role for role, user in world.users.items() if signed_in(user).get(address).status_code == 200}
    assert opened == {"coordinator", "adviser"}
    assert {signed_in(user).get(address).status_code for user in elsewhere.users.values()} == {404}


@pytest.mark.parametrize("harm", ["altered", "gone"])
def test_a_file_that_is_altered_or_gone_is_not_handed_over(harm: str, caplog: pytest.LogCaptureFixture) -> None:
    world = a_world()
    document = a_document(world.operator, by=world.users["coordinator"])
    stored = Path(document.file.path)
    stored.write_bytes(PDF + b" ") if harm == "altered" else stored.unlink()
    answer = signed_in(world.users["adviser"]).get(reverse("documents:download", args=[document.pk]))
    assert answer.status_code == 404
    assert "missing or altered" in caplog.text

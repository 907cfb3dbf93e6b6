"""What is signed stays what was signed: text, drawing, PDF, scan, photos."""

import base64
import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image, ImageDraw

from declic.core.errors import DomainError
from declic.documents.actions import CheckedFile, check_file
from declic.documents.queries import stored_bytes
from declic.equipment.actions import add_photo, add_scan, hand_over, make_agreement_pdf, renew
from declic.equipment.actions.money import cheque_of
from declic.equipment.agreement import amendments, is_unaltered
from declic.equipment.models import Agreement, AgreementPaper, ConditionPhoto
from declic.equipment.papers import signed_sheet, without_scan
from declic.equipment.pictures import as_data, check_drawing, drawing_from_address
from tests.equipment.stories import lent, prepared, ready
from tests.factories import DAY, a_user, an_enrolment, at, signed_in

pytestmark = pytest.mark.django_db


def drawn(*, size: tuple[int, int] = (600, 200), line: bool = True) -> bytes:
    """A signature as the screen sends it."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    if line:
        ImageDraw.Draw(picture).line([(40, 150), (200, 40), (400, 160)], fill=(28, 36, 48, 255), width=3)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def a_photo(colour: str = "grey", size: tuple[int, int] = (64, 48)) -> CheckedFile:
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return check_file(ContentFile(written.getvalue(), name="IMG_0001.jpg"))


def test_a_signature_drawn_on_the_screen_is_kept_with_the_agreement():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    allocation = prepared(enrolment, ready(enrolment.operator, by=user)[0], by=user)
    content = drawn()
    hand_over(
        acting_user=user, allocation=allocation, at=at(DAY), means="cash", signed_by="Awa Diarra",
        drawing=check_drawing(content),
    )  # fmt: skip
    agreement = Agreement.objects.get()
    assert (agreement.how, is_unaltered(agreement)) == ("screen", True)
    assert agreement.drawing is not None
    assert stored_bytes(agreement.drawing) == content
    assert signed_in(user).get(reverse("equipment:drawing", args=[allocation.pk])).content == content


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("data:image/png;base64,", "pas arrivée entière"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "pas arrivée entière"),
        ("data:image/png;base64,%%%", "pas arrivée entière"),
        ("data:image/png;base64," + base64.b64encode(drawn()[:80]).decode(), "pas arrivée entière"),
        (
            "data:image/png;base64," + base64.b64encode(drawn(size=(9000, 9000), line=False)).decode(),
            "pas arrivée entière",
        ),
        ("data:image/png;base64," + base64.b64encode(drawn(line=False)).decode(), "La signature est vide"),
    ],
)
def test_what_is_no_signature_is_refused(sent, words):
    with pytest.raises(DomainError, match=words):
        drawing_from_address(sent)


def test_a_handover_that_fails_keeps_no_signature():
    loan = lent()
    with pytest.raises(DomainError, match="déjà remise"):
        hand_over(
            acting_user=a_user(loan.operator), allocation=loan, at=at(DAY), means="cash", signed_by="Awa Diarra",
            drawing=check_drawing(drawn()),
        )  # fmt: skip
    assert Agreement.objects.get().drawing is None


def test_the_pdf_is_made_once_from_the_text_that_was_signed_and_shows_the_photos():
    loan = lent()
    user = a_user(loan.operator)
    add_photo(acting_user=user, allocation=loan, moment="out", checked=a_photo(), on=DAY)
    client = signed_in(user)
    address = reverse("equipment:agreement_pdf", args=[loan.pk])
    first = client.get(address)
    assert first.status_code == 200
    assert first.content.startswith(b"%PDF-")
    assert b"/Image" in first.content
    paper = AgreementPaper.objects.get()
    assert paper.document.sha256 == hashlib.sha256(first.content).hexdigest()
    assert client.get(address).content == first.content
    assert AgreementPaper.objects.count() == 1
    page = client.get(reverse("equipment:papers", args=[loan.pk]))
    assert page.content.decode().count("intact") == 2
    assert page.context["text_is_right"]


def test_what_changed_since_the_signature_is_said_beside_the_text_that_stays():
    loan = lent()
    user = a_user(loan.operator)
    text = loan.agreement.text
    renew(acting_user=user, allocation=loan, due_on=loan.due_on + timedelta(days=60), on=DAY, reason="Formation.")
    said = amendments(loan)
    assert len(said) == 1
    assert said[0].startswith("Fin du prêt reportée le")
    assert said[0].endswith(" : Formation.")
    client = signed_in(user)
    for page in ("agreement", "papers"):
        assert "Fin du prêt reportée le" in client.get(reverse(f"equipment:{page}", args=[loan.pk])).content.decode()
    agreement = Agreement.objects.get()
    assert signed_sheet(agreement).amendments == said
    assert (agreement.text, is_unaltered(agreement)) == (text, True)


def test_a_deposit_cheque_is_kept_from_the_form_of_the_handover():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    allocation = prepared(enrolment, ready(enrolment.operator, by=user)[0], by=user)
    answer = signed_in(user).post(
        reverse("equipment:hand_over", args=[allocation.pk]),
        {"signed_by": "Awa Diarra", "means": "cheque", "on": "05/03/2024", "drawing": ""},
        follow=True,
    )
    assert "Le chèque de caution de" in answer.content.decode()
    allocation.refresh_from_db()
    assert cheque_of(allocation) is not None
    # A cheque that is kept is no money in the books: nobody is told that they are wrong.
    deposits = signed_in(user).get(reverse("equipment:loans")).context["deposits"]
    assert (deposits["right"], deposits["held"], deposits["by_cheque"]) == (True, 0, 5000)


def test_a_text_that_no_longer_matches_its_hash_shows(django_assert_max_num_queries):
    agreement = lent().agreement
    agreement.text = agreement.text.replace("50", "500")
    assert not is_unaltered(agreement)


def test_an_agreement_signed_on_paper_waits_for_its_scan():
    enrolment = an_enrolment()
    user = a_user(enrolment.operator)
    allocation = prepared(enrolment, ready(enrolment.operator, by=user)[0], by=user)
    client = signed_in(user)
    answer = client.post(
        reverse("equipment:hand_over", args=[allocation.pk]),
        {"signed_by": "Awa Diarra", "paper": "on", "means": "cash", "on": "05/03/2024", "drawing": ""},
    )
    assert answer.status_code == 303, answer.context["form"].errors
    agreement = Agreement.objects.get()
    assert agreement.how == "paper"
    assert list(without_scan(Agreement.objects.all())) == [agreement]
    missing = reverse("equipment:papers_missing")
    assert "Joindre le scan" in client.get(missing).content.decode()
    for _twice in range(2):
        scan = ContentFile(b"%PDF-1.7 signed", name="scan.pdf")
        sent = client.post(reverse("equipment:papers", args=[allocation.pk]), {"scan": scan})
        assert sent.status_code == 303
    assert AgreementPaper.objects.filter(kind="scan").count() == 1
    assert "Rien à scanner" in client.get(missing).content.decode()
    paper = AgreementPaper.objects.get()
    assert client.get(reverse("equipment:scan", args=[allocation.pk, paper.pk])).content == b"%PDF-1.7 signed"


def test_photos_are_kept_once_each_and_are_pictures():
    loan = lent()
    user = a_user(loan.operator)
    for _twice in range(2):
        add_photo(acting_user=user, allocation=loan, moment="out", checked=a_photo("navy"), on=DAY)
    add_photo(acting_user=user, allocation=loan, moment="in", checked=a_photo("navy"), on=DAY)
    assert ConditionPhoto.objects.count() == 2
    pdf = check_file(ContentFile(b"%PDF-1.7", name="photo.jpg"))
    with pytest.raises(DomainError, match="est une image"):
        add_photo(acting_user=user, allocation=loan, moment="out", checked=pdf, on=DAY)
    broken = check_file(ContentFile(b"\xff\xd8\xff broken", name="photo.jpg"))
    kept = add_photo(acting_user=user, allocation=loan, moment="out", checked=broken, on=DAY)
    assert as_data(kept.document) == ""
    assert make_agreement_pdf(acting_user=user, agreement=loan.agreement, at=at(DAY)).document.size > 1000
    one = ConditionPhoto.objects.order_by("pk").first()
    assert one is not None
    shown = signed_in(user).get(reverse("equipment:photo", args=[loan.pk, one.pk]))
    assert shown.headers["Content-Type"] == "image/jpeg"


def test_the_scan_of_another_person_is_not_reached():
    loan, foreign = lent(), lent()
    paper = add_scan(
        acting_user=a_user(loan.operator), agreement=loan.agreement, at=at(DAY),
        checked=check_file(ContentFile(b"%PDF-1.7 one", name="scan.pdf")),
    )  # fmt: skip
    client = signed_in(a_user(foreign.operator))
    assert client.get(reverse("equipment:scan", args=[loan.pk, paper.pk])).status_code == 404
    assert client.get(reverse("equipment:scan", args=[foreign.pk, paper.pk])).status_code == 404

"""Fields say what is wrong in French; guards protect from stale pages and double clicks."""

import uuid
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from declic.core.forms import (
    CleanCharField,
    CleanTextField,
    ConfirmField,
    DateField,
    EmailField,
    EuroField,
    Form,
    OneTimeFormMixin,
    PhoneField,
    RadioField,
    SelectField,
    VersionedFormMixin,
    WholeNumberField,
    YesNoField,
    cleaned_rows,
    contains_nir,
)


def error_of(field: forms.Field, typed: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    return refusal.value.messages[0]


def test_a_date_field_gives_a_date_and_shows_it_as_it_is_written() -> None:
    field = DateField()
    assert field.clean("12/03/2022") == date(2022, 3, 12)
    assert field.prepare_value(date(2022, 3, 12)) == "12/03/2022"
    assert field.prepare_value("12/3") == "12/3"


def test_a_date_field_says_how_to_write_a_date_and_which_are_allowed() -> None:
    assert error_of(DateField(), "mars") == error_of(DateField(), "") == "Écrivez la date ainsi : 12/03/2022."
    assert error_of(DateField(minimum=date(2022, 1, 1)), "31/12/2021") == "Choisissez une date à partir du 01/01/2022."
    assert error_of(DateField(maximum=date(2022, 1, 1)), "02/01/2022") == "Choisissez une date jusqu’au 01/01/2022."


def test_an_amount_field_gives_cents_within_its_limits() -> None:
    field = EuroField(max_cents=5000)
    assert field.clean("50,00 €") == 5000
    assert field.prepare_value(5000) == "50,00"
    assert error_of(field, "50,01") == "Le montant ne peut pas dépasser 50,00\u00a0€."
    assert error_of(field, "-1") == "Le montant doit être d’au moins 0,00\u00a0€."
    assert error_of(field, "beaucoup") == "Écrivez le montant ainsi : 50,00 €."


def test_a_telephone_number_is_kept_in_one_form_whatever_was_typed() -> None:
    field = PhoneField()
    assert field.clean("06.12.34.56.78") == field.clean("+33 6 12 34 56 78") == "+33612345678"
    assert field.clean("0692 12 34 56") == "+262692123456"
    assert field.clean("+32 470 12 34 56") == "+32470123456"
    assert field.prepare_value("+33612345678") == "06\u00a012\u00a034\u00a056\u00a078"
    assert error_of(field, "06 12") == "Ce numéro n’a pas l’air complet. Écrivez-le ainsi : 06 12 34 56 78."
    assert error_of(field, "maman").startswith("Ce numéro")
    assert PhoneField(required=False).clean("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "2 95 10 99 126 111 93", "son n° est 295109912611193.", "2951099126111", "2.53.07.2B.073.004.70",
        "2\u00a095\u00a010\u00a099\u00a0126\u00a0111\u00a093", "2\u202f95\u202f10\u202f99\u202f126\u202f111\u202f93",
        "2  95 10 99 126 111 93", "2/95/10/99/126/111/93", "2–95–10–99–126–111–93", "2 95 10 99\n126 111 93",
        "295 109 912 611 193", "NIR295109912611193", "2\u200b95109912611193", "２９５１０９９１２６１１１９３",
    ],
)  # fmt: skip
def test_a_social_security_number_is_recognised_as_people_write_it(text: str) -> None:
    assert contains_nir(text)


@pytest.mark.parametrize(
    "text",
    [
        "06 12 34 56 78", "2 95 10 99 126 111 99", "SIRET 123 456 789 00012", "355998051234567", "PC-0042", "",
        "06 12 34 56 78 / 07 98 76 54 32", "12/03/1980, 06 12 34 56 78", "FR76 3000 6000 0112 3456 7890 189",
    ],
)  # fmt: skip
def test_other_numbers_are_not_taken_for_one(text: str) -> None:
    assert not contains_nir(text)


def test_a_text_with_a_social_security_number_is_refused_with_the_reason() -> None:
    assert "numéro de sécurité sociale" in error_of(CleanTextField(), "NIR 2 95 10 99 126 111 93")
    assert "numéro de sécurité sociale" in error_of(EmailField(), "295109912611193@exemple.fr")


def test_invisible_characters_are_refused_and_spaces_made_single() -> None:
    assert "invisible" in error_of(CleanCharField(), "Awa\u202eD.")
    assert "invisible" in error_of(CleanTextField(), "Awa\x07")
    assert CleanCharField().clean("  Awa \t Diarra ") == "Awa Diarra"
    assert CleanTextField().clean("un\r\ndeux") == "un\ndeux"


def test_a_count_is_a_whole_number_that_is_not_negative() -> None:
    assert WholeNumberField().clean("12") == 12
    assert error_of(WholeNumberField(), "douze") == "Écrivez un nombre entier, par exemple 12."


def test_unknown_is_neither_yes_nor_no() -> None:
    field = YesNoField(required=False)
    assert [field.clean(answer) for answer in ("oui", "non", "")] == [True, False, None]
    assert [field.prepare_value(value) for value in (True, False, None)] == ["oui", "non", ""]
    assert error_of(YesNoField(), "") == "Choisissez une réponse."


def test_an_optional_choice_offers_to_say_that_one_does_not_know() -> None:
    assert ("", "Je ne sais pas") in RadioField(choices=[("a", "A")], required=False).choices
    assert ("", "Je ne sais pas") not in RadioField(choices=[("a", "A")]).choices
    assert SelectField(choices=[("a", "A")]).choices == [("", "Choisir…"), ("a", "A")]
    assert error_of(ConfirmField(), "") == "Cochez cette case pour continuer."


class PayForm(OneTimeFormMixin, Form):
    amount = EuroField()


def test_a_form_sent_twice_carries_the_same_token() -> None:
    shown = PayForm()["form_token"].value()
    sent = [PayForm({"amount": "5", "form_token": str(shown)}) for _click in range(2)]
    assert [form.is_valid() and form.cleaned_data for form in sent] == [{"amount": 500, "token": shown}] * 2


def test_a_form_without_a_readable_token_gets_a_new_one() -> None:
    form = PayForm({"amount": "5", "form_token": "x"})
    assert form.is_valid()
    assert isinstance(form.cleaned_data["token"], uuid.UUID)


class NameForm(VersionedFormMixin, Form):
    name = CleanCharField(label="Nom")


def test_a_page_shown_before_someone_elses_change_does_not_overwrite_it_unseen() -> None:
    before = SimpleNamespace(updated_at=datetime(2022, 3, 1, tzinfo=UTC))
    after = SimpleNamespace(updated_at=datetime(2022, 3, 2, tzinfo=UTC))
    shown = NameForm(versioned=before)["version"].value()
    stale = NameForm({"name": "Awa", "version": shown}, versioned=after)
    assert not stale.is_valid()
    assert stale.non_field_errors()[0].startswith("Quelqu’un d’autre a modifié cette fiche")
    assert stale["name"].value() == "Awa"
    again = NameForm({"name": "Awa", "version": stale["version"].value()}, versioned=after)
    assert again.is_valid()
    assert again.cleaned_data == {"name": "Awa"}


class LineForm(Form):
    amount = EuroField()


def test_the_filled_rows_of_a_formset_are_kept_and_the_empty_ones_left() -> None:
    rows = forms.formset_factory(LineForm, extra=2)(
        {"r-TOTAL_FORMS": "2", "r-INITIAL_FORMS": "0", "r-0-amount": "5", "r-1-amount": ""}, prefix="r"
    )
    assert rows.is_valid()
    assert [row["amount"] for row in cleaned_rows(rows)] == [500]

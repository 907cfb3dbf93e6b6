"""Every template, in every language it has, with exactly the fields it declares."""

import tomllib

import pytest

from declic.messaging.letters import RIGHT_TO_LEFT
from declic.messaging.sms import MAX_PARTS, count_parts, plain
from declic.messaging.wording import FOLDER, WordingError, fields_of, fill, template, templates

LONG_ENOUGH = {
    "operator": "Association Les Portes du Numérique",
    "programme": "Ordi solidaire 2024",
    "link": "https://declic.exemple.fr/s/abcdefghijklmnopqrstuvwxyz",
    "place": "Maison du numérique, 12 rue des Lilas, Toulouse",
    "when": "lundi 4 mars à 10 h 30",
    "phone": "05 61 23 45 67",
    "name": "Marie-Christine",
}


@pytest.mark.parametrize(("name", "language"), templates())
def test_a_template_renders_in_each_of_its_languages(name: str, language: str) -> None:
    fields = template(name).fields
    words = fill(name, language, {field: LONG_ENOUGH.get(field, "12 mars 2024") for field in fields})
    assert words.language == language
    assert words.subject
    assert "\n" not in words.subject
    assert words.body
    for text in (words.subject, words.body, words.sms):
        assert "{" not in text
        assert "}" not in text
    if words.sms:
        assert count_parts(plain(words.sms)) <= MAX_PARTS


@pytest.mark.parametrize(("name", "language"), templates())
def test_a_template_uses_the_fields_that_it_declares_and_no_other(name: str, language: str) -> None:
    content = tomllib.loads((FOLDER / f"{name}.{language}.toml").read_text(encoding="utf-8"))
    assert set(content) <= {"about", "fields", "subject", "body", "sms"}
    declared = template(name).fields
    texts = [content["subject"], content["body"], content.get("sms", "")]
    assert fields_of("".join(texts)) <= declared
    assert fields_of(content["body"] + content["subject"]) == declared, "a translation forgets nothing"
    if language == "fr":
        assert content["about"]
        assert len(content["fields"]) == len(declared)


def test_a_phone_keeps_its_order_among_letters_that_run_the_other_way() -> None:
    words = fill("call_us", "ar", {"name": "Awa", "operator": "Emmaüs", "phone": "05 61 23 45 67"})
    for text in (words.body, words.sms):
        assert "\u206605 61 23 45 67\u2069" in text
    right_to_left = [name for name, language in templates() if language in RIGHT_TO_LEFT]
    assert right_to_left == ["call_us"]


def test_every_translation_has_its_french_original() -> None:
    names = {name for name, language in templates() if language == "fr"}
    assert {name for name, _language in templates()} == names


def test_a_language_that_is_not_there_falls_back_to_french() -> None:
    context = {"name": "Awa", "operator": "Emmaüs", "phone": "05 61 23 45 67"}
    assert fill("call_us", "wo", context).language == fill("call_us", "", context).language == "fr"
    assert fill("call_us", "en-GB", context).language == "en"
    assert fill("call_us", "../../x", context).language == "fr"


@pytest.mark.parametrize(
    "context",
    [
        {"name": "Awa", "operator": "Emmaüs"},
        {"name": "Awa", "operator": "Emmaüs", "phone": "1", "more": "2"},
    ],
)
def test_a_missing_or_unknown_field_is_an_error(context: dict[str, str]) -> None:
    with pytest.raises(WordingError, match="call_us"):
        fill("call_us", "fr", context)


def test_a_template_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(WordingError, match="no template"):
        fill("../actions", "fr", {})


def test_braces_in_a_value_are_only_letters() -> None:
    words = fill("call_us", "fr", {"name": "{phone.__class__}", "operator": "E", "phone": "1"})
    assert "{phone.__class__}" in words.body

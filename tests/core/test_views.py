"""The helpers that keep views thin: what a refused, a wrong and a successful submission answer."""

from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.test import RequestFactory

from declic.core import views
from declic.core.errors import DomainError
from declic.core.forms import CleanCharField, Form, posted
from declic.core.views import Done, add_domain_error, post_action, submit, way_back


class NameForm(Form):
    name = CleanCharField(label="Nom")


def request_to(path: str = "/ici/", data: dict[str, str] | None = None, **headers: str) -> HttpRequest:
    factory = RequestFactory()
    request = factory.get(path) if data is None else factory.post(path, data, headers=headers)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in messages.get_messages(request)]


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The context of each page shown, in place of its template."""
    shown: list[dict[str, Any]] = []

    def render(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponseBase:
        shown.append(context)
        return HttpResponseBase(status=status)

    monkeypatch.setattr(views, "render", render)
    return shown


def send(request: HttpRequest, action: Any) -> HttpResponseBase:
    return submit(
        request,
        NameForm(**posted(request)),
        action,
        success=lambda name: f"{name} est inscrite.",
        to=lambda name: f"/personnes/{name}/",
        template="x.html",
    )


def test_a_page_that_is_only_read_runs_nothing(pages: list[dict[str, Any]]) -> None:
    assert send(request_to(), lambda **_typed: pytest.fail("ran")).status_code == 200
    assert not pages[0]["form"].is_bound


def test_a_wrong_form_comes_back_with_what_was_typed(pages: list[dict[str, Any]]) -> None:
    assert send(request_to(data={"name": ""}), lambda **_typed: pytest.fail("ran")).status_code == 422
    assert "name" in pages[0]["form"].errors


def test_a_success_says_what_happened_and_goes_on() -> None:
    request = request_to(data={"name": "Awa"})
    response = send(request, lambda name: name)
    assert (response.status_code, response["Location"]) == (303, "/personnes/Awa/")
    assert said(request) == [("success", "Awa est inscrite.")]


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("unknown", "__all__"), (None, "__all__")])
def test_a_refused_action_is_said_where_it_belongs(pages: list[dict[str, Any]], field: str | None, place: str) -> None:
    def refuse(name: str) -> None:
        raise DomainError("Awa est déjà inscrite.", field=field)

    assert send(request_to(data={"name": "Awa"}), refuse).status_code == 422
    assert pages[0]["form"].errors == {place: ["Awa est déjà inscrite."]}
    assert pages[0]["form"]["name"].value() == "Awa"


def test_a_constraint_of_a_model_is_said_like_a_refusal() -> None:
    form = NameForm({"name": "Awa"})
    form.is_valid()
    add_domain_error(form, ValidationError({"name": ["Déjà pris."], "other": ["Autre."]}))
    assert form.errors == {"name": ["Déjà pris."], "__all__": ["Autre."]}


def test_a_one_button_action_says_what_happened() -> None:
    request = request_to(data={})
    response = post_action(lambda _request: Done("C’est rendu.", to="/materiel/"))(request)
    assert (response.status_code, response["Location"]) == (303, "/materiel/")
    assert said(request) == [("success", "C’est rendu.")]


def test_a_refused_one_button_action_is_said_on_the_page_one_came_from() -> None:
    @post_action
    def refuse(request: HttpRequest) -> Done:
        raise DomainError("C’est déjà rendu.")

    request = request_to(data={}, referer="http://testserver/dossier/?p=1")
    response = refuse(request)
    assert (response.status_code, response["Location"]) == (303, "/dossier/?p=1")
    assert said(request) == [("error", "C’est déjà rendu.")]


def test_a_one_button_action_refuses_to_be_only_read() -> None:
    assert post_action(lambda _request: Done("x"))(request_to()).status_code == 405


@pytest.mark.parametrize(
    "address", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "/ici/", ""]
)
def test_one_never_returns_to_a_foreign_address_nor_in_a_circle(address: str) -> None:
    assert way_back(request_to(data={"next": address})) == "/"


@pytest.mark.parametrize("address", ["//ailleurs.example/", "http://testserver//ailleurs.example/"])
def test_the_way_back_never_leads_to_another_site(address: str) -> None:
    assert way_back(request_to(data={"next": address})) == "/"
    assert way_back(request_to(data={}, referer=address)) == "/"

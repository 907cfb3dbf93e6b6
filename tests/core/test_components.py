"""The shared parts of the pages: escaped, linked to their errors, without anything inline."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from declic.core.forms import (
    CheckboxesField,
    CleanCharField,
    ConfirmField,
    DateField,
    EuroField,
    Form,
    OneTimeFormMixin,
)

TEMPLATES = Path(settings.BASE_DIR) / "declic" / "templates"


def show(source: str, **context: Any) -> str:
    template = engines["django"].from_string(CottonCompiler().process(source))
    return template.render(context, RequestFactory().get("/"))


class EveryKind(OneTimeFormMixin, Form):
    name = CleanCharField(label="Nom", help_text="Comme elle le dit.")
    born = DateField(label="Née le", required=False)
    deposit = EuroField(label="Caution")
    needs = CheckboxesField(label="Besoins", choices=[("pc", "Un ordinateur")])
    agreed = ConfirmField(label="D’accord")


def test_what_people_typed_is_escaped_in_every_part() -> None:
    bad = "<script>alert(1)</script>\"'"
    source = (
        '<c-page-head :title="bad" :lede="bad" /><c-next :title="bad" :detail="bad" :label="bad" :href="bad" />'
        '<c-rows :label="bad"><c-row :sentence="bad" :detail="bad" /></c-rows><c-fact :detail="bad">x</c-fact>'
        '<c-fact-item :label="bad" :value="bad" /><c-figure :value="bad" :label="bad" :gap="bad" :href="bad" />'
        '<c-calm :title="bad">x</c-calm><c-empty :title="bad" :href="bad" :label="bad" /><c-button :data-x="bad">x</c-button>'
        '<c-search :label="bad" :value="bad" /><c-post :href="bad" :label="bad" :confirm="bad" /><c-tab :href="bad">x</c-tab>'
        '<c-table :caption="bad">x</c-table><c-card :title="bad">x</c-card><c-section :title="bad" :count="bad">x</c-section>'
    )
    page = show(source, bad=bad)
    assert "<script" not in page
    assert "\"'" not in page


def test_an_error_is_said_on_top_linked_to_its_field_and_told_to_screen_readers() -> None:
    page = show('<c-form :form="form" />', form=EveryKind({"name": "", "born": "hier", "deposit": "5", "agreed": ""}))
    assert '<a href="#id_born">Née le</a>' in page
    assert '<a href="#id_needs_0">Besoins</a>' in page
    assert 'aria-describedby="id_born_helptext id_born_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'value="hier"' in page
    assert page.index('role="alert"') < page.index('id="id_name"')


def test_every_description_that_a_field_names_is_there() -> None:
    page = show('<c-form :form="form" />', form=EveryKind({}))
    named = {name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()}
    assert named
    assert named <= set(re.findall(r'id="([^"]+)"', page))


def test_optional_fields_are_marked_and_a_form_carries_its_guards() -> None:
    page = show('<c-form :form="form" submit="Remettre" cancel_href="/x" />', form=EveryKind())
    assert page.count("(facultatif)") == 1
    assert 'name="form_token"' in page
    assert 'name="csrfmiddlewaretoken"' in page
    assert "data-once" in page
    assert ">Remettre<" in page


def test_rows_can_be_added_without_script_and_with() -> None:
    formset = forms.formset_factory(EveryKind, extra=2)(prefix="r")
    page = show('<c-form :form="form" :formset="formset" formset_legend="Lignes" />', form=EveryKind(), formset=formset)
    assert 'name="r-1-name"' in page
    assert "__prefix__" in page.split("<template>")[1].split("</template>")[0]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_has_anything_inline(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag or 'type="application/json"' in tag

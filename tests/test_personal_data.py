"""Nothing that could name someone is kept without being declared: the registry against the tables themselves."""

import pytest
from django.apps import apps
from django.db.models import Model
from pghistory.models import Event

from declic.core.personal import declarations, holds_words, impersonal
from declic.organisations.models import OperatorRow
from declic.people.bearing import bearings


def _kept() -> list[type[Model]]:
    return [model for model in apps.get_models() if issubclass(model, OperatorRow) and not issubclass(model, Event)]


def _declared(model: type[Model]) -> set[str]:
    return {
        name
        for declared in declarations()
        if declared.model is model
        for name in (*declared.texts, *declared.plain, *declared.becomes)
    }


def test_every_column_that_could_hold_words_is_declared_personal_or_not():
    silent = [
        f"{model._meta.label}.{column.name}"
        for model in _kept()
        if model._meta.label not in impersonal()
        for column in model._meta.concrete_fields
        if holds_words(column)
        and column.name not in _declared(model)
        and f"{model._meta.label}.{column.name}" not in impersonal()
    ]
    assert silent == [], "say in the app's personal.py whether these speak of a person"


def test_every_table_that_names_a_person_is_declared():
    declared = {declared.model for declared in declarations()}
    missing = {
        bearing.label
        for bearing in bearings()
        if not issubclass(bearing.model, Event) and bearing.model not in declared
    }
    assert missing == set()


@pytest.mark.django_db
def test_what_is_declared_is_there():
    for declared in declarations():
        columns = {column.name for column in declared.model._meta.concrete_fields}
        named = {*declared.texts, *declared.plain, *declared.becomes, *declared.unshown}
        assert named <= columns, (declared.label, named - columns)
        list(declared.of([0])[:1])
        for lookup in (*declared.contacts, *declared.ages):
            list(declared.of([0]).values_list(lookup)[:1])
    labels = {model._meta.label for model in apps.get_models()}
    for name in impersonal():
        model, _dot, column = name.rpartition(".") if name.count(".") == 2 else (name, "", "")
        assert model in labels, name
        assert not column or column in {field.name for field in apps.get_model(model)._meta.concrete_fields}, name


def test_history_that_is_kept_is_erased_with_its_rows():
    tracked = {
        model.pgh_tracked_model
        for model in apps.get_models()
        if issubclass(model, Event) and hasattr(model, "pgh_tracked_model") and issubclass(model, OperatorRow)
    }
    for model in tracked:
        known = [declared for declared in declarations() if declared.model is model]
        assert model._meta.label in impersonal() or all(declared.event_model for declared in known), model

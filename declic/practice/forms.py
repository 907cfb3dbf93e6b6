"""One question per item of an exercise; what is offered is all that can be sent."""

from typing import Any

from django import forms
from django.utils.functional import Promise

from declic.core.forms import Form, RadioField
from declic.practice.exercises import Exercise, Item


class ExerciseForm(Form):
    """The answers of one try; "je ne sais pas" is always there, and nothing is typed."""

    hints = forms.IntegerField(required=False, min_value=0, max_value=99, widget=forms.HiddenInput)

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exercise = exercise
        for item in exercise.items:
            self.fields[item.code] = RadioField(label=item.title, choices=exercise.answers, required=False)

    def questions(self) -> list[tuple[str | Promise, forms.BoundField]]:
        """What is read, and the field that answers it."""
        return [(item.text, self[item.code]) for item in self.exercise.items]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        items: tuple[Item, ...] = self.exercise.items
        answers = {item.code: cleaned[item.code] for item in items if cleaned.get(item.code)}
        return {"answers": answers, "hints": cleaned.get("hints") or 0}

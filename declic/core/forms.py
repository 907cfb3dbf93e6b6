"""The form fields every app uses: French words, kind errors, and the guards against stale and repeated submissions."""

import re
import unicodedata
import uuid
from collections.abc import Mapping
from copy import copy
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.fr import nir

from declic.core.dates import format_short, parse_french_date
from declic.core.money import format_euros, parse_euros
from declic.core.uploads import MAX_UPLOAD, TooLargeFile, too_large

# France first, then the departments overseas that have a country code of their own.
_PHONE_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")

# A social security number as people write it: 13 characters, often a key of two, with or without spaces.
_APART = r"[ .,/_\u2010-\u2015-]{0,3}"
_NIR = re.compile(
    rf"(?<![0-9A-Za-z])([1-478]){_APART}(\d{{2}}){_APART}(\d{{2}}){_APART}(\d{{2}}|2[ABab]){_APART}(\d{{3}}){_APART}(\d{{3}})"
    rf"(?:{_APART}(\d{{2}}))?(?![0-9A-Za-z])"
)
# The same with its key, cut anywhere or stuck to a word: only the key tells it from other long numbers.
_NIR_WITH_KEY = re.compile(
    rf"(?<!\d)[1-478](?:{_APART}\d){{4}}{_APART}(?:\d{_APART}\d|2{_APART}[ABab])(?:{_APART}\d){{8}}(?!\d)"
)
_DIGIT = re.compile(r"\d")
_NIR_MONTHS = {*range(1, 13), *range(20, 43), *range(50, 100)}
# Invisible marks that turn the direction of a text: they make a name read as another.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def posted(request: HttpRequest) -> dict[str, Any]:
    """The `data` and `files` of a form, filled on POST and empty otherwise: `LendForm(**posted(request))`."""
    if request.method == "POST":
        return {"data": request.POST, "files": request.FILES}
    return {}


class Form(forms.Form):
    """The parent of every form of the product: labels without colon, errors said by us and not by the browser."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


# ------------------------------------------------------------------------------------------------------------ guards


class OneTimeFormMixin(forms.Form):
    """Carries a token drawn when the page is shown, the same again when it is sent twice.

    `cleaned_data["token"]` is a UUID to hand to an action as its idempotency key. A form sent without a readable
    token gets a new one: the guard protects from a double click, it proves nothing.
    """

    form_token = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        try:
            data["token"] = uuid.UUID(data.pop("form_token", ""))
        except ValueError:
            data["token"] = uuid.uuid4()
        return data


def version_of(instance: object) -> str:
    """What tells two states of a record apart: its `version` when it counts them, else the instant of its last change."""
    version = getattr(instance, "version", None)
    if version is not None:
        return str(version)
    updated_at = instance.updated_at  # type: ignore[attr-defined]
    return updated_at.isoformat() if updated_at else ""


class VersionedFormMixin(forms.Form):
    """Refuses to overwrite what someone else has changed since the page was shown; what was typed is kept.

    Give the record as `versioned=record`. Sent again after the warning, the form goes through.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, versioned: object, **kwargs: Any) -> None:
        self.current_version = version_of(versioned)
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.current_version

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        if data.pop("version", "") != self.current_version:
            typed: Any = copy(self.data)
            typed[self.add_prefix("version")] = self.current_version
            self.data = typed
            self.add_error(
                None,
                ValidationError(
                    _(
                        "Quelqu’un d’autre a modifié cette fiche pendant que vous écriviez. Ce que vous avez tapé est"
                        " gardé : comparez avec la fiche, puis enregistrez de nouveau."
                    ),
                    code="stale",
                ),
            )
        return data


# ------------------------------------------------------------------------------------------------------- dates, money


class DateInput(forms.DateInput):
    """A text box for a date: the native picker is slow for a birth date and speaks the language of the browser."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "numeric", "class": "short", "maxlength": 30, **(attrs or {})})


class DateField(forms.Field):
    """A date typed as jj/mm/aaaa, with the other common forms understood. `minimum` and `maximum` are included."""

    widget = DateInput
    default_error_messages = {"required": gettext_lazy("Écrivez la date ainsi : 12/03/2022.")}

    def __init__(self, *, minimum: date | None = None, maximum: date | None = None, **kwargs: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        kwargs.setdefault("help_text", gettext_lazy("Jour, mois, année : par exemple 12/03/2026"))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_short(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return parse_french_date(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.minimum is not None and value < self.minimum:
            text = _("Choisissez une date à partir du %(day)s.") % {"day": format_short(self.minimum)}
            raise ValidationError(text, code="minimum")
        if self.maximum is not None and value > self.maximum:
            text = _("Choisissez une date jusqu’au %(day)s.") % {"day": format_short(self.maximum)}
            raise ValidationError(text, code="maximum")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class EuroInput(forms.TextInput):
    """A short text box for an amount."""

    template_name = "declic/widgets/euro.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off", **(attrs or {})})


class EuroField(forms.Field):
    """An amount typed in euros; the cleaned value is whole cents. Negative amounts are refused unless allowed."""

    widget = EuroInput
    default_error_messages = {"required": gettext_lazy("Écrivez le montant ainsi : 50,00 €.")}

    def __init__(self, *, min_cents: int = 0, max_cents: int | None = None, **kwargs: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_euros(value).removesuffix("\u00a0€") if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_euros(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.min_cents:
            text = _("Le montant doit être d’au moins %(amount)s.") % {"amount": format_euros(self.min_cents)}
            raise ValidationError(text, code="minimum")
        if self.max_cents is not None and value > self.max_cents:
            text = _("Le montant ne peut pas dépasser %(amount)s.") % {"amount": format_euros(self.max_cents)}
            raise ValidationError(text, code="maximum")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class WholeNumberField(forms.IntegerField):
    """A count (people, machines, months) in a short box, without the arrows that change it by accident."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}))
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("Écrivez un nombre entier, par exemple 12.")})
        super().__init__(**kwargs)


# ------------------------------------------------------------------------------------------------------- phones, text


def format_phone(number: str) -> str:
    """`+33612345678` as `06 12 34 56 78`, with spaces that never break; a foreign number keeps its country code."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    style = phonenumbers.PhoneNumberFormat
    home = phonenumbers.region_code_for_number(parsed) in _PHONE_REGIONS
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL).replace(" ", "\u00a0")


class PhoneField(forms.CharField):
    """A telephone number, French unless it begins with +; the cleaned value is E.164 (`+33612345678`)."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "tel", "inputmode": "tel", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        kwargs.setdefault("max_length", 30)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_phone(value) if isinstance(value, str) and value.startswith("+") else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return ""
        for region in _PHONE_REGIONS:
            try:
                number = phonenumbers.parse(text, region)
            except phonenumbers.NumberParseException:
                break
            if phonenumbers.is_valid_number_for_region(number, region) or (
                text.lstrip().startswith("+") and phonenumbers.is_valid_number(number)
            ):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        raise ValidationError(_("Ce numéro n’a pas l’air complet. Écrivez-le ainsi : 06 12 34 56 78."), code="invalid")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def contains_nir(text: str) -> bool:
    """Whether the text holds what reads as a French social security number (13 characters, or 15 with a right key)."""
    if len(_DIGIT.findall(text)) < 12:
        return False
    # As it is read: digits of any width, spaces of any kind, without what is not seen.
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    plain = re.sub(r"\s", " ", plain)
    for match in _NIR.finditer(plain):
        *_rest, key = match.groups()
        if int(match[3]) not in _NIR_MONTHS:
            continue
        if key is None or _has_nir_key(match[0]):
            return True
    return any(_has_nir_key(match[0]) for match in _NIR_WITH_KEY.finditer(plain))


def _has_nir_key(text: str) -> bool:
    number = re.sub(r"[^0-9A-Za-z]", "", text)
    return int(number[3:5]) in _NIR_MONTHS and bool(nir.is_valid(number))


def refuse_unwanted_text(text: str) -> None:
    """Raises ValidationError for control characters and for a social security number, which we may not keep."""
    for letter in text:
        if (letter not in "\n\r\t" and unicodedata.category(letter) == "Cc") or letter in _DIRECTION_MARKS:
            raise ValidationError(
                _("Ce texte contient un caractère invisible qui ne peut pas être enregistré. Tapez-le de nouveau."),
                code="control",
            )
    if contains_nir(text):
        raise ValidationError(
            _(
                "Ce texte semble contenir un numéro de sécurité sociale. Déclic n’a pas le droit de le garder :"
                " retirez-le, puis enregistrez."
            ),
            code="nir",
        )


class CleanCharField(forms.CharField):
    """One line of text, stripped, its spaces made single; refuses control characters and social security numbers."""

    default_validators = [*forms.CharField.default_validators, refuse_unwanted_text]

    def __init__(self, *, max_length: int | None = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[ \t\r\n\u00a0]+", " ", super().to_python(value) or "").strip()


class CleanTextField(forms.CharField):
    """Several lines of text, with the same refusals as `CleanCharField`."""

    default_validators = [*forms.CharField.default_validators, refuse_unwanted_text]

    def __init__(self, *, max_length: int | None = 4000, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class EmailField(forms.EmailField):
    """An electronic address, no longer than what a record holds."""

    default_error_messages = {
        "required": gettext_lazy("Écrivez le courriel."),
        "invalid": gettext_lazy("Écrivez le courriel ainsi : nom@exemple.fr."),
    }
    default_validators = [*forms.EmailField.default_validators, refuse_unwanted_text]

    def __init__(self, *, max_length: int = 254, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)


class UploadField(forms.FileField):
    """One file of at most `max_bytes`; `accept` is what the browser proposes (`.xlsx,.ods,.csv`), never trusted.

    A file that was too large to be received (`declic.core.uploads`) is an error of this field: the form keeps the rest.
    """

    widget = forms.FileInput
    default_error_messages = {
        "required": gettext_lazy("Choisissez un fichier."),
        "missing": gettext_lazy("Choisissez un fichier."),
        "empty": gettext_lazy("Ce fichier est vide : choisissez-en un autre."),
    }

    def __init__(self, *, accept: str = "", max_bytes: int = MAX_UPLOAD, **kwargs: Any) -> None:
        self.accept, self.max_bytes = accept, min(max_bytes, MAX_UPLOAD)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        size = self.max_bytes // (1024 * 1024)
        attrs = {"data-most": self.max_bytes, "data-too-large": _("Choisissez un fichier de %d Mo au plus.") % size}
        return {**super().widget_attrs(widget), **attrs, **({"accept": self.accept} if self.accept else {})}

    def to_python(self, data: Any) -> Any:
        if data not in self.empty_values and (isinstance(data, TooLargeFile) or data.size > self.max_bytes):
            raise ValidationError(too_large(data.name, self.max_bytes), code="too_large")
        return super().to_python(data)


# ------------------------------------------------------------------------------------------------------------ choices

CHOOSE = gettext_lazy("Choisir…")
UNKNOWN = gettext_lazy("Je ne sais pas")
NOT_CHOSEN = gettext_lazy("Choisissez une réponse.")


class SelectField(forms.ChoiceField):
    """A drop-down list that begins with an empty line; for more than about seven answers."""

    default_error_messages = {"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN}

    def __init__(self, *, choices: Any = (), empty_label: str | Promise = CHOOSE, **kwargs: Any) -> None:
        answers = choices if callable(choices) else list(choices)
        super().__init__(choices=lambda: [("", empty_label), *(answers() if callable(answers) else answers)], **kwargs)


class RadioField(forms.ChoiceField):
    """One answer among few, all in sight. When it is optional, an answer of its own says that it is not known."""

    widget = forms.RadioSelect
    default_error_messages = {"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN}

    def __init__(self, *, choices: Any = (), unknown_label: str | Promise = UNKNOWN, **kwargs: Any) -> None:
        answers = choices if callable(choices) else list(choices)
        last = [] if kwargs.get("required", True) else [("", unknown_label)]
        super().__init__(choices=lambda: [*(answers() if callable(answers) else answers), *last], **kwargs)


class CheckboxesField(forms.MultipleChoiceField):
    """Any number of answers; the cleaned value is a list of their codes."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "required": gettext_lazy("Cochez au moins une réponse."),
        "invalid_choice": NOT_CHOSEN,
        "invalid_list": NOT_CHOSEN,
    }


class YesNoField(forms.TypedChoiceField):
    """Yes or no as a boolean; when it is optional, a third answer gives None: unknown is neither yes nor no."""

    widget = forms.RadioSelect(attrs={"class": "yes-no"})
    default_error_messages = {"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN}

    def __init__(self, *, unknown_label: str | Promise = UNKNOWN, **kwargs: Any) -> None:
        answers: list[tuple[str, Any]] = [("oui", gettext_lazy("Oui")), ("non", gettext_lazy("Non"))]
        if not kwargs.get("required", True):
            answers.append(("", unknown_label))
        super().__init__(choices=answers, coerce=lambda answer: answer == "oui", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "oui", False: "non", None: ""}.get(value, value) if not isinstance(value, str) else value


class ConfirmField(forms.BooleanField):
    """A box that must be ticked to go on; its label is the sentence agreed to."""

    default_error_messages = {"required": gettext_lazy("Cochez cette case pour continuer.")}


def cleaned_rows(formset: "forms.BaseFormSet[Any]") -> list[Mapping[str, Any]]:
    """The rows of a valid formset that someone filled, in order, without those marked for removal."""
    deleted = set(map(id, formset.deleted_forms)) if formset.can_delete else set()
    return [form.cleaned_data for form in formset.forms if form.has_changed() and id(form) not in deleted]

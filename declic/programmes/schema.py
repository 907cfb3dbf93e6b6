"""The terms of a programme as data: who may enter, what they receive, how they are followed (one version per edition)."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

from django.utils.translation import gettext as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError


def as_decimal(value: object) -> object:
    """Whole numbers of a file are exact amounts too."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


type Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
type ScaleCode = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=40)]
type Text = Annotated[str, Field(pattern=r"\S", min_length=1, max_length=300)]
type Euros = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2), BeforeValidator(as_decimal)]
type Benefit = Literal["RSA", "RSO", "ASS", "ADA", "AV", "ASI", "AAH", "ATI", "AVFS", "ASPA", "AER-R", "ATA"]
type LabourStatus = Literal["chomeur", "chomeur_longue_duree", "inactif", "en_emploi"]
type PrescriberCode = Literal[
    "FT", "PLIE", "CCAS", "ML", "CAP_EMPLOI", "DEPT", "CAF", "CHRS", "SPIP", "ASSOCIATION", "AUTRE"
]
type HomeEquipment = Literal["ordinateur", "tablette", "telephone"]
type Level = Literal["debutant", "intermediaire", "avance", "autonome"]
type DeviceKindCode = Literal["laptop", "desktop", "tablet", "smartphone"]
type Mode = Literal["loan", "gift", "sale", "loan_then_option"]
type TermOption = Literal["return", "keep", "buy"]
type PriorityCode = Literal[
    "no_equipment",
    "job_search",
    "benefits",
    "children",
    "priority_zone",
    "course_finished",
    "oldest_request",
    "entered_first",
]


def cents(euros: Decimal | None) -> int:
    """Integer cents of an amount in euros; nothing is zero."""
    return int((euros or Decimal(0)) * 100)


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt key must never be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse(title: str, problems: Iterable[tuple[str | tuple[str | int, ...], str]]) -> NoReturn:
    """Refuse a model for rules that hold several fields together: each problem is a key (or path) and what is expected."""
    raise ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(
                type=PydanticCustomError("rule", "{expected}", {"expected": expected}),
                loc=key if isinstance(key, tuple) else (key,),
                input=None,
            )
            for key, expected in problems
        ],
    )


class AgeRule(Strict):
    """At least `min` years, at most `max` years, both included."""

    fact: Literal["age"]
    min: int | None = Field(default=None, ge=0, le=120)
    max: int | None = Field(default=None, ge=0, le=120)

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> "AgeRule":
        if problems := list(age_problems(self.__dict__)):
            refuse("AgeRule", problems)
        return self


def age_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong between the two bounds of an age."""
    low, high = data.get("min"), data.get("max")
    if low is None and high is None:
        yield "min", _("un âge minimum (min), un âge maximum (max) ou les deux")
    elif isinstance(low, int) and isinstance(high, int) and low > high:
        yield "max", _("un âge maximum au moins égal au minimum (%(min)s ans)") % {"min": low}


class BenefitsRule(Strict):
    fact: Literal["benefits"]
    any_of: list[Benefit] = Field(min_length=1)


class LabourRule(Strict):
    fact: Literal["labour_status"]
    any_of: list[LabourStatus] = Field(min_length=1)


class CommuneRule(Strict):
    fact: Literal["commune"]
    any_of: list[Annotated[str, Field(pattern=r"^[0-9AB]{5}$")]] = Field(min_length=1)


class PriorityZoneRule(Strict):
    fact: Literal["priority_zone"]
    required: Literal[True] = True


class IncomeRule(Strict):
    """Monthly income, or what is left of it after charges, at most `max_eur` or what the dated scale `scale` is worth."""

    fact: Literal["income", "income_after_charges"]
    max_eur: Euros | None = None
    scale: ScaleCode | None = None

    @model_validator(mode="after")
    def _one_ceiling(self) -> "IncomeRule":
        if problems := list(income_problems(self.__dict__)):
            refuse("IncomeRule", problems)
        return self


def income_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A ceiling is an amount written in the terms, or a scale that changes with time: one of them."""
    amount, scale = data.get("max_eur"), data.get("scale")
    if amount is None and scale is None:
        yield "max_eur", _("un montant (max_eur), ou le code d'un barème daté (scale)")
    if amount is not None and scale is not None:
        yield "scale", _("rien quand un montant (max_eur) est donné : c'est l'un ou l'autre")


class EquipmentRule(Strict):
    fact: Literal["equipment_at_home"]
    none_of: list[HomeEquipment] = Field(min_length=1)


class PrescriberRule(Strict):
    fact: Literal["prescriber_kind"]
    any_of: list[PrescriberCode] = Field(min_length=1)


type Rule = Annotated[
    AgeRule | BenefitsRule | LabourRule | CommuneRule | PriorityZoneRule | IncomeRule | EquipmentRule | PrescriberRule,
    Field(discriminator="fact"),
]
# One rule, or alternatives of which one is enough.
type RuleGroup = Annotated[
    Annotated[Rule, Tag("?rule")] | Annotated[list[Rule], Field(min_length=1), Tag("?alternatives")],
    Discriminator(lambda value: "?alternatives" if isinstance(value, list) else "?rule"),
]


class EntryTerms(Strict):
    prescriber_required: bool = False
    # A referral without answer: the team is reminded `answer_days` after it was sent, closing is proposed `close_days` after.
    answer_days: int = Field(default=10, gt=0, le=90)
    close_days: int = Field(default=30, gt=0, le=365)
    social_evaluation_required: bool = False
    # Each group holds alternatives: a person enters when every group has a rule that is met.
    rules: list[RuleGroup] = []

    @model_validator(mode="after")
    def _answer_comes_before_closing(self) -> "EntryTerms":
        if problems := list(delay_problems(self.__dict__)):
            refuse("EntryTerms", problems)
        return self

    def scale_codes(self) -> frozenset[str]:
        """The scales that the rules read."""
        rules = (rule for group in self.rules for rule in (group if isinstance(group, list) else [group]))
        return frozenset(rule.scale for rule in rules if isinstance(rule, IncomeRule) and rule.scale)


def delay_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Nobody closes a request before having been reminded of it."""
    answer, close = data.get("answer_days"), data.get("close_days")
    if isinstance(answer, int) and isinstance(close, int) and close < answer:
        yield "close_days", _("au moins le délai de réponse (%(days)s jours)") % {"days": answer}


class CourseTerms(Strict):
    code: Code
    name: Text
    hours: int = Field(gt=0, le=1000)
    level: Level | None = None
    rhythm: Annotated[str, Field(max_length=200)] = ""
    group_min: int | None = Field(default=None, gt=0, le=200)
    group_max: int | None = Field(default=None, gt=0, le=200)


class WorkshopTerms(Strict):
    theme: Text
    audience: Annotated[str, Field(max_length=200)] = ""


class EquipmentTerms(Strict):
    """`deposit_eur` is held in the books; `price_eur` is paid at a sale, `option_price_eur` to buy at term."""

    mode: Mode
    kinds: list[DeviceKindCode] = Field(min_length=1)
    deposit_eur: Euros = Decimal(0)
    price_eur: Euros = Decimal(0)
    option_price_eur: Euros | None = None
    due_on: datetime.date | None = None
    months: int | None = Field(default=None, gt=0, le=120)
    options_at_term: list[TermOption] = []
    condition: Literal["none", "course_finished", "course_evaluated"] = "none"
    refurbisher: Annotated[str, Field(max_length=160)] = ""
    # Who is served first when machines are scarce: the first criterion that tells two people apart decides.
    priority: list[PriorityCode] = Field(default=[], max_length=4)

    @model_validator(mode="after")
    def _term_fits_mode(self) -> "EquipmentTerms":
        if problems := list(equipment_problems(self.__dict__)):
            refuse("EquipmentTerms", problems)
        return self


def equipment_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What does not go together in the terms of a machine, as pairs of key and expectation; `data` may be unchecked."""
    mode, options = data.get("mode"), data.get("options_at_term") or ()
    if mode in ("loan", "loan_then_option"):
        if data.get("due_on") is None and data.get("months") is None:
            yield "due_on", _("une date de fin ou une durée en mois : un prêt a l'une des deux")
        if data.get("due_on") is not None and data.get("months") is not None:
            yield "months", _("à laisser vide quand une date de fin est donnée : c'est l'une ou l'autre")
        if data.get("price_eur"):
            yield "price_eur", _("à laisser vide : un prêt n'a pas de prix, seul l'achat au terme en a un")
        if mode == "loan_then_option" and not options:
            yield "options_at_term", _("au moins un choix au terme du prêt")
    elif mode in ("gift", "sale"):
        for key in ("due_on", "months", "options_at_term", "deposit_eur", "option_price_eur"):
            if data.get(key):
                yield key, _("à laisser vide : un don ou une vente n'a ni caution, ni durée, ni choix au terme")
        if mode == "sale" and not data.get("price_eur"):
            yield "price_eur", _("un prix au-dessus de zéro : une vente en a un")
        if mode == "gift" and data.get("price_eur"):
            yield "price_eur", _("à laisser vide : un don n'a pas de prix")
    if isinstance(options, list):
        if "buy" in options and data.get("option_price_eur") is None:
            yield "option_price_eur", _("le prix de l'achat au terme (il peut être 0)")
        if len(options) != len({str(option) for option in options}):
            yield "options_at_term", _("chaque choix une seule fois")
    priority = data.get("priority")
    if isinstance(priority, list) and len(priority) != len({str(code) for code in priority}):
        yield "priority", _("chaque critère une seule fois")


class RechargeTerms(Strict):
    name: Text
    public_price_eur: Euros
    solidarity_price_eur: Euros
    months: int = Field(default=1, gt=0, le=12)

    @model_validator(mode="after")
    def _solidarity_is_cheaper(self) -> "RechargeTerms":
        if problems := list(recharge_problems(self.__dict__)):
            refuse("RechargeTerms", problems)
        return self


def recharge_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A recharge that is dearer than on the market helps nobody."""
    public, solidarity = data.get("public_price_eur"), data.get("solidarity_price_eur")
    if isinstance(public, int | Decimal) and isinstance(solidarity, int | Decimal) and solidarity > public:
        yield "solidarity_price_eur", _("un prix solidaire qui ne dépasse pas le prix public")


class ConnectivityTerms(Strict):
    aid_eur: Euros = Decimal(0)
    aid_months: int | None = Field(default=None, gt=0, le=60)
    # How many times the aid may be asked for again once it has ended, within the same enrolment.
    renewals: int = Field(default=0, ge=0, le=10)
    recharges: list[RechargeTerms] = []


class BarrierTerms(Strict):
    code: Code
    label: Text


class ReviewTerms(Strict):
    months: list[Annotated[int, Field(gt=0, le=60)]] = []
    by: Literal["prescriber", "adviser"] = "adviser"
    observed_uses: list[Text] = []
    satisfaction: bool = False
    outcome_months: int = Field(default=6, gt=0, le=24)


class Terms(Strict):
    """What one version of an edition promises to those who enter under it."""

    entry: EntryTerms = EntryTerms()
    courses: list[CourseTerms] = []
    workshops: list[WorkshopTerms] = []
    drop_in: bool = False
    equipment: list[EquipmentTerms] = []
    connectivity: ConnectivityTerms = ConnectivityTerms()
    barriers: list[BarrierTerms] = []
    reviews: ReviewTerms = ReviewTerms()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "Terms":
        if problems := list(
            code_problems(
                [course.code for course in self.courses],
                [barrier.code for barrier in self.barriers],
                [(equipment.mode, *equipment.kinds) for equipment in self.equipment],
            )
        ):
            refuse("Terms", problems)
        return self

    def course(self, code: str) -> CourseTerms | None:
        """The course with `code`, if these terms have it."""
        return next((course for course in self.courses if course.code == code), None)

    def hours_for(self, level: str) -> int | None:
        """Hours of the course made for `level`, None if no course is tied to it."""
        return next((course.hours for course in self.courses if course.level == level), None)


def code_problems(
    courses: list[str], barriers: list[str], equipment: list[tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Codes that would name two things at once."""
    if len(set(courses)) != len(courses):
        yield "courses", _("un code différent pour chaque parcours")
    if len(set(barriers)) != len(barriers):
        yield "barriers", _("un code différent pour chaque frein")
    if len(set(equipment)) != len(equipment):
        yield "equipment", _("une seule fois la même façon de remettre les mêmes machines")

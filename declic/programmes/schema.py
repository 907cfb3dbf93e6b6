"""The terms of a programme as data: who may enter, what they receive, how they are followed (one version per edition)."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

type Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
type Text = Annotated[str, Field(min_length=1, max_length=300)]
type Euros = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]
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


def cents(euros: Decimal | None) -> int:
    """Integer cents of an amount in euros; nothing is zero."""
    return int((euros or Decimal(0)) * 100)


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt key must never be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AgeRule(Strict):
    fact: Literal["age"]
    min: int | None = Field(default=None, ge=0, le=120)
    max: int | None = Field(default=None, ge=0, le=120)


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
    """Monthly income, or what is left of it after charges, at most `max_eur`."""

    fact: Literal["income", "income_after_charges"]
    max_eur: Euros


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


class EntryTerms(Strict):
    prescriber_required: bool = False
    social_evaluation_required: bool = False
    # Each group holds alternatives: a person enters when every group has a rule that is met.
    rules: list[Rule | list[Rule]] = []


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

    @model_validator(mode="after")
    def _term_fits_mode(self) -> "EquipmentTerms":
        is_loan = self.mode in ("loan", "loan_then_option")
        if is_loan and (self.due_on is None) == (self.months is None):
            raise ValueError("un prêt a une date de fin (due_on) ou une durée en mois (months), l'une des deux")
        if not is_loan and (self.due_on or self.months or self.options_at_term or self.deposit_eur):
            raise ValueError("un don ou une vente n'a ni date de fin, ni durée, ni option au terme, ni caution")
        if self.mode == "sale" and not self.price_eur:
            raise ValueError("une vente a un prix (price_eur)")
        if "buy" in self.options_at_term and self.option_price_eur is None:
            raise ValueError("l'option d'achat au terme demande un prix (option_price_eur)")
        return self


class RechargeTerms(Strict):
    name: Text
    public_price_eur: Euros
    solidarity_price_eur: Euros
    months: int = Field(default=1, gt=0, le=12)

    @model_validator(mode="after")
    def _solidarity_is_cheaper(self) -> "RechargeTerms":
        if self.solidarity_price_eur > self.public_price_eur:
            raise ValueError("le prix solidaire dépasse le prix public")
        return self


class ConnectivityTerms(Strict):
    aid_eur: Euros = Decimal(0)
    aid_months: int | None = Field(default=None, gt=0, le=60)
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
        for name, codes in (
            ("courses", [course.code for course in self.courses]),
            ("barriers", [barrier.code for barrier in self.barriers]),
            ("equipment", [(equipment.mode, *equipment.kinds) for equipment in self.equipment]),
        ):
            if len(set(codes)) != len(codes):
                raise ValueError(f"deux entrées de « {name} » ont le même code : chacune doit avoir le sien")
        return self

    def course(self, code: str) -> CourseTerms | None:
        """The course with `code`, if these terms have it."""
        return next((course for course in self.courses if course.code == code), None)

    def hours_for(self, level: str) -> int | None:
        """Hours of the course made for `level`, None if no course is tied to it."""
        return next((course.hours for course in self.courses if course.level == level), None)

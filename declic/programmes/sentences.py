"""Terms told in French sentences, part by part: what a page says before anyone opens a form."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.core.dates import format_day
from declic.core.money import format_euros_short
from declic.organisations.enums import PrescriberKind
from declic.programmes import labels, schema
from declic.programmes.schema import Terms, cents

PARTS = ("entree", "parcours", "ateliers", "materiel", "connexion", "freins", "bilans")


def words(codes: Iterable[str], table: Mapping[str, labels.Words], last: str = "") -> str:
    """`RSA, ASS ou ASPA`: labels of codes as a list; a code without label is shown as it is."""
    said = [str(table.get(code, code)) for code in codes]
    between = last or _("ou")
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {between} {said[-1]}"


def rule_sentence(rule: schema.Rule) -> str:
    """One condition, as the end of a sentence: `avoir au moins 18 ans`."""
    match rule:
        case schema.AgeRule(min=low, max=high):
            if low is None:
                return _("avoir %(max)s ans au plus") % {"max": high}
            if high is None:
                return _("avoir %(min)s ans au moins") % {"min": low}
            return _("avoir de %(min)s à %(max)s ans") % {"min": low, "max": high}
        case schema.BenefitsRule(any_of=codes):
            return _("percevoir : %(benefits)s") % {"benefits": words(codes, labels.BENEFITS)}
        case schema.LabourRule(any_of=codes):
            return _("être %(status)s") % {"status": words(codes, labels.LABOUR)}
        case schema.CommuneRule(any_of=codes):
            return _("habiter la commune %(communes)s (code INSEE)") % {"communes": words(codes, {})}
        case schema.PriorityZoneRule():
            return _("habiter un quartier prioritaire")
        case schema.IncomeRule(fact="income", scale=str(code)):
            return _("avoir des ressources qui ne dépassent pas le barème « %(scale)s »") % {"scale": code}
        case schema.IncomeRule(scale=str(code)):
            return _("avoir, une fois les charges payées, de quoi ne pas dépasser le barème « %(scale)s »") % {
                "scale": code
            }
        case schema.IncomeRule(fact="income", max_eur=amount):
            return _("avoir au plus %(amount)s de ressources par mois") % {"amount": _euros(amount)}
        case schema.IncomeRule(max_eur=amount):
            return _("avoir au plus %(amount)s par mois une fois les charges payées") % {"amount": _euros(amount)}
        case schema.EquipmentRule(none_of=codes):
            things = words(codes, labels.HOME_EQUIPMENT, _("ni"))
            return _("être sans %(things)s à la maison") % {"things": things}
        case schema.PrescriberRule(any_of=codes):
            kinds = {kind.value: kind.label for kind in PrescriberKind}
            return _("être orienté par : %(kinds)s") % {"kinds": words(codes, kinds)}


def entry_sentences(terms: Terms) -> list[str]:
    """Who may enter."""
    entry = terms.entry
    said = [
        _("Un professionnel doit orienter la personne.")
        if entry.prescriber_required
        else _("La personne peut venir d'elle-même.")
    ]
    if entry.social_evaluation_required:
        said.append(_("L'orientation vient avec une évaluation sociale."))
    for group in entry.rules:
        rules = group if isinstance(group, list) else [group]
        joined = (" " + _("ou") + " ").join(rule_sentence(rule) for rule in rules)
        said.append(_("Il faut %(rule)s.") % {"rule": joined})
    if not entry.rules:
        said.append(_("Aucune condition d'âge, de ressources ou de situation."))
    said.append(
        _("Qui oriente a une réponse sous %(answer)s jours ; au bout de %(close)s jours, l'équipe propose de clore.")
        % {"answer": entry.answer_days, "close": entry.close_days}
    )
    return said


def course_sentences(terms: Terms) -> list[str]:
    """The courses, with hours, level, rhythm and size of groups."""
    said = []
    for course in terms.courses:
        parts = [_("%(name)s : %(hours)s heures") % {"name": course.name, "hours": course.hours}]
        if course.level:
            parts.append(_("pour le niveau %(level)s") % {"level": labels.LEVELS[course.level]})
        if course.rhythm:
            parts.append(course.rhythm[0].lower() + course.rhythm[1:])
        if course.group_min and course.group_max:
            parts.append(
                _("groupes de %(min)s à %(max)s personnes") % {"min": course.group_min, "max": course.group_max}
            )
        elif course.group_max or course.group_min:
            parts.append(
                _("groupes de %(max)s personnes au plus") % {"max": course.group_max}
                if course.group_max
                else _("groupes de %(min)s personnes au moins") % {"min": course.group_min}
            )
        said.append(", ".join(parts) + ".")
    return said


def workshop_sentences(terms: Terms) -> list[str]:
    """The workshops by audience, and the drop-in desk."""
    by_audience: dict[str, list[str]] = {}
    for workshop in terms.workshops:
        by_audience.setdefault(workshop.audience, []).append(workshop.theme)
    said = [
        f"{audience} : {' ; '.join(themes)}." if audience else f"{' ; '.join(themes)}."
        for audience, themes in by_audience.items()
    ]
    if terms.drop_in:
        said.insert(0, _("Une permanence connectée aide sans rendez-vous."))
    return said


def equipment_sentences(terms: Terms) -> list[str]:
    """What machines people receive and how, with the money at stake."""
    return [_equipment_sentence(equipment) for equipment in terms.equipment]


def _equipment_sentence(equipment: schema.EquipmentTerms) -> str:
    kinds = words(equipment.kinds, labels.DEVICES)
    machine = kinds[0].upper() + kinds[1:]
    if equipment.mode == "gift":
        said = [_("%(machine)s, en don") % {"machine": machine}]
    elif equipment.mode == "sale":
        said = [_("%(machine)s, en vente à %(price)s") % {"machine": machine, "price": _euros(equipment.price_eur)}]
    elif equipment.due_on:
        said = [_("%(machine)s, en prêt jusqu'au %(day)s") % {"machine": machine, "day": format_day(equipment.due_on)}]
    else:
        said = [_("%(machine)s, en prêt pour %(months)s mois") % {"machine": machine, "months": equipment.months}]
    if equipment.mode in ("loan", "loan_then_option"):
        said.append(
            _("caution de %(deposit)s") % {"deposit": _euros(equipment.deposit_eur)}
            if equipment.deposit_eur
            else _("sans caution")
        )
    sentence = ", ".join(said) + "."
    choices = [_choice(option, equipment) for option in equipment.options_at_term]
    if choices:
        sentence += " " + _("Au terme : %(choices)s.") % {"choices": (" " + _("ou") + " ").join(choices)}
    if equipment.condition == "course_finished":
        sentence += " " + _("Après avoir terminé le parcours de formation.")
    elif equipment.condition == "course_evaluated":
        sentence += " " + _("Après un parcours terminé et évalué.")
    if equipment.priority:
        order = (", " + _("puis") + " ").join(str(labels.PRIORITIES[code]) for code in equipment.priority)
        sentence += " " + _("S'il en manque, on sert d'abord les personnes %(order)s.") % {"order": order}
    if equipment.refurbisher:
        sentence += " " + _("Préparé et dépanné par %(name)s.") % {"name": equipment.refurbisher}
    return sentence


def _choice(option: str, equipment: schema.EquipmentTerms) -> str:
    if option == "buy":
        price = equipment.option_price_eur
        return _("acheter pour %(price)s") % {"price": _euros(price)} if price else _("garder sans rien payer")
    if option == "keep":
        return _("garder, la caution est conservée") if equipment.deposit_eur else _("garder")
    return _("rendre, la caution est rendue") if equipment.deposit_eur else _("rendre")


def connectivity_sentences(terms: Terms) -> list[str]:
    """The internet aid and the recharges with what each saves."""
    connectivity, said = terms.connectivity, []
    if connectivity.aid_eur:
        aid = _("Aide internet de %(amount)s") % {"amount": _euros(connectivity.aid_eur)}
        said.append(
            _("%(aid)s pour %(months)s mois d'abonnement.") % {"aid": aid, "months": connectivity.aid_months}
            if connectivity.aid_months
            else f"{aid}."
        )
    if connectivity.aid_eur and connectivity.renewals:
        said.append(
            ngettext(
                "Elle se renouvelle %(count)s fois, quand elle est terminée.",
                "Elle se renouvelle jusqu'à %(count)s fois, quand elle est terminée.",
                connectivity.renewals,
            )
            % {"count": connectivity.renewals}
        )
    said += [
        _("%(name)s : %(price)s au lieu de %(public)s.")
        % {
            "name": recharge.name,
            "price": _euros(recharge.solidarity_price_eur),
            "public": _euros(recharge.public_price_eur),
        }
        for recharge in connectivity.recharges
    ]
    return said


def barrier_sentences(terms: Terms) -> list[str]:
    """The barriers that advisers look for."""
    return [" ; ".join(barrier.label for barrier in terms.barriers) + "."] if terms.barriers else []


def review_sentences(terms: Terms) -> list[str]:
    """Who tells how it goes, and when."""
    reviews, said = terms.reviews, []
    if reviews.months:
        when = words([str(month) for month in reviews.months], {}, _("et"))
        who = _("le professionnel qui a orienté") if reviews.by == "prescriber" else _("le conseiller qui suit")
        said.append(_("Bilan à %(months)s mois, donné par %(who)s.") % {"months": when, "who": who})
    if reviews.observed_uses:
        count = len(reviews.observed_uses)
        said.append(ngettext("%(count)s usage à observer.", "%(count)s usages à observer.", count) % {"count": count})
    if reviews.satisfaction:
        said.append(_("La satisfaction est demandée à chaque personne."))
    said.append(_("Situation relevée %(months)s mois après la sortie.") % {"months": reviews.outcome_months})
    return said


def _euros(amount: Decimal | None) -> str:
    return format_euros_short(cents(amount))

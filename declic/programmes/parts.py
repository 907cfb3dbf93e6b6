"""The parts of an edition that one screen each writes, in the order in which a leaflet tells them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declic.programmes import sentences
from declic.programmes.entry_form import EntryForm
from declic.programmes.part_form import PartForm
from declic.programmes.schema import Terms
from declic.programmes.terms_forms import (
    BarriersForm,
    ConnectivityForm,
    CoursesForm,
    EquipmentForm,
    ReviewsForm,
    WorkshopsForm,
)

type Words = str | Promise


@dataclass(frozen=True)
class Part:
    """One part of the terms: its question, what it says when empty, its form, and the fields of `Terms` it writes."""

    key: str
    title: Words
    lede: Words
    nothing: Words
    icon: str
    form: type[PartForm]
    fields: tuple[str, ...]
    sentences: Callable[[Terms], list[str]]
    legend: Words = ""
    row_label: Words = ""
    add_label: Words = ""


PARTS: dict[str, Part] = {
    part.key: part
    for part in (
        Part(
            key="entree",
            title=_("Qui peut entrer"),
            lede=_("Ce que le dépliant appelle souvent « conditions » ou « public »."),
            nothing=_("Tout le monde peut entrer."),
            icon="door",
            form=EntryForm,
            fields=("entry",),
            sentences=sentences.entry_sentences,
        ),
        Part(
            key="parcours",
            title=_("Parcours de formation"),
            lede=_(
                "Un parcours a une durée en heures. Il peut être fait pour un niveau ; le diagnostic le propose alors."
            ),
            nothing=_("Aucun parcours de formation."),
            icon="book",
            form=CoursesForm,
            fields=("courses",),
            sentences=sentences.course_sentences,
            legend=_("Les parcours"),
            row_label=_("Parcours"),
            add_label=_("Ajouter un parcours"),
        ),
        Part(
            key="ateliers",
            title=_("Ateliers et permanence"),
            lede=_("Des séances à thème, que l'on choisit une à une, et l'aide sans rendez-vous."),
            nothing=_("Ni atelier ni permanence."),
            icon="people",
            form=WorkshopsForm,
            fields=("workshops", "drop_in"),
            sentences=sentences.workshop_sentences,
            legend=_("Les ateliers"),
            row_label=_("Atelier"),
            add_label=_("Ajouter un atelier"),
        ),
        Part(
            key="materiel",
            title=_("Matériel"),
            lede=_(
                "Chaque façon de recevoir une machine : prêt, don ou vente. Remplissez seulement ce qui la concerne."
            ),
            nothing=_("Aucune machine n'est prêtée, donnée ni vendue."),
            icon="laptop",
            form=EquipmentForm,
            fields=("equipment",),
            sentences=sentences.equipment_sentences,
            legend=_("Ce que l'on remet"),
            row_label=_("Façon de remettre"),
            add_label=_("Ajouter une façon de remettre"),
        ),
        Part(
            key="connexion",
            title=_("Connexion à internet"),
            lede=_("L'aide pour payer un abonnement, et les recharges vendues à prix solidaire."),
            nothing=_("Ni aide internet ni recharge."),
            icon="wifi",
            form=ConnectivityForm,
            fields=("connectivity",),
            sentences=sentences.connectivity_sentences,
            legend=_("Les recharges vendues"),
            row_label=_("Recharge"),
            add_label=_("Ajouter une recharge"),
        ),
        Part(
            key="freins",
            title=_("Freins suivis"),
            lede=_("Ce qui peut bloquer une personne. On le repère au diagnostic, puis le plan d'action le lève."),
            nothing=_("Aucun frein n'est suivi."),
            icon="flag",
            form=BarriersForm,
            fields=("barriers",),
            sentences=sentences.barrier_sentences,
            legend=_("D'autres freins"),
            row_label=_("Frein"),
            add_label=_("Ajouter un frein"),
        ),
        Part(
            key="bilans",
            title=_("Suivi et bilans"),
            lede=_("Comment on sait, plus tard, ce que cela a changé pour la personne."),
            nothing="",
            icon="clipboard",
            form=ReviewsForm,
            fields=("reviews",),
            sentences=sentences.review_sentences,
        ),
    )
}

"""The exercises of the practice space as data: what is shown and the right answers; nothing here touches the database."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declic.diagnosis.enums import Skill

type Words = str | Promise


@dataclass(frozen=True)
class Item:
    """One thing to sort: what the person reads, the right answer, and the words that explain it afterwards."""

    code: str
    title: Words
    text: Words
    right: str
    why: Words


@dataclass(frozen=True)
class Exercise:
    """Items to sort among the same few answers; `hint` costs nothing."""

    code: str
    title: Words
    instruction: Words
    skill: Skill
    answers: tuple[tuple[str, Words], ...]
    items: tuple[Item, ...]
    hint: Words


_FRAUD = (
    Item("parcel", _("Votre colis attend"), _("« Payez 1,99 € ici : colis-livraison-info.top »"), "fraud",
         _("L’adresse n’est pas celle d’un transporteur. On vous presse de payer.")),
    Item("rdv", _("Mairie : rappel de rendez-vous"), _("« Votre rendez-vous est mardi à 10 h. Apportez votre carte. »"),
         "honest", _("On ne vous demande ni argent ni mot de passe.")),
    Item("bank", _("Votre compte est bloqué"), _("« Répondez avec votre code de carte avant ce soir. »"), "fraud",
         _("Une banque ne demande jamais un code par message.")),
    Item("niece", _("Ta nièce Lina"), _("« C’est Lina, j’ai changé de numéro. Envoie-moi 200 € vite. »"), "fraud",
         _("Appelez d’abord l’ancien numéro. L’urgence est un piège.")),
    Item("library", _("Médiathèque"), _("« Le livre réservé est arrivé. Il vous attend à l’accueil. »"), "honest",
         _("Rien à payer, rien à cliquer.")),
    Item("lottery", _("Vous avez gagné !"), _("« Un téléphone est à vous. Donnez votre numéro de carte. »"), "fraud",
         _("Vous n’avez pas joué : vous n’avez pas gagné.")),
    Item("tax", _("Remboursement d’impôt"), _("« Cliquez ici : impots-remboursement.net pour recevoir 312 €. »"), "fraud",
         _("L’adresse officielle finit par impots.gouv.fr.")),
    Item("course", _("Atelier informatique"), _("« La séance de jeudi commence à 14 h au lieu de 13 h 30. »"), "honest",
         _("Le message informe. Il ne demande rien.")),
)  # fmt: skip

_PASSWORDS = (
    Item("birth", "12031985", "", "weak", _("Une date de naissance se devine.")),
    Item("words", "Tulipe!Vélo8-Nuage", "", "strong", _("Trois mots sans lien, un chiffre, des signes : c’est long.")),
    Item("row", "azertyuiop", "", "weak", _("Les touches qui se suivent sont essayées en premier.")),
    Item("name", "Mehdi2024", "", "weak", _("Un prénom et une année se devinent.")),
    Item("sentence", "MonChat.dort.18h.parjour", "", "strong", _("Une phrase à soi est longue et facile à retenir.")),
    Item("short", "K7$d", "", "weak", _("Quatre signes : une machine les trouve en un instant.")),
)  # fmt: skip

_RESULTS = (
    Item("advert", _("Carte grise en 5 minutes, 49 €"), _("Annonce · carte-grise-rapide.com"), "other",
         _("C’est une annonce payée, et un service payant.")),
    Item("official", _("Immatriculer un véhicule"), _("service-public.gouv.fr › vehicules"), "official",
         _("L’adresse finit par gouv.fr : c’est le site de l’État.")),
    Item("forum", _("Comment j’ai fait ma carte grise"), _("forum-conduite.example"), "other",
         _("Quelqu’un raconte : cela peut aider, ce n’est pas officiel.")),
    Item("imitation", _("Service public carte grise officiel"), _("service-public-cartegrise.org"), "other",
         _("Le nom imite le vrai. Regardez la fin de l’adresse.")),
)  # fmt: skip

EXERCISES: dict[str, Exercise] = {
    exercise.code: exercise
    for exercise in (
        Exercise(
            "fraud_messages",
            _("Reconnaître une arnaque"),
            _("Lisez chaque message. Dites s’il est honnête."),
            Skill.FRAUD,
            (("honest", _("Je fais confiance")), ("fraud", _("C’est une arnaque"))),
            _FRAUD,
            _("Demandez-vous : veut-on mon argent, mon code, ou que je me presse ?"),
        ),
        Exercise(
            "strong_passwords",
            _("Choisir un mot de passe solide"),
            _("Regardez ces mots de passe. N’écrivez jamais le vôtre ici."),
            Skill.SAFE_CONNECTION,
            (("weak", _("Facile à deviner")), ("strong", _("Solide"))),
            _PASSWORDS,
            _("Un bon mot de passe est long. Il ne parle pas de vous."),
        ),
        Exercise(
            "official_result",
            _("Trouver le site officiel"),
            _("Vous cherchez la carte grise. Quel résultat est officiel ?"),
            Skill.SEARCH,
            (("official", _("Officiel")), ("other", _("Pas officiel"))),
            _RESULTS,
            _("Regardez la fin de l’adresse : les sites de l’État finissent par gouv.fr."),
        ),
    )
}

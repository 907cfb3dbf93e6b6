"""Made-up people: first names and surnames common in France, drawn at random, tied to nobody."""

import datetime
import random
from dataclasses import dataclass
from typing import Any

WOMEN = [
    "Aïcha",
    "Aminata",
    "Amel",
    "Anaïs",
    "Awa",
    "Béatrice",
    "Camille",
    "Carole",
    "Chantal",
    "Claire",
    "Djamila",
    "Élodie",
    "Emma",
    "Fanta",
    "Fatima",
    "Fatou",
    "Françoise",
    "Hawa",
    "Houria",
    "Inès",
    "Isabelle",
    "Jeanne",
    "Josiane",
    "Karima",
    "Khadija",
    "Laure",
    "Leïla",
    "Lina",
    "Louise",
    "Mariam",
    "Marie",
    "Martine",
    "Monique",
    "Nadia",
    "Naïma",
    "Nathalie",
    "Odile",
    "Patricia",
    "Rachida",
    "Rosa",
    "Samira",
    "Sandrine",
    "Sarah",
    "Sonia",
    "Sylvie",
    "Thérèse",
    "Yasmine",
    "Yvette",
    "Zohra",
    "Zoé",
]
MEN = [
    "Abdou",
    "Adama",
    "Ahmed",
    "Alain",
    "Ali",
    "André",
    "Antoine",
    "Bakary",
    "Bernard",
    "Bilal",
    "Boubacar",
    "Bruno",
    "Christophe",
    "Cédric",
    "Daniel",
    "David",
    "Denis",
    "Driss",
    "Éric",
    "Farid",
    "Franck",
    "Gérard",
    "Hamid",
    "Hassan",
    "Henri",
    "Ibrahima",
    "Jean",
    "Jérôme",
    "Julien",
    "Karim",
    "Kévin",
    "Khalid",
    "Laurent",
    "Luc",
    "Mamadou",
    "Marc",
    "Mehdi",
    "Mohamed",
    "Moussa",
    "Nabil",
    "Olivier",
    "Omar",
    "Patrick",
    "Paul",
    "Rachid",
    "René",
    "Samuel",
    "Sofiane",
    "Thierry",
    "Yannick",
    "Youssef",
]
SURNAMES = [
    "Abdallah",
    "Amrani",
    "Arnaud",
    "Aubert",
    "Barbier",
    "Benali",
    "Benoît",
    "Bernard",
    "Blanc",
    "Bouchard",
    "Boyer",
    "Brun",
    "Camara",
    "Caron",
    "Chevalier",
    "Cissé",
    "Colin",
    "Coulibaly",
    "Dacosta",
    "Diallo",
    "Diarra",
    "Diop",
    "Dubois",
    "Dumas",
    "Dupont",
    "Fabre",
    "Faure",
    "Fernandes",
    "Fofana",
    "Fontaine",
    "Garnier",
    "Gauthier",
    "Girard",
    "Guérin",
    "Haddad",
    "Henry",
    "Hubert",
    "Kaboré",
    "Keita",
    "Lambert",
    "Lefèvre",
    "Legrand",
    "Lemoine",
    "Leroux",
    "Lopes",
    "Mansouri",
    "Marchand",
    "Martinez",
    "Masson",
    "Mercier",
    "Meunier",
    "Moreau",
    "Morin",
    "Nguyen",
    "Noël",
    "Ouédraogo",
    "Pereira",
    "Perrin",
    "Picard",
    "Renard",
    "Rivière",
    "Robin",
    "Rousseau",
    "Roux",
    "Roy",
    "Sanchez",
    "Saïdi",
    "Sow",
    "Sylla",
    "Touré",
    "Traoré",
    "Vasseur",
    "Vidal",
    "Zerrouki",
]
LANGUAGES = (
    "",
    "",
    "",
    "",
    "français, arabe",
    "français, bambara",
    "français, portugais",
    "français, peul",
    "espagnol",
)


@dataclass(frozen=True)
class MadeUp:
    """What a file opens with."""

    first_name: str
    last_name: str
    gender: str
    birth_date: datetime.date
    phones: tuple[str, ...]
    email: str
    languages: str
    needs_help_reading: bool | None

    def fields(self) -> dict[str, Any]:
        """Keyword arguments of `register_person`."""
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "gender": self.gender,
            "birth_date": self.birth_date,
            "phones": self.phones,
            "email": self.email,
            "languages": self.languages,
            "needs_help_reading": self.needs_help_reading,
            "contact_preference": "phone" if self.phones else "prescriber",
        }


def made_up(rng: random.Random, *, ages: tuple[int, int], on: datetime.date) -> MadeUp:
    """Someone whose age on the day `on` lies within `ages`, both included.

    Telephone numbers are of the range that the French regulator sets aside for fiction (06 39 98 xx xx).
    """
    woman = rng.random() < 0.58
    first = rng.choice(WOMEN if woman else MEN)
    last = rng.choice(SURNAMES)
    age = rng.randint(*ages)
    birth = datetime.date(on.year - age, rng.randint(1, 12), rng.randint(1, 28))
    if (birth.month, birth.day) > (on.month, on.day):
        birth = birth.replace(year=birth.year - 1)
    phones = () if rng.random() < 0.06 else (f"+3363998{rng.randint(0, 9999):04d}",)
    email = f"{_plain(first)}.{_plain(last)}@exemple.fr" if rng.random() < 0.5 else ""
    return MadeUp(
        first_name=first,
        last_name=last,
        gender="feminin" if woman else "masculin",
        birth_date=birth,
        phones=phones,
        email=email,
        languages=rng.choice(LANGUAGES),
        needs_help_reading=rng.random() < 0.12 or None,
    )


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("àâäéèêëîïôöûüç", "aaaeeeeiioouuc"))

"""The words of the made-up rows: names (with the accents people write), machines, sentences."""

from declic.demo.names import MEN, SURNAMES, WOMEN

# So that a name is about as rare as it is in a town: those of the demonstration and these.
_MORE = """
Adam Alami Albert André Arnal Aubry Auger Bailly Barre Baron Barthélémy Baudry Bazin Bellamy Belkacem Benard Berger Bertin Besnard
Besson Bigot Blanchard Blin Blondel Bodin Bonneau Bonnet Bouazza Boucher Boulanger Bourdon Bourgeois Boutin Brunet Brunel Buisson
Carlier Carpentier Carré Charbonnier Charles Charpentier Chauvin Chevallier Clément Cordier Costa Courtois Cousin Da-Silva David
Delage Delattre Delmas Delorme Deschamps Didier Dembélé Diakité Dufour Duhamel Dumont Dupuis Dupuy Durand Duval El-Amrani Étienne
Évrard Ferrand Ferreira Fleury Fournier François Gaillard Gallet Gautier Georges Germain Gilbert Giraud Gomes Gomis Gonzalez Grondin
Guichard Guillaume Guillot Guyot Hamon Hardy Hébert Hervé Hoarau Huet Humbert Imbert Jacob Jacquet Jacquot Joly Jourdan Julien Kamara
Kanté Konaté Koné Lacroix Laine Lamy Langlois Laporte Lebon Leblanc Lebrun Leclerc Lecomte Lefort Léger Lejeune Lemaire Lemaître
Leroy Lévêque Louis Lucas Maillard Mallet Maréchal Marie Marion Marty Mathieu Maurice Meyer Michaud Millet Monnier Moulin Muller
Navarro Ndiaye Nicolas Olivier Ouali Parent Paris Pasquier Payet Pelletier Perez Perret Perrot Petitjean Philippe Pichon Pineau
Poirier Pons Poulain Prévost Rahmani Raynaud Régnier Rémy Renaud Rey Richard Rigaud Rolland Rossi Roussel Royer Ruiz Sauvage Schmitt
Seck Ségala Sidibé Simon Tanguy Tessier Thomas Tournier Valentin Vallée Verdier Weber Yahiaoui Zidane Zongo
"""

FIRST_NAMES = {"feminin": WOMEN, "masculin": MEN}
LAST_NAMES = [*SURNAMES, *(name.replace("-", " ") for name in _MORE.split())]

CITIES = [
    ("Toulouse", "31000", "31555"), ("Bagnolet", "93170", "93006"), ("Grenoble", "38000", "38185"),
    ("Échirolles", "38130", "38151"), ("Saint-Étienne", "42000", "42218"), ("Évry", "91000", "91228"),
]  # fmt: skip
MACHINES = [
    ("Dell", "Latitude 5490"), ("HP", "ProBook 450 G5"), ("Lenovo", "ThinkPad L480"), ("Lenovo", "ThinkPad T470"),
    ("Fujitsu", "Lifebook U748"), ("HP", "EliteBook 840 G4"), ("Acer", "TravelMate P449"), ("Dell", "OptiPlex 3050"),
]  # fmt: skip
QUESTIONS = (
    "Actualisation", "Compte bloqué", "Déclaration trimestrielle", "Mot de passe perdu", "Imprimer un billet",
    "Attestation de droits", "Prendre un rendez-vous médical", "Créer une adresse", "Envoyer une photo", "",
)  # fmt: skip
PLANS = (
    "Créer une adresse électronique ensemble", "Prendre rendez-vous avec un travailleur social",
    "Demander l'ouverture d'un compte bancaire", "Comparer deux forfaits", "S'entraîner au clavier chaque semaine",
)  # fmt: skip
TROUBLES = (
    "La machine ne s'allume plus depuis hier.", "L'écran reste noir après le logo.", "Plus d'internet à la maison.",
    "Le mot de passe est refusé.", "La batterie ne tient qu'un quart d'heure.", "Tout est devenu très lent.",
)  # fmt: skip
TESTIMONY = (
    "Envoie ses candidatures seule.", "Fait son actualisation sans aide.", "Suit l'école de ses enfants en ligne.",
    "Cherche un logement en ligne.", "Encore peu à l'aise, revient à la permanence.", "",
)  # fmt: skip
MOTIVES = (
    "Cherche un emploi et n'a pas d'ordinateur.", "Ne peut pas faire ses démarches seule.",
    "Veut suivre une formation à distance.", "Partage un téléphone avec sa famille.",
)  # fmt: skip

"""The French words for the codes of the terms, and the barriers that the field usually follows."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Words = str | Promise

BENEFITS: dict[str, Words] = {
    "RSA": _("RSA"),
    "RSO": _("RSO (revenu de solidarité, outre-mer)"),
    "ASS": _("ASS (allocation de solidarité spécifique)"),
    "ADA": _("ADA (allocation pour demandeur d'asile)"),
    "AV": _("allocation veuvage"),
    "ASI": _("ASI (supplémentaire d'invalidité)"),
    "AAH": _("AAH (adulte handicapé)"),
    "ATI": _("ATI (transitoire d'invalidité)"),
    "AVFS": _("AVFS (vieux migrants)"),
    "ASPA": _("ASPA (minimum vieillesse)"),
    "AER-R": _("AER-R (équivalent retraite)"),
    "ATA": _("ATA (temporaire d'attente)"),
}
LABOUR: dict[str, Words] = {
    "chomeur": _("en recherche d'emploi"),
    "chomeur_longue_duree": _("en recherche d'emploi depuis plus d'un an"),
    "inactif": _("sans emploi, ne recherche pas"),
    "en_emploi": _("en emploi"),
}
HOME_EQUIPMENT: dict[str, Words] = {
    "ordinateur": _("ordinateur"),
    "tablette": _("tablette"),
    "telephone": _("téléphone connecté"),
}
LEVELS: dict[str, Words] = {
    "debutant": _("débutant"),
    "intermediaire": _("intermédiaire"),
    "avance": _("avancé"),
    "autonome": _("autonome"),
}
MODES: dict[str, Words] = {
    "loan": _("Prêt"),
    "loan_then_option": _("Prêt, puis rendre ou acheter à petit prix"),
    "gift": _("Don"),
    "sale": _("Vente à prix solidaire"),
}
DEVICES: dict[str, Words] = {
    "laptop": _("ordinateur portable"),
    "desktop": _("ordinateur fixe"),
    "tablet": _("tablette"),
    "smartphone": _("smartphone"),
}
CONDITIONS: dict[str, Words] = {
    "none": _("Aucune condition"),
    "course_finished": _("Avoir terminé son parcours de formation"),
    "course_evaluated": _("Avoir terminé son parcours, et que les professionnels l'aient évalué"),
}
TERM_OPTIONS: dict[str, Words] = {
    "return": _("Rendre la machine, la caution est rendue"),
    "keep": _("Garder la machine, la caution est conservée"),
    "buy": _("Acheter la machine à petit prix"),
}
PRIORITIES: dict[str, Words] = {
    "no_equipment": _("sans ordinateur ni tablette à la maison"),
    "job_search": _("en recherche d'emploi"),
    "benefits": _("avec un minimum social"),
    "children": _("avec des enfants à la maison"),
    "priority_zone": _("qui habitent un quartier prioritaire"),
    "course_finished": _("qui ont terminé leur parcours"),
    "oldest_request": _("dont la demande est la plus ancienne"),
    "entered_first": _("entrées les premières"),
}
REVIEWERS: dict[str, Words] = {
    "prescriber": _("Le professionnel qui a orienté la personne"),
    "adviser": _("Le conseiller ou la médiatrice qui la suit"),
}

# Reference: barriers of the field's tools; digital ones first, then language, then the rest of life.
BARRIERS: dict[str, Words] = {
    "absence_equipement": _("Pas de matériel"),
    "absence_connexion_zone_blanche": _("Pas de réseau là où elle habite"),
    "absence_connexion_refus": _("Ne veut pas de connexion"),
    "absence_connexion_autre": _("Pas de connexion"),
    "absence_email": _("Pas d'adresse électronique"),
    "sans_mobilite_vers_espace_numerique": _("Ne peut pas venir jusqu'au lieu d'aide"),
    "demarches_en_ligne_difficiles": _("Démarches en ligne difficiles"),
    "mauvaise_maitrise_des_outils": _("Peu à l'aise avec les outils"),
    "peur_de_l_erreur": _("Peur de se tromper"),
    "illettrisme": _("Lire et écrire est difficile"),
    "lecture_difficile": _("Lire est difficile"),
    "ecrit_difficile": _("Écrire est difficile"),
    "oral_difficile": _("Parler français est difficile"),
    "fle": _("Apprend le français"),
    "calcul_difficile": _("Compter est difficile"),
    "logement": _("Logement"),
    "emploi": _("Emploi"),
    "formation": _("Formation"),
    "difficultes_administratives": _("Difficultés administratives"),
    "difficultes_financieres": _("Difficultés d'argent"),
    "mobilite": _("Mobilité"),
    "sante": _("Santé"),
    "contraintes_familiales": _("Contraintes familiales"),
}

"""Kinds of groups, attendance and drop-in records, with the codes of the field (La Coop de la médiation numérique)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GroupKind(TextChoices):
    COURSE = "course", _("parcours")
    WORKSHOP = "workshop", _("atelier")
    PROFESSIONALS = "professionals", _("formation de professionnels")


class HalfDay(TextChoices):
    MORNING = "morning", _("matin")
    AFTERNOON = "afternoon", _("après-midi")


class AttendanceStatus(TextChoices):
    PRESENT = "present", _("présent·e")
    EXCUSE = "excuse", _("excusé·e")
    ABSENT = "absent", _("absent·e")
    ANNULE = "annule", _("annulée")


class Autonomy(TextChoices):
    ENTIEREMENT_ACCOMPAGNE = "entierement_accompagne", _("entièrement accompagnée")
    PARTIELLEMENT_AUTONOME = "partiellement_autonome", _("partiellement autonome")
    AUTONOME = "autonome", _("autonome")


class EquipmentUsed(TextChoices):
    ORDINATEUR = "ordinateur", _("ordinateur")
    TELEPHONE = "telephone", _("téléphone")
    TABLETTE = "tablette", _("tablette")
    AUTRE = "autre", _("autre")
    AUCUN = "aucun", _("aucun")


class VisitTheme(TextChoices):
    AIDE_DEMARCHES = "aide_aux_demarches_administratives", _("démarches administratives")
    INSERTION = "insertion_professionnelle", _("recherche d'emploi, actualisation")
    EMAIL = "email", _("courriel, mot de passe perdu")
    PRISE_EN_MAIN = "prendre_en_main_du_materiel", _("prendre en main un appareil")
    NAVIGATION = "navigation_sur_internet", _("naviguer sur internet")
    SECURITE = "securite_numerique", _("sécurité, arnaques, compte bloqué")
    SANTE = "sante", _("santé")
    BUREAUTIQUE = "bureautique", _("écrire, imprimer, scanner")
    BANQUE = "banque_et_achats_en_ligne", _("banque et achats")
    SCOLARITE = "scolarite_et_numerique", _("école des enfants")
    RESEAUX = "reseaux_sociaux", _("garder le contact, réseaux sociaux")
    AUTRE = "culture_numerique", _("autre question")


class RedirectedTo(TextChoices):
    ADMINISTRATION = "administration", _("une administration")
    AUTRE_STRUCTURE = "autre_structure_de_mediation_numerique", _("un autre lieu de médiation")
    OPERATEUR = "operateur_ou_organisme_en_charge", _("l'organisme en charge")
    AIDE_SOCIALE = "aide_sociale", _("l'aide sociale")
    INSERTION = "insertion_professionnelle", _("un conseiller emploi")
    AUTRE = "autre", _("ailleurs")

"""Addresses of the `equipment` app."""

from django.urls import path

from declic.equipment.views import allocations, ceremonies, endings, loans, papers, stock

app_name = "equipment"
urlpatterns = [
    path("", stock.stock, name="list"),
    path("lots/nouveau/", stock.lot_create, name="lot_create"),
    path("machines/<int:device_id>/", stock.device, name="device"),
    path("machines/<int:device_id>/corriger/", stock.device_edit, name="device_edit"),
    path("machines/<int:device_id>/mettre-de-cote/", stock.device_aside, name="device_aside"),
    path("machines/<int:device_id>/trier/", stock.device_triage, name="device_triage"),
    path("machines/<int:device_id>/reparee/", stock.device_repaired, name="device_repaired"),
    path("machines/<int:device_id>/retrouvee/", stock.device_found, name="device_found"),
    path("attribuer/<int:enrolment_id>/", allocations.allocate, name="allocate"),
    path("vendre/<int:person_id>/", allocations.sell, name="sell"),
    path("prets/", loans.loans, name="loans"),
    path("attributions/<int:allocation_id>/", allocations.allocation, name="allocation"),
    path("attributions/<int:allocation_id>/machine/", allocations.reserve, name="reserve"),
    path("attributions/<int:allocation_id>/remettre/", allocations.hand_over, name="hand_over"),
    path("attributions/<int:allocation_id>/annuler/", allocations.cancel, name="cancel"),
    path("attributions/<int:allocation_id>/retour-annonce/", loans.declare_return, name="declare_return"),
    path("attributions/<int:allocation_id>/retour/", loans.take_back, name="return"),
    path("attributions/<int:allocation_id>/garder/", endings.keep, name="keep"),
    path("attributions/<int:allocation_id>/acheter/", endings.buy, name="buy"),
    path("attributions/<int:allocation_id>/perdu/", endings.lost, name="lost"),
    path("attributions/<int:allocation_id>/prolonger/", loans.renew, name="renew"),
    path("attributions/<int:allocation_id>/echanger/", loans.swap, name="swap"),
    path("attributions/<int:allocation_id>/payer/", endings.payment, name="payment"),
    path("attributions/<int:allocation_id>/convention/", allocations.agreement, name="agreement"),
    path("attributions/<int:allocation_id>/convention/pdf/", papers.agreement_pdf, name="agreement_pdf"),
    path("attributions/<int:allocation_id>/papiers/", papers.papers, name="papers"),
    path("attributions/<int:allocation_id>/papiers/<int:paper_id>/", papers.scan, name="scan"),
    path("attributions/<int:allocation_id>/signature/", papers.drawing, name="drawing"),
    path("attributions/<int:allocation_id>/photos/", papers.photos, name="photos"),
    path("attributions/<int:allocation_id>/photos/<int:photo_id>/", papers.photo, name="photo"),
    path("conventions/a-scanner/", papers.papers_missing, name="papers_missing"),
    path("remises/", ceremonies.ceremonies, name="ceremonies"),
    path("remises/nouvelle/", ceremonies.ceremony_create, name="ceremony_create"),
    path("remises/<int:ceremony_id>/", ceremonies.ceremony, name="ceremony"),
    path("remises/<int:ceremony_id>/liste/", ceremonies.ceremony_list, name="ceremony_list"),
    path("remises/<int:ceremony_id>/personnes/", ceremonies.ceremony_invite, name="ceremony_invite"),
    path(
        "remises/<int:ceremony_id>/remettre/<int:place_id>/", ceremonies.ceremony_hand_over, name="ceremony_hand_over"
    ),
    path("remises/<int:ceremony_id>/clore/", ceremonies.ceremony_hold, name="ceremony_hold"),
]

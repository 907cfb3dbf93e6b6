"""Addresses of the stock as a whole: shelves, journeys, counts, parts, what editions will need."""

from django.urls import path

from declic.equipment.views import counts, journeys, parts, reservations, shelves

patterns = [
    path("stock/", shelves.shelves, name="shelves"),
    path("stock/minimum/", shelves.minimum, name="minimum"),
    path("transports/", journeys.journeys, name="journeys"),
    path("transports/nouveau/", journeys.journey_create, name="journey_create"),
    path("transports/<int:journey_id>/", journeys.journey, name="journey"),
    path("transports/<int:journey_id>/liste/", journeys.journey_list, name="journey_list"),
    path("transports/<int:journey_id>/manquent/", journeys.journey_missing, name="journey_missing"),
    path("transports/<int:journey_id>/annuler/", journeys.journey_cancel, name="journey_cancel"),
    path("transports/<int:journey_id>/perdue/<int:device_id>/", journeys.journey_lost, name="journey_lost"),
    path("inventaires/", counts.counts, name="counts"),
    path("inventaires/<int:count_id>/", counts.count, name="count"),
    path("inventaires/<int:count_id>/feuille/", counts.count_sheet, name="count_sheet"),
    path("inventaires/<int:count_id>/csv/", counts.count_csv, name="count_csv"),
    path("inventaires/<int:count_id>/clore/", counts.count_close, name="count_close"),
    path("inventaires/<int:count_id>/abandonner/", counts.count_cancel, name="count_cancel"),
    path("inventaires/<int:count_id>/retirer/", counts.count_forget, name="count_forget"),
    path("inventaires/<int:count_id>/ranger/", counts.count_put_here, name="count_put_here"),
    path("inventaires/<int:count_id>/perdue/", counts.count_lost, name="count_lost"),
    path("pieces/", parts.parts, name="parts"),
    path("pieces/nouvelle/", parts.part_create, name="part_create"),
    path("pieces/<int:part_id>/", parts.part, name="part"),
    path("pieces/<int:part_id>/corriger/", parts.part_edit, name="part_edit"),
    path("pieces/<int:part_id>/mouvement/", parts.part_move, name="part_move"),
    path("pieces/<int:part_id>/arreter/", parts.part_end, name="part_end"),
    path("pieces/<int:part_id>/reprendre/", parts.part_resume, name="part_resume"),
    path("besoins/", reservations.reservations, name="reservations"),
    path("besoins/nouveau/", reservations.reservation_create, name="reservation_create"),
    path("besoins/<int:reservation_id>/", reservations.reservation_edit, name="reservation_edit"),
    path("besoins/<int:reservation_id>/lever/", reservations.reservation_lift, name="reservation_lift"),
    path("editions/<int:edition_id>/qui-servir/", reservations.serve_next, name="serve_next"),
]

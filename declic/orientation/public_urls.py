"""The addresses that open without an account: a signed link says to whom, nothing else does."""

from django.urls import path

from declic.orientation.views import answer_link, door

app_name = "referring"
urlpatterns = [
    path("orienter/<str:key>/", door.refer, name="refer"),
    path("orienter/<str:key>/envoyee/<str:signed>/", door.sent, name="sent"),
    path("suivi-orientation/<str:signed>/", answer_link.follow, name="follow"),
    path("suivi-orientation/<str:signed>/nouveau-lien/", answer_link.send_again, name="send_again"),
    path("suivi-orientation/<str:signed>/retirer/", answer_link.withdraw, name="withdraw"),
]

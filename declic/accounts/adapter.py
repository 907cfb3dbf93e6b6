"""How allauth signs people in here: by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: a coordinator does, for someone who works with the programme."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

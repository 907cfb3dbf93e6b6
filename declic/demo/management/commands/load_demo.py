"""`manage.py load_demo`: the five programmes replayed and one edition under way beside each, once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from declic.core.dates import today
from declic.demo.live import play_live
from declic.demo.replay import CASES, all_or_nothing, replay, replayed
from declic.programmes.models import Programme


class Command(BaseCommand):
    """Does nothing, quickly, when the demonstration is there; a load that was cut short goes on where it stopped."""

    help = "Charge les cinq dispositifs de démonstration, avec des personnes inventées."

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay what is missing, one case and one transaction after the other, saying how far it is."""
        if not settings.DEMO:
            raise CommandError("La démonstration ne se charge pas sur un serveur de production.")
        for number, case in enumerate(CASES, start=1):
            programme = replayed(case)
            if programme is None:
                began = time.monotonic()
                programme = replay(case)
                self.stdout.write(f"  {number}/{len(CASES)}  {case} : rejoué en {time.monotonic() - began:.0f} s")
                self.stdout.flush()
            if not Programme.objects.filter(slug=f"{programme.slug}-en-cours").exists():
                with all_or_nothing():
                    play_live(programme, on=today())

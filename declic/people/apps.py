"""Registers the `people` app under its French name."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "declic.people"
    label = "people"
    verbose_name = "Personnes"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from declic.messaging.access import narrow_by_people, note_readings
        from declic.people.access import visible_people
        from declic.people.openings import note_message

        # A message about someone is read by those who may read the file, or the one with which it was reunited.
        narrow_by_people(visible_people, "pk", "absorbed")
        note_readings(note_message)
        # What each app holds of persons: known before the first page, the first night, the first erasing.
        autodiscover_modules("personal")

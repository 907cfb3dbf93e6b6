"""Groups, sheets and the drop-in on the screens; what a volunteer sees, and what not."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declic.accounts.enums import Role
from declic.core.dates import today
from declic.training.actions import open_group, record_visit, record_volunteer_training, schedule_class, take_place
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit
from declic.training.queries import hours
from tests.factories import a_person, a_world, an_edition, an_enrolment, signed_in
from tests.training.access_rows import _session

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)


def a_running_world() -> Any:
    """A world whose edition runs today, so that the screens, which read the clock, can act in it."""
    world = a_world()
    start, end = today() - 30 * ONE_DAY, today() + 60 * ONE_DAY
    world.edition = an_edition(world.operator, starts_on=start, ends_on=end)
    world.person = a_person(world.operator, site=world.site)
    world.enrolment = an_enrolment(person=world.person, edition=world.edition, on=start, site=world.site)
    return world


def a_group(world: Any, name: str = "Groupe du jour", **fields: Any) -> CourseGroup:
    typed = {
        "kind": "course",
        "planned_minutes": 960,
        "capacity": 10,
        "course_code": "avance",
        "starts_on": today() - 7 * ONE_DAY,
        "ends_on": today() + 30 * ONE_DAY,
        **fields,
    }
    return open_group(acting_user=world.users[Role.COORDINATOR], edition=world.edition, name=name, **typed)


def a_class(world: Any, group: CourseGroup, on: datetime.date, **fields: Any) -> ClassSession:
    trainer = world.users[Role.ADVISER]
    typed = {"half_day": "morning", "minutes": 180, "trainer": trainer, **fields}
    return schedule_class(acting_user=trainer, group=group, on=on, **typed)


def test_a_group_is_opened_from_what_the_edition_offers_and_filled() -> None:
    world = a_running_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("training:group_create")
    assert "Parcours intermédiaire" in client.get(url).text
    url += f"?edition={world.edition.pk}&offre=course:intermediaire"
    assert 'value="24"' in client.get(url).text
    first, last = today(), today() + 20 * ONE_DAY
    typed = {"name": "Printemps", "hours": "24", "capacity": "8", "starts_on": f"{first:%d/%m/%Y}"}
    sent = client.post(url, {**typed, "ends_on": f"{last:%d/%m/%Y}"})
    group = CourseGroup.objects.get()
    assert (group.planned_minutes, group.course_code, sent.url) == (
        1440,
        "intermediaire",
        reverse("training:schedule", args=[group.pk]),
    )
    page = client.get(reverse("training:group", args=[group.pk])).text
    assert "Donner une place" in page
    client.post(reverse("training:take", args=[group.pk, world.enrolment.pk]))
    assert GroupPlace.objects.get().enrolment == world.enrolment
    assert "1 sur 8" in client.get(reverse("training:list")).text


def test_many_classes_are_scheduled_at_once() -> None:
    world = a_running_world()
    monday = today() + (7 - today().weekday()) * ONE_DAY
    group = a_group(world, starts_on=monday, ends_on=monday + 13 * ONE_DAY)
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("training:schedule", args=[group.pk])
    typed = {
        "first": f"{group.starts_on:%d/%m/%Y}",
        "last": f"{group.ends_on:%d/%m/%Y}",
        "weekdays": ["0", "3"],
        "half_days": ["morning", "afternoon"],
        "minutes": "180",
        "trainer": world.users[Role.ADVISER].pk,
    }
    client.post(url, typed)
    assert group.sessions.count() == 8
    again = client.post(url, typed)
    assert again.status_code == 422
    assert "Aucune séance ajoutée" in again.text
    client.post(url, {**typed, "weekdays": ["0", "3", "4"]})
    assert group.sessions.count() == 12


def test_an_untrained_volunteer_cannot_be_put_on_a_class_from_the_screen() -> None:
    world = a_running_world()
    group = a_group(world)
    volunteer = world.users[Role.VOLUNTEER]
    day = f"{today() + ONE_DAY:%d/%m/%Y}"
    client = signed_in(world.users[Role.ADVISER])
    typed = {
        "first": day,
        "last": day,
        "weekdays": [str((today() + ONE_DAY).weekday())],
        "half_days": ["morning"],
        "minutes": "120",
        "trainer": volunteer.pk,
    }
    if typed["weekdays"] == ["6"]:
        pytest.skip("no class is offered on a Sunday")
    url = reverse("training:schedule", args=[group.pk])
    assert "formé·e avant" in client.post(url, typed).text
    record_volunteer_training(
        acting_user=volunteer, operator=world.operator, user=volunteer, on=today(), topic="Les bases"
    )
    client.post(url, typed)
    assert ClassSession.objects.get().led_by_volunteer


def test_a_sheet_is_signed_then_corrected() -> None:
    world = a_running_world()
    group = a_group(world)
    place = take_place(
        acting_user=world.users[Role.COORDINATOR], group=group, enrolment=world.enrolment, on=today() - 7 * ONE_DAY
    )
    session = a_class(world, group, today())
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("training:sheet", args=[session.pk])
    page = client.get(url).text
    assert 'value="180"' in page
    key = place.enrolment_id
    wrong = client.post(url, {f"status_{key}": "present", f"minutes_{key}": "500"})
    assert wrong.status_code == 422
    assert 'value="500"' in wrong.text
    client.post(url, {f"status_{key}": "present", f"minutes_{key}": "180"})
    line = Attendance.objects.get()
    twice = client.post(url, {f"status_{key}": "present", f"minutes_{key}": "180"}, follow=True)
    assert "déjà signée" in twice.text
    fix = reverse("training:correct", args=[line.pk])
    assert client.post(fix, {"status": "absent", "minutes": "", "reason": ""}).status_code == 422
    client.post(fix, {"status": "absent", "minutes": "180", "reason": "Confondue avec sa sœur"})
    assert hours(world.enrolment).attended == 0
    assert "Confondue avec sa sœur" in client.get(url).text
    assert client.get(reverse("training:sheet_print", args=[session.pk])).status_code == 200


def test_a_class_of_professionals_counts_heads() -> None:
    world = a_running_world()
    group = a_group(world, kind="professionals", course_code="")
    session = a_class(world, group, today())
    client = signed_in(world.users[Role.ADVISER])
    assert "Combien sont venus" in client.get(reverse("training:sheet", args=[session.pk])).text
    client.post(reverse("training:headcount", args=[session.pk]), {"headcount": "9"})
    session.refresh_from_db()
    assert (session.held, session.headcount) == (True, 9)


def test_a_class_that_did_not_happen_is_said_so() -> None:
    world = a_running_world()
    session = a_class(world, a_group(world), today())
    client = signed_in(world.users[Role.ADVISER])
    client.post(reverse("training:not_held", args=[session.pk]))
    assert "n’a pas eu lieu" in client.get(reverse("training:sheet", args=[session.pk])).text


def test_a_place_page_puts_the_right_level_first_and_warns_of_another() -> None:
    from declic.diagnosis.actions import assess, confirm_level
    from declic.diagnosis.enums import Skill

    world = a_running_world()
    user = world.users[Role.COORDINATOR]
    a_group(world, "Avancé", course_code="avance")
    a_group(world, "Débutant", course_code="debutant")
    found = assess(
        acting_user=user, enrolment=world.enrolment, kind="entry", on=today(), scores=dict.fromkeys(Skill, 0)
    )
    confirm_level(acting_user=user, assessment=found, level="debutant", on=today())
    page = signed_in(user).get(reverse("training:place", args=[world.enrolment.pk])).text
    assert page.index("Débutant</a>") < page.index("Avancé</a>")
    assert "à son niveau" in page
    assert "Attention" in page


def test_leaving_a_group_frees_the_place() -> None:
    world = a_running_world()
    place = take_place(
        acting_user=world.users[Role.COORDINATOR], group=a_group(world), enrolment=world.enrolment, on=today()
    )
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("training:leave", args=[place.pk])
    client.post(url, {"on": f"{today():%d/%m/%Y}", "reason": "A trouvé un emploi"})
    place.refresh_from_db()
    assert place.left_on == today()


# --------------------------------------------------------------------------------------------------------- volunteers


def test_a_volunteer_sees_the_names_and_needs_of_today_and_no_file() -> None:
    world = a_running_world()
    group = a_group(world, site=world.site)
    take_place(acting_user=world.users[Role.COORDINATOR], group=group, enrolment=world.enrolment, on=today() - ONE_DAY)
    now_class, next_class = a_class(world, group, today()), a_class(world, group, today() + ONE_DAY)
    client = signed_in(world.users[Role.VOLUNTEER])
    page = client.get(reverse("training:list")).text
    assert "Groupe du jour" in page
    assert "Ouvrir un groupe" not in page
    sheet = client.get(reverse("training:sheet", args=[now_class.pk])).text
    assert str(world.person) in sheet
    assert f"/personnes/{world.person.pk}/" not in sheet
    assert client.get(reverse("training:sheet", args=[next_class.pk])).status_code == 404
    assert client.get(reverse("training:group", args=[group.pk])).status_code == 404


def test_a_volunteer_sees_the_visits_of_today_only() -> None:
    world = a_running_world()
    adviser = world.users[Role.ADVISER]
    for on, question in ((today(), "Mot de passe perdu"), (today() - ONE_DAY, "Compte bloqué hier")):
        record_visit(
            acting_user=adviser,
            operator=world.operator,
            on=on,
            theme="email",
            minutes=10,
            helper=adviser,
            question=question,
        )
    client = signed_in(world.users[Role.VOLUNTEER])
    yesterday = reverse("training:visits") + f"?jour={today() - ONE_DAY:%d/%m/%Y}"
    assert "Compte bloqué hier" not in client.get(yesterday).text
    assert "Mot de passe perdu" in client.get(yesterday).text
    assert "Compte bloqué hier" in signed_in(adviser).get(yesterday).text
    assert client.get(reverse("training:visit_create") + f"?person={world.person.pk}").status_code == 404


# ------------------------------------------------------------------------------------------------------------- visits


def test_a_visit_is_noted_anonymous_or_for_someone_found_by_name() -> None:
    world = a_running_world()
    client = signed_in(world.users[Role.ADVISER])
    url = reverse("training:visit_create")
    typed = {
        "theme": "email",
        "minutes": "20",
        "solved": "oui",
        "equipment_used": "tablette",
        "on": f"{today():%d/%m/%Y}",
    }
    assert client.post(url, {**typed, "minutes": "0"}).status_code == 422
    client.post(url, typed)
    found = client.get(url, {"q": world.person.last_name}).text
    assert f"?person={world.person.pk}" in found
    client.post(f"{url}?person={world.person.pk}", typed)
    anonymous, named = Visit.objects.order_by("pk")
    assert (anonymous.person, named.person) == (None, world.person)
    assert named.helper == world.users[Role.ADVISER]
    assert "2" in client.get(reverse("training:visits")).text


# ---------------------------------------------------------------------------------------------------- walls, budgets


def _queries(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_lists_ask_a_fixed_number_of_queries_whatever_they_show() -> None:
    world = a_running_world()
    group = a_group(world)
    take_place(acting_user=world.users[Role.COORDINATOR], group=group, enrolment=world.enrolment, on=today() - ONE_DAY)
    session = a_class(world, group, today())
    adviser = world.users[Role.ADVISER]
    visit = {"acting_user": adviser, "operator": world.operator, "on": today(), "theme": "email", "minutes": 10}
    record_visit(helper=adviser, person=world.person, **visit)
    waiting = an_enrolment(edition=world.edition, on=today())
    client = signed_in(adviser)
    urls = [
        reverse("training:list"),
        reverse("training:group", args=[group.pk]),
        reverse("training:sheet", args=[session.pk]),
        reverse("training:place", args=[waiting.pk]),
        reverse("training:visits"),
        reverse("training:group_create"),
    ]
    before = [_queries(client, url) for url in urls]
    for number in range(4):
        other = a_group(world, f"Groupe {number}")
        a_class(world, other, today())
        someone = an_enrolment(edition=world.edition, on=today() - ONE_DAY)
        take_place(acting_user=adviser, group=group, enrolment=someone, on=today() - ONE_DAY)
        an_enrolment(edition=world.edition, on=today())
        record_visit(helper=adviser, person=someone.person, **visit)
    after = [_queries(client, url) for url in urls]
    assert after == before
    assert max(after) <= 15, dict(zip(urls, after, strict=True))


def test_the_matrix_rows_name_a_class_of_today() -> None:
    assert _session(a_world()).on == today()

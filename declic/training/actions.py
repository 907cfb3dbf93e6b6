"""Writes of training: groups, places, classes, signed attendance, drop-in visits, volunteers' training."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declic.accounts.models import User
from declic.core.dates import format_short
from declic.core.errors import DomainError
from declic.organisations.models import Organisation, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.training.enums import AttendanceStatus, EquipmentUsed, GroupKind, HalfDay
from declic.training.models import Attendance, ClassSession, CourseGroup, GroupPlace, Visit, VolunteerTraining
from declic.training.queries import day_of, trained_before

LONGEST_CLASS = 300
LONGEST_VISIT = 480
MOST_CLASSES = 400
"""Classes put on a group at once: twice a working day for a school year."""


@dataclass(frozen=True)
class AttendanceLine:
    """One line of a sheet about to be signed; `minutes` is 0 unless the person was present."""

    enrolment: Enrolment
    status: str
    minutes: int = 0


@transaction.atomic
def open_group(
    *,
    acting_user: User,
    edition: Edition,
    kind: str,
    name: str,
    planned_minutes: int,
    capacity: int,
    starts_on: datetime.date,
    ends_on: datetime.date,
    course_code: str = "",
    theme: str = "",
    audience: str = "",
    site: Site | None = None,
    trainer: User | None = None,
) -> CourseGroup:
    """Open one run of a course, a workshop or a training of professionals.

    Raises `DomainError` for dates out of order or apart from the edition's, no place, a name taken, a course that no
    version of the edition's terms has, or another operator's site.
    """
    if ends_on < starts_on:
        raise DomainError(_("La fin du groupe vient avant son début : vérifiez les deux dates."), field="ends_on")
    if ends_on < edition.starts_on or starts_on > edition.ends_on:
        raise DomainError(
            _("L’édition va du %(first)s au %(last)s : choisissez des dates qui la croisent.")
            % {"first": format_short(edition.starts_on), "last": format_short(edition.ends_on)},
            field="starts_on",
        )
    if capacity < 1:
        raise DomainError(_("Un groupe a au moins une place."), field="capacity")
    if planned_minutes < 1:
        raise DomainError(_("Dites combien d’heures dure ce groupe."), field="planned_minutes")
    if site is not None and site.operator_id != edition.operator_id:
        raise DomainError(_("Ce lieu n’est pas à l’opérateur du dispositif : choisissez-en un autre."), field="site")
    if course_code and not any(version.terms.course(course_code) for version in edition.versions.all()):
        raise DomainError(_("Ce parcours n’est pas dans les conditions de l’édition."), field="course_code")
    if CourseGroup.objects.filter(edition=edition, name=name.strip()).exists():
        raise DomainError(_("Un groupe de cette édition porte déjà ce nom : choisissez-en un autre."), field="name")
    return CourseGroup.objects.create(
        operator_id=edition.operator_id,
        edition=edition,
        kind=GroupKind(kind),
        name=name.strip(),
        course_code=course_code,
        theme=theme,
        audience=audience,
        site=site,
        trainer=trainer,
        planned_minutes=planned_minutes,
        capacity=capacity,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@transaction.atomic
def take_place(*, acting_user: User, group: CourseGroup, enrolment: Enrolment, on: datetime.date) -> GroupPlace:
    """Give a person a place in a group; the group is locked, so that the last place goes to one person only.

    Raises `DomainError` when the group is full, over, without names, or of another edition, when the person has left
    the programme, or holds a place there already. A course of another level than the confirmed one is accepted.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("person").get(pk=enrolment.pk)
    group = CourseGroup.objects.select_for_update().get(pk=group.pk)
    if enrolment.edition_id != group.edition_id:
        raise DomainError(_("Cette personne n’est pas inscrite dans l’édition de ce groupe : choisissez-en un autre."))
    if group.kind == GroupKind.PROFESSIONALS:
        raise DomainError(_("Une formation de professionnels se compte sans nom : notez le nombre de présents."))
    if on < enrolment.starts_on or (enrolment.ended_on is not None and on > enrolment.ended_on):
        raise DomainError(_("Ce jour-là, cette personne n’est pas dans le dispositif : aucune place n’a été prise."))
    if on > group.ends_on:
        raise DomainError(
            _("Ce groupe a fini le %(day)s : choisissez un groupe à venir.") % {"day": format_short(group.ends_on)}
        )
    held = GroupPlace.objects.filter(group=group, left_on__isnull=True)
    if held.filter(enrolment=enrolment).exists():
        raise DomainError(_("%(person)s a déjà une place dans ce groupe.") % {"person": enrolment.person})
    if held.count() >= group.capacity:
        raise DomainError(
            ngettext(
                "Ce groupe est complet (%(count)s place) : choisissez-en un autre, ou ouvrez un nouveau groupe.",
                "Ce groupe est complet (%(count)s places) : choisissez-en un autre, ou ouvrez un nouveau groupe.",
                group.capacity,
            )
            % {"count": group.capacity}
        )
    return GroupPlace.objects.create(operator_id=group.operator_id, group=group, enrolment=enrolment, taken_on=on)


@transaction.atomic
def leave_group(*, acting_user: User, place: GroupPlace, on: datetime.date, reason: str) -> GroupPlace:
    """Free a place; what was attended stays. Raises `DomainError` without a reason or when it was freed before."""
    place = GroupPlace.objects.select_for_update().get(pk=place.pk)
    if place.left_on is not None:
        raise DomainError(_("Cette place est déjà libérée : rien n’a changé."))
    if on < place.taken_on:
        raise DomainError(_("La personne ne peut pas partir avant d’avoir pris sa place."), field="on")
    if not reason.strip():
        raise DomainError(_("Dites en quelques mots pourquoi la personne quitte le groupe."), field="reason")
    place.left_on = on
    place.left_reason = reason.strip()
    place.save()
    return place


@transaction.atomic
def schedule_class(
    *,
    acting_user: User,
    group: CourseGroup,
    on: datetime.date,
    half_day: str,
    minutes: int,
    trainer: User,
    room: str = "",
    led_by_volunteer: bool = False,
) -> ClassSession:
    """Put a class on a half-day of the group, at most 300 minutes long.

    Raises `DomainError` outside the group's dates, when the half-day is taken, or when a volunteer who was not trained
    before that day would lead it (case: Emmaüs Connect).
    """
    group = CourseGroup.objects.select_for_update().get(pk=group.pk)
    if not group.starts_on <= on <= group.ends_on:
        raise DomainError(
            _("Le groupe va du %(first)s au %(last)s : choisissez un jour entre les deux.")
            % {"first": format_short(group.starts_on), "last": format_short(group.ends_on)},
            field="on",
        )
    if not 0 < minutes <= LONGEST_CLASS:
        raise DomainError(_("Une séance dure de 1 minute à 5 heures : au-delà, faites-en deux."), field="minutes")
    if ClassSession.objects.filter(group=group, on=on, half_day=half_day).exists():
        raise DomainError(
            _("Ce groupe a déjà une séance le %(day)s (%(half_day)s).")
            % {"day": format_short(on), "half_day": HalfDay(half_day).label},
            field="on",
        )
    if led_by_volunteer and not trained_before(operator_id=group.operator_id, user_id=trainer.pk, day=on):
        raise DomainError(
            _(
                "%(name)s n’a pas été formé·e avant le %(day)s : notez d’abord sa formation de bénévole, ou choisissez"
                " quelqu’un d’autre."
            )
            % {"name": trainer, "day": format_short(on)},
            field="trainer",
        )
    return ClassSession.objects.create(
        operator_id=group.operator_id,
        group=group,
        on=on,
        half_day=HalfDay(half_day),
        minutes=minutes,
        room=room.strip(),
        trainer=trainer,
        led_by_volunteer=led_by_volunteer,
    )


@transaction.atomic
def schedule_pattern(
    *,
    acting_user: User,
    group: CourseGroup,
    first: datetime.date,
    last: datetime.date,
    weekdays: Collection[int],
    half_days: Collection[str],
    minutes: int,
    trainer: User,
    room: str = "",
    led_by_volunteer: bool = False,
) -> list[ClassSession]:
    """Put classes on every chosen weekday (0 is Monday) and half-day from `first` to `last`; taken half-days stay as they are.

    Raises `DomainError` for what `schedule_class` refuses, or when no class would be added: then none is.
    """
    if last < first:
        raise DomainError(_("Le dernier jour vient avant le premier : vérifiez les deux dates."), field="last")
    if first < group.starts_on or last > group.ends_on:
        raise DomainError(
            _("Le groupe va du %(first)s au %(last)s : choisissez des jours entre les deux.")
            % {"first": format_short(group.starts_on), "last": format_short(group.ends_on)},
            field="first" if first < group.starts_on else "last",
        )
    taken = set(ClassSession.objects.filter(group=group).values_list("on", "half_day"))
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    wanted = [
        (day, half_day) for day in days if day.weekday() in weekdays for half_day in HalfDay if half_day in half_days
    ]
    if len(wanted) > MOST_CLASSES:
        raise DomainError(
            _("Cela ferait %(count)s séances d’un coup ; %(most)s au plus : choisissez moins de jours.")
            % {"count": len(wanted), "most": MOST_CLASSES},
            field="last",
        )
    added = [
        schedule_class(
            acting_user=acting_user,
            group=group,
            on=day,
            half_day=half_day,
            minutes=minutes,
            trainer=trainer,
            room=room,
            led_by_volunteer=led_by_volunteer,
        )
        for day, half_day in wanted
        if (day, str(half_day)) not in taken
    ]
    if not added:
        raise DomainError(
            _("Aucune séance ajoutée : aucun jour ne correspond, ou ces demi-journées ont déjà leur séance."),
            field="weekdays",
        )
    return added


@transaction.atomic
def sign_attendance(
    *, acting_user: User, class_session: ClassSession, lines: Sequence[AttendanceLine], at: datetime.datetime
) -> list[Attendance]:
    """Sign lines of the sheet of a class, all or none; a signed line is never edited, only corrected (rule 12).

    Raises `DomainError` before the day of the class, for a class that was not held, a person without a place on that
    day, a line signed already, or minutes that the class does not have.
    """
    session = ClassSession.objects.select_for_update().get(pk=class_session.pk)
    if day_of(at) < session.on:
        raise DomainError(
            _("Cette séance aura lieu le %(day)s : la feuille se signe ce jour-là.") % {"day": format_short(session.on)}
        )
    if session.held is False:
        raise DomainError(_("Cette séance est notée comme n’ayant pas eu lieu : personne ne peut y être présent."))
    if not lines:
        raise DomainError(_("La feuille est vide : notez au moins une personne."))
    placed = set(
        GroupPlace.objects.filter(group=session.group_id, taken_on__lte=session.on)
        .exclude(left_on__lt=session.on)
        .values_list("enrolment_id", flat=True)
    )
    signed = set(Attendance.objects.filter(class_session=session).values_list("enrolment_id", flat=True))
    seen: set[int] = set()
    for line in lines:
        person = line.enrolment.person
        if line.enrolment.pk in signed or line.enrolment.pk in seen:
            raise DomainError(_("La présence de %(person)s est déjà signée : corrigez sa ligne.") % {"person": person})
        if line.enrolment.pk not in placed:
            raise DomainError(
                _("%(person)s n’a pas de place dans ce groupe ce jour-là : donnez-lui d’abord une place.")
                % {"person": person}
            )
        _require_minutes(line.status, line.minutes, session.minutes, str(person))
        seen.add(line.enrolment.pk)
    created = Attendance.objects.bulk_create(
        [
            Attendance(
                operator_id=session.operator_id,
                class_session=session,
                enrolment=line.enrolment,
                status=AttendanceStatus(line.status),
                minutes=line.minutes,
                recorded_by=acting_user,
                recorded_at=at,
            )
            for line in lines
        ]
    )
    if session.held is None:
        session.held = True
        session.save(update_fields=["held"])
    return created


@transaction.atomic
def correct_attendance(
    *, acting_user: User, attendance: Attendance, status: str, minutes: int, reason: str, at: datetime.datetime
) -> Attendance:
    """Write the line that replaces a signed one and names it (rule 12); the first stays as it was signed.

    Raises `DomainError` without a reason, when nothing changes, or when the line was corrected already.
    """
    line = (
        Attendance.objects.select_for_update(of=("self",))
        .select_related("class_session", "enrolment__person")
        .get(pk=attendance.pk)
    )
    if Attendance.objects.filter(corrects=line).exists():
        raise DomainError(_("Cette ligne est déjà corrigée : corrigez la plus récente."))
    if not reason.strip():
        raise DomainError(_("Dites pourquoi la ligne change : la feuille signée reste lisible à côté."), field="reason")
    _require_minutes(status, minutes, line.class_session.minutes, str(line.enrolment.person))
    if (status, minutes) == (line.status, line.minutes):
        raise DomainError(_("Rien ne change : la ligne dit déjà cela."), field="status")
    return Attendance.objects.create(
        operator_id=line.operator_id,
        class_session_id=line.class_session_id,
        enrolment_id=line.enrolment_id,
        status=AttendanceStatus(status),
        minutes=minutes,
        corrects=line,
        reason=reason.strip(),
        recorded_by=acting_user,
        recorded_at=at,
    )


@transaction.atomic
def close_class(
    *, acting_user: User, class_session: ClassSession, held: bool, headcount: int | None = None
) -> ClassSession:
    """Say whether a class took place, and how many came without giving a name; nobody is invented for them.

    Raises `DomainError` when someone is signed as present in a class that would not have been held.
    """
    session = ClassSession.objects.select_for_update().get(pk=class_session.pk)
    if not held and session.attendances.filter(corrected_by__isnull=True, status=AttendanceStatus.PRESENT).exists():
        raise DomainError(_("Des personnes sont notées présentes : corrigez d’abord leurs lignes."))
    if not held and headcount:
        raise DomainError(_("Une séance qui n’a pas eu lieu n’a pas de présents."), field="headcount")
    session.held = held
    session.headcount = headcount if held else None
    session.save(update_fields=["held", "headcount"])
    return session


@transaction.atomic
def record_visit(
    *,
    acting_user: User,
    operator: Organisation,
    on: datetime.date,
    theme: str,
    minutes: int,
    helper: User,
    person: Person | None = None,
    edition: Edition | None = None,
    site: Site | None = None,
    question: str = "",
    equipment_used: str = EquipmentUsed.ORDINATEUR,
    autonomy: str = "",
    solved: bool | None = None,
    redirected_to: str = "",
) -> Visit:
    """Note one drop-in visit: who helped, on what, how long (minutes), solved or not; `person` None is anonymous."""
    for row in (person, edition, site):
        if row is not None and row.operator_id != operator.pk:
            raise DomainError(_("Cette visite mêle deux opérateurs : vérifiez la personne, l’édition et le lieu."))
    if not 0 < minutes <= LONGEST_VISIT:
        raise DomainError(_("La durée va de 1 minute à 8 heures."), field="minutes")
    return Visit.objects.create(
        operator=operator,
        edition=edition,
        site=site,
        person=person,
        on=on,
        theme=theme,
        question=question.strip(),
        minutes=minutes,
        helper=helper,
        equipment_used=equipment_used,
        autonomy=autonomy,
        solved=solved,
        redirected_to=redirected_to,
    )


@transaction.atomic
def record_volunteer_training(
    *, acting_user: User, operator: Organisation, user: User, on: datetime.date, topic: str
) -> VolunteerTraining:
    """Note that a volunteer was trained; classes of the days after may then be led by them."""
    if not topic.strip():
        raise DomainError(_("Dites sur quoi la personne bénévole a été formée."), field="topic")
    training, created = VolunteerTraining.objects.get_or_create(
        operator=operator, user=user, on=on, topic=topic.strip()
    )
    if not created:
        raise DomainError(_("Cette formation est déjà notée : rien n’a été compté deux fois."))
    return training


def _require_minutes(status: str, minutes: int, most: int, person: str) -> None:
    if status == AttendanceStatus.PRESENT and not 0 < minutes <= most:
        raise DomainError(
            _("%(person)s : une présence compte de 1 à %(most)s minutes, la durée de la séance.")
            % {"person": person, "most": most},
            field="minutes",
        )
    if status != AttendanceStatus.PRESENT and minutes:
        raise DomainError(
            _("%(person)s n’est pas présent·e : le temps suivi doit être vide.") % {"person": person}, field="minutes"
        )

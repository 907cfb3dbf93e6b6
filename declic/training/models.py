"""Courses, classes and attendance; drop-in help, named or anonymous; what volunteers learned before they teach."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declic.core.history import append_only
from declic.organisations.models import OperatorRow, Site
from declic.orientation.models import Enrolment
from declic.people.models import Person
from declic.programmes.models import Edition
from declic.training.enums import (
    AttendanceStatus,
    Autonomy,
    EquipmentUsed,
    GroupKind,
    HalfDay,
    RedirectedTo,
    VisitTheme,
)


class CourseGroup(OperatorRow):
    """One run of a course, a workshop or a training of professionals, with its places."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(_("nature"), max_length=14, choices=GroupKind, default=GroupKind.COURSE)
    name = models.CharField(_("nom"), max_length=160)
    course_code = models.CharField(_("parcours"), max_length=40, blank=True, default="")
    theme = models.CharField(_("thème"), max_length=300, blank=True, default="")
    audience = models.CharField(_("public"), max_length=200, blank=True, default="")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="groups")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="groups"
    )
    planned_minutes = models.PositiveIntegerField(_("durée prévue"), help_text="minutes")
    capacity = models.PositiveIntegerField(_("places"))
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "-starts_on", "-id"], name="group_by_date"),
            models.Index(fields=["edition", "starts_on"], name="group_by_edition"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "name"],
                name="group_name_once",
                violation_error_message=_("Un groupe de cette édition porte déjà ce nom."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="group_dates_in_order",
                violation_error_message=_("La fin du groupe vient avant son début."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gt=0),
                name="group_has_places",
                violation_error_message=_("Un groupe a au moins une place."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupPlace(OperatorRow):
    """A person's place in a group."""

    group = models.ForeignKey(CourseGroup, on_delete=models.PROTECT, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="places")
    taken_on = models.DateField(_("inscrite le"))
    left_on = models.DateField(_("partie le"), null=True, blank=True)
    left_reason = models.CharField(_("raison du départ"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["group", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "enrolment"],
                condition=Q(left_on__isnull=True),
                name="one_place_per_person_and_group",
                violation_error_message=_("Cette personne a déjà une place dans ce groupe."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.person} · {self.group}"


class ClassSession(OperatorRow):
    """One class (séance): a half-day with who teaches it; `led_by_volunteer` is the role held on that day."""

    group = models.ForeignKey(CourseGroup, on_delete=models.PROTECT, related_name="sessions")
    on = models.DateField(_("date"))
    half_day = models.CharField(_("demi-journée"), max_length=10, choices=HalfDay)
    minutes = models.PositiveSmallIntegerField(_("durée"), help_text="minutes")
    room = models.CharField(_("salle"), max_length=120, blank=True, default="")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="class_sessions")
    led_by_volunteer = models.BooleanField(_("animée par un·e bénévole"), default=False)
    held = models.BooleanField(_("a eu lieu"), null=True, blank=True)
    headcount = models.PositiveSmallIntegerField(_("personnes présentes (sans nom)"), null=True, blank=True)

    class Meta:
        ordering = ["on", "half_day", "pk"]
        indexes = [models.Index(fields=["operator", "on"], name="class_by_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "on", "half_day"],
                name="class_once_per_half_day",
                violation_error_message=_("Ce groupe a déjà une séance à ce moment."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=300),
                name="class_fits_a_half_day",
                violation_error_message=_("Une séance dure au plus 5 heures : faites-en deux."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.on:%d/%m/%Y}"


class Attendance(OperatorRow):
    """One line of an attendance sheet; a correction is a new line that names the one it corrects (rule 12)."""

    class_session = models.ForeignKey(ClassSession, on_delete=models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField(_("présence"), max_length=8, choices=AttendanceStatus)
    minutes = models.PositiveSmallIntegerField(_("temps suivi"), default=0, help_text="minutes")
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    reason = models.CharField(_("raison de la correction"), max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["class_session", "pk"]
        indexes = [models.Index(fields=["enrolment"], name="attendance_by_enrolment", include=["minutes", "status"])]
        constraints = [
            models.UniqueConstraint(
                fields=["class_session", "enrolment"],
                condition=Q(corrects__isnull=True),
                name="attendance_signed_once",
                violation_error_message=_("La présence de cette personne est déjà notée : corrigez-la."),
            ),
            models.CheckConstraint(
                condition=Q(status="present", minutes__gt=0) | (~Q(status="present") & Q(minutes=0)),
                name="only_presence_counts_minutes",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.enrolment.person} · {self.class_session} · {self.get_status_display()}"


class Visit(OperatorRow):
    """One drop-in visit: who helped, on what, how long, solved or not; `person` is null for an anonymous visitor."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    on = models.DateField(_("date"))
    theme = models.CharField(_("sujet"), max_length=40, choices=VisitTheme)
    question = models.CharField(_("en quelques mots"), max_length=300, blank=True, default="")
    minutes = models.PositiveSmallIntegerField(_("durée"), help_text="minutes")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    equipment_used = models.CharField(
        _("sur quel appareil"), max_length=12, choices=EquipmentUsed, default=EquipmentUsed.ORDINATEUR
    )
    autonomy = models.CharField(_("autonomie"), max_length=24, choices=Autonomy, blank=True, default="")
    solved = models.BooleanField(_("résolu"), null=True, blank=True)
    redirected_to = models.CharField(_("réorientée vers"), max_length=40, choices=RedirectedTo, blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["operator", "-on", "-id"], name="visit_by_date"),
            models.Index(fields=["person", "-on"], name="visit_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=480),
                name="visit_lasts_some_minutes",
                violation_error_message=_("La durée va de 1 minute à 8 heures."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_theme_display()} · {self.on:%d/%m/%Y}"


class VolunteerTraining(OperatorRow):
    """A volunteer was trained: no class is led by someone who was not (case: Emmaüs Connect)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="volunteer_trainings")
    on = models.DateField(_("formé·e le"))
    topic = models.CharField(_("sujet"), max_length=200)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["operator", "user", "on", "topic"], name="training_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.topic}"

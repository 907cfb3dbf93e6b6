"""Those who ask and those whom one looks for: lists, calls, links, referrals in each state, files to join, messages, absences."""

import csv
import datetime
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from declic.accounts.actions import replace
from declic.demo.names import MadeUp, made_up
from declic.demo.stage import Stage, at
from declic.messaging.actions import create_budget, mark_returned
from declic.messaging.delivery import deliver
from declic.messaging.enums import Channel, MessageState
from declic.messaging.models import Message
from declic.organisations.models import Organisation
from declic.orientation.actions import (
    close_prescriber_link,
    expire_referral,
    open_prescriber_link,
    put_on_waiting_list,
    refer_new_person,
    refuse_referral,
    save_draft,
    send_prescriber_link,
    send_referral,
    take_charge,
    withdraw_referral,
    write_to_person,
)
from declic.orientation.enums import Motive, Need, ReferralChannel
from declic.orientation.models import Enrolment, Referral, Spotted, SpottingImport
from declic.orientation.spotting import actions as spotting
from declic.orientation.spotting import working
from declic.orientation.spotting.contacting import record_attempt
from declic.people.actions import link_people, propose_pair, register_person, share_file
from declic.people.models import Person
from declic.programmes.actions import create_scale, set_amount
from declic.programmes.models import Edition

D = datetime.date
COLUMNS = ("Nom", "Prénom", "Date de naissance", "Téléphone", "Code postal", "Commune", "Structure qui signale")
_SHORT = (
    "bagnolet-2014",
)  # its account of the demonstration decides on aids: no need to keep anybody waiting for more
EVALUATION = "Sans ordinateur ni internet à la maison, loyer à jour. Motivée, a déjà un projet. Avis favorable."


def play_demand(stage: Stage, edition: Edition, people: list[Enrolment], partners: list[Organisation], on: D) -> None:
    """What stands around the edition under way on the day `on`; `people` are those who entered it."""
    _lists(stage, edition, on)
    _files(stage, people, on)
    _team(stage, on)
    _scale(stage)
    if stage.case in _SHORT:
        return
    _referrals(stage, edition, partners, on)
    _links(stage, edition, partners, on)
    _messages(stage, people, on)


def _days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def _adviser(stage: Stage) -> Any:
    return stage.users.get("adviser", stage.coordinator)


# ------------------------------------------------------------------------------------------------------------ spotting


def _lists(stage: Stage, edition: Edition, on: D) -> None:
    """A list imported nine days ago, some of whom were called since; another that arrived yesterday, to read again."""
    day = on - _days(9)
    first = [_line(made_up(stage.rng, ages=(24, 61), on=day)) for _number in range(10)]
    batch = _check(stage, edition, "Liste du service social", "personnes-a-contacter.csv", first, day)
    spotting.start_import(acting_user=_adviser(stage), batch=batch, at=at(day, 10))
    working.import_all(batch.pk, on=day, clock=lambda: at(day, 10))
    _calls(stage, edition, on)

    day = on - _days(1)
    second = [_line(made_up(stage.rng, ages=(24, 61), on=day)) for _number in range(6)]
    second[1][0] = ""  # without a last name: refused, to correct
    second[3][2] = "31/02/1984"
    second.append(first[2])  # on the first list already
    _check(stage, edition, "Permanence d'accès aux droits", "permanence-droits.csv", second, day)


def _line(someone: MadeUp) -> list[str]:
    # A landline of the range kept for fiction: the mobiles of that range are no numbers for who reads a list.
    phone = f"05 36 49 {someone.phones[0][-4:-2]} {someone.phones[0][-2:]}" if someone.phones else ""
    born = f"{someone.birth_date:%d/%m/%Y}"
    return [someone.last_name.upper(), someone.first_name, born, phone, "", "", "Accueil social"]


def _check(
    stage: Stage, edition: Edition, source: str, filename: str, lines: list[list[str]], day: D
) -> SpottingImport:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([COLUMNS, *lines])
    batch = spotting.receive_list(
        acting_user=_adviser(stage),
        edition=edition,
        site=stage.sites[0],
        source=source,
        upload=SimpleUploadedFile(filename, text.getvalue().encode("cp1252"), content_type="text/csv"),
        at=at(day, 9),
    )
    batch = spotting.map_columns(acting_user=_adviser(stage), batch=batch, columns=batch.mapping, at=at(day, 9, 2))
    working.check(batch.pk, on=day, clock=lambda: at(day, 9, 2))
    batch.refresh_from_db()
    return batch


def _calls(stage: Stage, edition: Edition, on: D) -> None:
    """Seven called, half of the list still to call; two said yes, of whom one is referred by the team."""
    waiting = Spotted.objects.filter(edition=edition, person__phones__isnull=False).order_by("pk").distinct()
    results: tuple[tuple[str, int, str], ...] = (
        ("interested", 7, "Voudrait un ordinateur pour les devoirs des enfants."),
        ("interested", 6, "Préfère le matin."),
        ("no_answer", 6, ""),
        ("message_left", 5, "Message sur le répondeur."),
        ("call_back", 5, "Au travail, rappeler après 17 h."),
        ("declined", 4, "Sa fille l'aide déjà."),
        ("wrong_number", 4, ""),
    )
    for spotted, (result, age, note) in zip(waiting[: len(results)], results, strict=False):
        day = on - _days(age)
        record_attempt(
            acting_user=_adviser(stage), spotted=spotted, result=result, at=at(day, 11), seen=0, note=note,
            call_back_on=on if result == "call_back" else None, informed=result == "interested",
        )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- referrals


def _referrals(stage: Stage, edition: Edition, partners: list[Organisation], on: D) -> None:
    """A request in each state: silent for a month, taken in charge, waiting with a rank, refused, withdrawn, closed."""
    team = stage.coordinator
    _refer(stage, edition, partners, on, age=34)
    received = _refer(stage, edition, partners, on, age=12, motives=[Motive.JOB_SEARCH])
    take_charge(acting_user=_adviser(stage), referral=received, on=on - _days(11))
    for age, reason in ((21, "no_place"), (16, "no_device")):
        waits = _refer(stage, edition, partners, on, age=age)
        put_on_waiting_list(
            acting_user=team, referral=waits, on=on - _days(age - 5), reason=reason,
            answer="Nous vous écrirons dès qu'une place se libère.",
        )  # fmt: skip
    refused = _refer(stage, edition, partners, on, age=9, motives=[Motive.OTHER])
    refuse_referral(
        acting_user=team, referral=refused, on=on - _days(6), reason="en_formation",
        answer="Sa formation occupe toute la semaine. Vous pourrez refaire une demande au printemps.",
    )  # fmt: skip
    gone = _refer(stage, edition, partners, on, age=8)
    withdraw_referral(acting_user=team, referral=gone, on=on - _days(2))
    silent = _refer(stage, edition, partners, on, age=44)
    expire_referral(
        acting_user=team, referral=silent, on=on - _days(3), answer="Nous n'avons pas réussi à joindre la personne."
    )


def _refer(
    stage: Stage, edition: Edition, partners: list[Organisation], on: D, *, age: int, motives: tuple[str, ...] | list[str] = ()
) -> Referral:  # fmt: skip
    day = on - _days(age)
    prescriber = next((one for one in partners if one.memberships.exists()), partners[0] if partners else None)
    referent = stage.users.get("prescriber") if prescriber is not None and prescriber.memberships.exists() else None
    return send_referral(
        acting_user=referent or _adviser(stage),
        edition=edition,
        person=stage.person(day, site=stage.sites[0]),
        on=day,
        channel=ReferralChannel.ACCOUNT if referent else ReferralChannel.PHONE,
        prescriber=prescriber,
        referent=referent,
        referent_name="" if referent else "Accueil social",
        referent_email="" if referent else "accueil.social@exemple.fr",
        needs=[Need.SKILLS, Need.EQUIPMENT],
        motives=list(motives) or [Motive.BENEFITS, Motive.AUTONOMY],
        motive="N'a pas d'ordinateur et demande de l'aide pour chaque démarche.",
        social_evaluation=EVALUATION,
        informed=True,
        at=at(day, 15),
    )


def _links(stage: Stage, edition: Edition, partners: list[Organisation], on: D) -> None:
    """Two doors without an account, one of them closed; someone came through the open one. A request left unfinished."""
    if partners:
        opened = [
            open_prescriber_link(
                acting_user=stage.coordinator, operator=stage.operator, prescriber=partners[-1], edition=only,
                expires_on=on + _days(200), on=on - _days(20), at=at(on - _days(20)), referent_name=name,
                referent_email=email,
            )
            for name, email, only in (
                ("Inès Morel", "ines.morel@exemple.fr", None),
                ("Paul Ferrand", "paul.ferrand@exemple.fr", edition),
            )
        ]  # fmt: skip
        for link in opened:
            send_prescriber_link(acting_user=stage.coordinator, link=link, at=at(on - _days(20)))
        close_prescriber_link(acting_user=stage.coordinator, link=opened[1], on=on - _days(4))
        someone = made_up(stage.rng, ages=(25, 60), on=on)
        refer_new_person(
            acting_user=stage.coordinator, edition=edition, on=on - _days(2), channel=ReferralChannel.LINK,
            first_name=someone.first_name, last_name=someone.last_name, birth_date=someone.birth_date,
            phones=someone.phones, prescriber=partners[-1], link=opened[0], referent_name="Inès Morel",
            referent_email="ines.morel@exemple.fr", needs=[Need.ONLINE], motives=[Motive.BENEFITS],
            motive="Ne peut pas refaire seule son dossier de logement.", social_evaluation=EVALUATION, informed=True,
            at=at(on - _days(2), 16),
        )  # fmt: skip
    for user in filter(None, (stage.users.get("prescriber"), _adviser(stage))):
        unfinished = made_up(stage.rng, ages=(25, 60), on=on)
        save_draft(
            acting_user=user, operator=stage.operator, edition=edition, at=at(on - _days(1), 17),
            typed={"first_name": [unfinished.first_name], "last_name": [unfinished.last_name], "motive": ["Vit seule."]},
        )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- files


def _files(stage: Stage, people: list[Enrolment], on: D) -> None:
    """A file opened twice, two people who live together, a file that another team reads for a while."""
    known = people[0].person
    again = register_person(
        acting_user=_adviser(stage), operator=stage.operator, on=on - _days(5), first_name=known.first_name,
        last_name=known.last_name.upper(), birth_date=known.birth_date, gender=known.gender, site=known.site,
        phones=[f"+3363998{stage.rng.randint(0, 9999):04d}"], email="", address="12 rue des Lilas",
    )  # fmt: skip
    propose_pair(one=known, other=again, score=92, reasons=["same_birth_date", "same_name"], on=on - _days(4))
    _couple(stage, people[1].person, on)
    elsewhere = [site for site in stage.sites if site.pk != people[2].person.site_id]
    if elsewhere:
        share_file(
            acting_user=_adviser(stage) if people[2].person.site_id == stage.sites[0].pk else stage.coordinator,
            person=people[2].person, site=elsewhere[0], until=on + _days(45), on=on - _days(3),
            reason="Suit l'atelier du jeudi dans votre lieu.",
        )  # fmt: skip


def _couple(stage: Stage, person: Person, on: D) -> None:
    numbers = list(person.phones.values_list("number", flat=True))
    other = stage.person(on - _days(30), site=person.site, last_name=person.last_name, phones=numbers)
    link_people(
        acting_user=_adviser(stage), person=person, other=other, kind="couple", since=on - _days(30), on=on - _days(30)
    )


# ------------------------------------------------------------------------------------------------ messages, team, scales


def _messages(stage: Stage, people: list[Enrolment], on: D) -> None:
    """Messages that left, one that came back, a letter to post."""
    phone = "05 00 00 00 00"
    operator = stage.operator.name
    create_budget(
        acting_user=stage.coordinator, operator=stage.operator, name=f"Messages {on.year}", amount_cents=15000,
        letter_cents=150,
    )  # fmt: skip

    def write(person: Person, template: str, day: D, **context: str) -> Message:
        return write_to_person(
            acting_user=_adviser(stage), person=person, template=template, at=at(day, 9),
            context={"operator": operator, "phone": phone, **context},
        )  # fmt: skip

    met = stage.person(on - _days(25), site=stage.sites[0], phones=(), email="rendez-vous@exemple.fr")
    write(met, "appointment", on - _days(3), when="jeudi à 10 h", place=stage.sites[0].name)
    write(people[4].person, "call_us", on - _days(2))
    lost = stage.person(on - _days(25), site=stage.sites[0], phones=(), email="ancienne.adresse@exemple.fr")
    far = stage.person(
        on - _days(25), site=stage.sites[0], phones=(), email="", address="3 impasse du Moulin", postal_code="31000",
        city="Toulouse",
    )  # fmt: skip
    returned = write(lost, "call_us", on - _days(4))
    write(far, "call_us", on - _days(1))
    queued = Message.objects.filter(operator=stage.operator, state=MessageState.QUEUED).exclude(channel=Channel.LETTER)
    for message in queued.order_by("pk"):
        deliver(message.pk, at=message.created_at + datetime.timedelta(minutes=1))
    returned.refresh_from_db()
    mark_returned(acting_user=_adviser(stage), message=returned, at=at(on - _days(3), 9))


def _team(stage: Stage, on: D) -> None:
    """A colleague who will be away takes leave of her people."""
    adviser = stage.users.get("adviser")
    if adviser is None:
        return
    replace(
        acting_user=stage.coordinator, organisation=stage.operator, absent=adviser, substitute=stage.coordinator,
        starts_on=on + _days(6), ends_on=on + _days(20), on=on, reason="Congés",
    )  # fmt: skip


def _scale(stage: Stage) -> None:
    """Amounts that change with time and with the size of the household."""
    scale = create_scale(
        acting_user=stage.coordinator, operator=stage.operator, code="rsa-montant", label="RSA, montant forfaitaire",
        source="service-public.fr",
    )  # fmt: skip
    for since, amounts in ((D(2024, 4, 1), (63571, 95356, 114428)), (D(2025, 4, 1), (64652, 96978, 116374))):
        for persons, cents in enumerate(amounts, start=1):
            set_amount(acting_user=stage.coordinator, scale=scale, cents=cents, since=since, persons=persons)

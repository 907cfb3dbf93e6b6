import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisations', '0001_initial'),
        ('orientation', '0001_initial'),
        ('people', '0001_initial'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CourseGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('course', 'parcours'), ('workshop', 'atelier'), ('professionals', 'formation de professionnels')], default='course', max_length=14, verbose_name='nature')),
                ('name', models.CharField(max_length=160, verbose_name='nom')),
                ('course_code', models.CharField(blank=True, default='', max_length=40, verbose_name='parcours')),
                ('theme', models.CharField(blank=True, default='', max_length=300, verbose_name='thème')),
                ('audience', models.CharField(blank=True, default='', max_length=200, verbose_name='public')),
                ('planned_minutes', models.PositiveIntegerField(help_text='minutes', verbose_name='durée prévue')),
                ('capacity', models.PositiveIntegerField(verbose_name='places')),
                ('starts_on', models.DateField(verbose_name='début')),
                ('ends_on', models.DateField(verbose_name='fin')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='organisations.site')),
                ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-starts_on', '-pk'],
                'indexes': [models.Index(fields=['operator', '-starts_on', '-id'], name='group_by_date'), models.Index(fields=['edition', 'starts_on'], name='group_by_edition')],
                'constraints': [models.UniqueConstraint(fields=('edition', 'name'), name='group_name_once', violation_error_message='Un groupe de cette édition porte déjà ce nom.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='group_dates_in_order', violation_error_message='La fin du groupe vient avant son début.'), models.CheckConstraint(condition=models.Q(('capacity__gt', 0)), name='group_has_places', violation_error_message='Un groupe a au moins une place.')],
            },
        ),
        migrations.CreateModel(
            name='ClassSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('half_day', models.CharField(choices=[('morning', 'matin'), ('afternoon', 'après-midi')], max_length=10, verbose_name='demi-journée')),
                ('minutes', models.PositiveSmallIntegerField(help_text='minutes', verbose_name='durée')),
                ('room', models.CharField(blank=True, default='', max_length=120, verbose_name='salle')),
                ('led_by_volunteer', models.BooleanField(default=False, verbose_name='animée par un·e bénévole')),
                ('held', models.BooleanField(blank=True, null=True, verbose_name='a eu lieu')),
                ('headcount', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='personnes présentes (sans nom)')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='class_sessions', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.coursegroup')),
            ],
            options={
                'ordering': ['on', 'half_day', 'pk'],
                'indexes': [models.Index(fields=['operator', 'on'], name='class_by_date')],
                'constraints': [models.UniqueConstraint(fields=('group', 'on', 'half_day'), name='class_once_per_half_day', violation_error_message='Ce groupe a déjà une séance à ce moment.'), models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 300)), name='class_fits_a_half_day', violation_error_message='Une séance dure au plus 5 heures : faites-en deux.')],
            },
        ),
        migrations.CreateModel(
            name='GroupPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_on', models.DateField(verbose_name='inscrite le')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='partie le')),
                ('left_reason', models.CharField(blank=True, default='', max_length=200, verbose_name='raison du départ')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='orientation.enrolment')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='training.coursegroup')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['group', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_on__isnull', True)), fields=('group', 'enrolment'), name='one_place_per_person_and_group', violation_error_message='Cette personne a déjà une place dans ce groupe.')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('theme', models.CharField(choices=[('aide_aux_demarches_administratives', 'démarches administratives'), ('insertion_professionnelle', "recherche d'emploi, actualisation"), ('email', 'courriel, mot de passe perdu'), ('prendre_en_main_du_materiel', 'prendre en main un appareil'), ('navigation_sur_internet', 'naviguer sur internet'), ('securite_numerique', 'sécurité, arnaques, compte bloqué'), ('sante', 'santé'), ('bureautique', 'écrire, imprimer, scanner'), ('banque_et_achats_en_ligne', 'banque et achats'), ('scolarite_et_numerique', 'école des enfants'), ('reseaux_sociaux', 'garder le contact, réseaux sociaux'), ('culture_numerique', 'autre question')], max_length=40, verbose_name='sujet')),
                ('question', models.CharField(blank=True, default='', max_length=300, verbose_name='en quelques mots')),
                ('minutes', models.PositiveSmallIntegerField(help_text='minutes', verbose_name='durée')),
                ('equipment_used', models.CharField(choices=[('ordinateur', 'ordinateur'), ('telephone', 'téléphone'), ('tablette', 'tablette'), ('autre', 'autre'), ('aucun', 'aucun')], default='ordinateur', max_length=12, verbose_name='sur quel appareil')),
                ('autonomy', models.CharField(blank=True, choices=[('entierement_accompagne', 'entièrement accompagnée'), ('partiellement_autonome', 'partiellement autonome'), ('autonome', 'autonome')], default='', max_length=24, verbose_name='autonomie')),
                ('solved', models.BooleanField(blank=True, null=True, verbose_name='résolu')),
                ('redirected_to', models.CharField(blank=True, choices=[('administration', 'une administration'), ('autre_structure_de_mediation_numerique', 'un autre lieu de médiation'), ('operateur_ou_organisme_en_charge', "l'organisme en charge"), ('aide_sociale', "l'aide sociale"), ('insertion_professionnelle', 'un conseiller emploi'), ('autre', 'ailleurs')], default='', max_length=40, verbose_name='réorientée vers')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('edition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='programmes.edition')),
                ('helper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='people.person')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='organisations.site')),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(fields=['operator', '-on', '-id'], name='visit_by_date'), models.Index(fields=['person', '-on'], name='visit_by_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 480)), name='visit_lasts_some_minutes', violation_error_message='La durée va de 1 minute à 8 heures.')],
            },
        ),
        migrations.CreateModel(
            name='VolunteerTraining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='formé·e le')),
                ('topic', models.CharField(max_length=200, verbose_name='sujet')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='volunteer_trainings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('operator', 'user', 'on', 'topic'), name='training_once')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('present', 'présent·e'), ('excuse', 'excusé·e'), ('absent', 'absent·e'), ('annule', 'annulée')], max_length=8, verbose_name='présence')),
                ('minutes', models.PositiveSmallIntegerField(default=0, help_text='minutes', verbose_name='temps suivi')),
                ('reason', models.CharField(blank=True, default='', max_length=200, verbose_name='raison de la correction')),
                ('recorded_at', models.DateTimeField()),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='training.attendance')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('class_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='training.classsession')),
            ],
            options={
                'ordering': ['class_session', 'pk'],
                'indexes': [models.Index(fields=['enrolment'], include=('minutes', 'status'), name='attendance_by_enrolment')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('corrects__isnull', True)), fields=('class_session', 'enrolment'), name='attendance_signed_once', violation_error_message='La présence de cette personne est déjà notée : corrigez-la.'), models.CheckConstraint(condition=models.Q(models.Q(('minutes__gt', 0), ('status', 'present')), models.Q(models.Q(('status', 'present'), _negated=True), ('minutes', 0)), _connector='OR'), name='only_presence_counts_minutes')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendance',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9d58570fba27495b15b0bef8421e606a6886bf71', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a6eff', table='training_attendance', when='BEFORE')),
        ),
    ]

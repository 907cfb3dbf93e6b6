"""Settings shared by every way of running Déclic; each value that a server changes comes from the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import fontpkg_atkinson_hyperlegible
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STATE_DIR = Path(os.environ.get("DECLIC_STATE_DIR", BASE_DIR / ".state"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pghistory",
    "pgtrigger",
    "django_cotton.apps.SimpleAppConfig",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "declic.core",
    "declic.organisations",
    "declic.accounts",
    "declic.documents",
    "declic.messaging",
    "declic.ledger",
    "declic.programmes",
    "declic.people",
    "declic.orientation",
    "declic.diagnosis",
    "declic.practice",
    "declic.training",
    "declic.equipment",
    "declic.connectivity",
    "declic.hotline",
    "declic.followup",
    "declic.reporting",
    "declic.web",
    "declic.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "declic.accounts.middleware.Wall",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "declic.accounts.second_factor.SecondFactor",
    "pghistory.middleware.HistoryMiddleware",
    "declic.people.middleware.LogOpenings",
    "declic.core.middleware.refuse_nul",
    "declic.core.middleware.SayBusy",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "declic" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "declic.core.templatetags.declic"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "declic.web.navigation.navigation",
            ],
        },
    },
]
COTTON_DIR = "cotton"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


def database_from(url: str) -> dict[str, object]:
    """Django's database settings from a `postgresql://user:password@host:port/name` address; a socket folder may stand in `?host=`."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # A web request that waits this long has gone wrong: better a clear error than a page that never comes.
        # No page's query is long enough to earn back compiling it: a report waited 4 s for that and 0.1 s for its rows.
        "OPTIONS": {"options": "-c statement_timeout=15000 -c lock_timeout=5000 -c jit=off"},
    }


DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", "postgresql://declic@127.0.0.1:5432/declic"))}
# Whom the web processes connect as, or become for the time of a request: row-level security binds this role alone.
WEB_ROLE = os.environ.get("DECLIC_WEB_ROLE") or "declic_web"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:today"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "declic.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Whether coordinators must have a second way to prove who they are (servers do; see prod).
MFA_REQUIRED = False

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
LOCALE_PATHS = [BASE_DIR / "declic" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [
    BASE_DIR / "declic" / "static",
    ("declic/fonts", Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"),
]
STATIC_ROOT = STATE_DIR / "static"
MEDIA_ROOT = STATE_DIR / "media"
# The first lets go of a file that is too large, as it arrives; the others are Django's own.
FILE_UPLOAD_HANDLERS = [
    "declic.core.uploads.LetGoOfLargeFiles",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": os.environ.get("EMAIL_HOST", "localhost"),
            "port": int(os.environ.get("EMAIL_PORT", "25")),
            "username": os.environ.get("EMAIL_USER", ""),
            "password": os.environ.get("EMAIL_PASSWORD", ""),
            "use_tls": os.environ.get("EMAIL_TLS", "") == "starttls",
            "use_ssl": os.environ.get("EMAIL_TLS", "") == "ssl",
            "timeout": 20,
        },
    }
}
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "declic@localhost")

# A server that names no gateway sends no SMS. The price of a credit is in thousandths of a euro.
SMS = {
    "gateway": os.environ.get("SMS_GATEWAY", ""),
    "sender": os.environ.get("SMS_SENDER", ""),
    "credit_mills": int(os.environ.get("SMS_CREDIT_MILLS", "65")),
    "folder": STATE_DIR / "sms",
    "ovh_endpoint": os.environ.get("OVH_ENDPOINT", "https://eu.api.ovh.com/1.0"),
    "ovh_application_key": os.environ.get("OVH_APPLICATION_KEY", ""),
    "ovh_application_secret": os.environ.get("OVH_APPLICATION_SECRET", ""),
    "ovh_consumer_key": os.environ.get("OVH_CONSUMER_KEY", ""),
    "ovh_service": os.environ.get("OVH_SMS_SERVICE", ""),
}

# Everything from ourselves, nothing inline: a page that needs more is a page to mend.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 60 * 60 * 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "declic.core.logs.Formatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# Where people reach this server: what the links written in messages begin with.
PUBLIC_URL = os.environ.get("PUBLIC_URL") or "http://127.0.0.1:8000"
# The antivirus that reads each file sent, as a socket's path or `tcp://host:port`; files are kept unread without it.
CLAMAV_SOCKET = os.environ.get("CLAMAV_SOCKET", "")
# Codes of recharges at rest: Fernet keys separated by commas, the first of which encrypts, and what their fingerprints are
# keyed by. Empty: drawn from SECRET_KEY.
CODE_KEYS = os.environ.get("DECLIC_CODE_KEYS", "")
CODE_FINGERPRINT_KEY = os.environ.get("DECLIC_CODE_FINGERPRINT_KEY", "")

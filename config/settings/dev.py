"""A laptop: made-up people only, mail written to files, a key that protects nothing."""

from config.settings.base import *  # noqa: F403
from config.settings.base import SMS, STATE_DIR

DEBUG = False
SECRET_KEY = "only-for-a-laptop-with-made-up-people"  # noqa: S105
# The demonstration's accounts share a password that the README prints: ten thousand rounds hide it well enough.
PASSWORD_HASHERS = ["config.hashers.ShortPBKDF2PasswordHasher"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": STATE_DIR / "mail"},
    }
}
SMS["gateway"] = SMS["gateway"] or "file"
WHITENOISE_USE_FINDERS = True
DEMO = True

"""The tests: fast hashes, tasks run at once, any undefined template variable is an error (see tests/conftest.py)."""

import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, SMS

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
# The live server's threads wait for the browser's next request: none keeps the database open, which the end drops.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Already migrated, once for all test processes (tools/checks.py): each copies it instead of migrating its own.
if template := os.environ.get("DECLIC_TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
SMS |= {"gateway": "file", "sender": "Declic", "folder": Path(tempfile.mkdtemp(prefix="declic-test-sms-"))}
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
ACCOUNT_RATE_LIMITS = False
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
DEMO = True
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="declic-test-media-"))

"""A password hash for laptops: the same as a server's with fewer rounds; a server redoes it at the next sign-in."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ShortPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """PBKDF2 with SHA-256 over 10 000 rounds, for made-up people whose password everybody knows."""

    iterations = 10_000

"""`python killer.py DSN SECONDS`: ends one backend in ten of a database, again and again, as a machine that fails would."""

import random
import sys
import time

import psycopg

EVERY = 0.5
PART = 0.1


def main(dsn: str, seconds: float) -> int:
    """Print how many backends were ended."""
    rng = random.Random(13)
    ended = 0
    until = time.monotonic() + seconds
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < until:
            time.sleep(EVERY)
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usename = current_user AND backend_type = 'client backend'"
            ).fetchall()
            for (pid,) in rows:
                if rng.random() < PART:
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                    ended += 1
    sys.stdout.write(f"{ended}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))

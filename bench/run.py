"""`python -m bench.run SIZE`: fills the database that `DATABASE_URL` names, measures the pages, writes `bench/out/SIZE.json`.

The database must be migrated, empty and thrown away afterwards: `make bench SIZE=operator` sees to all of it.
"""

import gc
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent / "out"
MEASURED = (
    "Milliseconds between the request and the whole answer of django.test.Client in one process (every middleware, the"
    " view, its queries, the template), after 3 requests that are not counted; no network, no web server."
)


def bench(size_name: str, *, out: Path = OUT, requests: int | None = None) -> dict[str, Any]:
    """Fill, check, measure and write the JSON; returns what it holds. Needs Django set up and an empty database."""
    from bench.checks import problems
    from bench.counter import CounterVisitor
    from bench.fill import fill, row_counts, settle
    from bench.machines import Nation, fill_machines
    from bench.measure import REQUESTS, Visitor
    from bench.nation import fill_nation, rate_of_the_night
    from bench.sizes import SIZES
    from declic.core.dates import today
    from declic.people.models import Person

    size = SIZES[size_name]
    if Person.objects.exists():
        raise SystemExit("✗ The database holds people: the bench fills only an empty one (make bench SIZE=operator).")
    start = time.perf_counter()
    nation = size_name.startswith("nation")
    ground = (fill_nation if nation else fill)(size, on=today())
    if nation:
        fill_machines(ground[0], Nation(), on=today())
    filled = time.perf_counter() - start
    say(f"Filled in {filled:.1f} s; statistics and indexes settled in {settle():.1f} s.")
    wrong = list(problems())
    for sentence in wrong:
        say(f"✗ {sentence}")
    say("✓ Books, machines and journeys keep their rules." if not wrong else f"✗ {len(wrong)} rules are broken.")
    # What the fill leaves behind would make every later collection longer than in a web process.
    gc.collect()
    gc.freeze()
    visitor = (CounterVisitor if nation else Visitor)(ground[0], size)
    pages = {}
    say(f"{'page':<14} {'queries':>8} {'p50 ms':>8} {'p95 ms':>8} {'target':>7} {'python':>7}")
    for page in visitor.pages():
        found = pages[page.name] = visitor.measure(page, requests=requests or REQUESTS)
        mark = "✓" if found["ok"] else "✗"
        say(
            f"{page.name:<14} {found['queries']:>8} {found['p50_ms']:>8} {found['p95_ms']:>8} {found['target_p95_ms']:>7} {found['p50_python_cpu_ms']:>7} {mark}"
        )
    result = {
        "size": size_name,
        "measured": MEASURED,
        "rows": row_counts(),
        "seconds_to_fill": round(filled, 1),
        "problems": wrong,
        "machine": machine(),
        "pages": pages,
    }
    if isinstance(visitor, CounterVisitor):
        result["works"] = visitor.works()
        say(f"Long works: {result['works']}")
        result["night"] = rate_of_the_night(on=today())
        say(f"Duplicates of the night: {result['night']}")
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{size_name}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(f"→ {path}")
    return result


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy the machine was."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW shared_buffers")
        buffers = cursor.fetchone()[0]
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": version,
        "shared_buffers": buffers,
        "load_average_1_min": round(os.getloadavg()[0], 2),
    }


def say(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str]) -> int:
    """Exit code 0 whatever the times say: they are for reading, and another machine has others."""
    import django

    from bench.sizes import SIZES

    if len(arguments) != 1 or arguments[0] not in SIZES:
        say(f"python -m bench.run {'|'.join(SIZES)}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    bench(arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

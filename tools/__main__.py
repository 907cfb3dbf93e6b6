"""`python -m tools COMMAND`: the one door from the Makefile."""

from __future__ import annotations

import sys

COMMANDS = "run, test, check, bench SIZE, storm, requirements"


def main(arguments: list[str]) -> int:
    """Run one command; what a person can mend is said in two languages, with exit code 1."""
    from tools import checks, environment, signals, supervisor
    from tools.speech import Trouble, warn

    command, rest = (arguments[0] if arguments else ""), arguments[1:]
    signals.listen()
    try:
        if command == "run":
            return supervisor.run()
        if command == "test":
            return checks.everything(rest)
        if command == "check":
            return checks.quick(rest)
        if command == "bench":
            return checks.bench(rest)
        if command == "storm":
            return checks.storm()
        if command == "requirements":
            return environment.compile_requirements()
        raise Trouble(f"Commande inconnue : {command or '(rien)'}.", f"Unknown command. One of: {COMMANDS}.")
    except Trouble as trouble:
        warn(trouble)
        return 1
    except signals.Stopped:
        return 0 if command == "run" else 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

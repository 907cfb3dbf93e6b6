"""Where things are, all below the clone."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"


def state_folder() -> Path:
    """The folder of everything this machine keeps: database, mail, media (`DECLIC_STATE_DIR` moves it)."""
    folder = Path(os.environ.get("DECLIC_STATE_DIR") or ROOT / ".state").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder

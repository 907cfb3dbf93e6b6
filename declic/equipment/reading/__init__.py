"""Files that tools write about machines and drives, read without believing more than they say.

Nothing here touches the database: bytes come in, a `Reading` goes out, or an `UnreadableFileError` that says why.
"""

from declic.equipment.reading.detect import read_file
from declic.equipment.reading.facts import DriveErasure, DriveFact, Identifier, Reading, UnreadableFileError
from declic.equipment.reading.judging import REASONS, ExpectedDrive, Verdict, judge

__all__ = [
    "REASONS",
    "DriveErasure",
    "DriveFact",
    "ExpectedDrive",
    "Identifier",
    "Reading",
    "UnreadableFileError",
    "Verdict",
    "judge",
    "read_file",
]

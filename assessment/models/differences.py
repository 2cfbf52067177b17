"""Two texts side by side, with the words that differ marked: plain arithmetic on strings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Passages longer than this are shown whole: comparing them word by word takes long and says little.
MOST_WORDS = 2000


@dataclass(frozen=True)
class Piece:
    """Some of a text, and whether the other text lacks it."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Row:
    """A passage of the old text and what has become of it; an empty side has no such passage."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.is_changed for piece in (*self.old, *self.new))


def compare(old: str, new: str) -> list[Row]:
    """The lines of two texts against each other. Joined, the pieces of each side give its lines again."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    matcher = SequenceMatcher(None, before, after)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        lines = list(_paired(before[old_from:old_to], after[new_from:new_to]))
        if tag == "equal":
            rows += [Row((Piece(left),), (Piece(right),)) for left, right in lines]
        else:
            rows += [_row(left, right) for left, right in lines]
    return rows


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The lines of two passages beside each other, empty where one is shorter."""
    for at in range(max(len(old), len(new))):
        yield (old[at] if at < len(old) else "", new[at] if at < len(new) else "")


def _row(old: str, new: str) -> Row:
    if not old or not new:
        return Row(_whole(old), _whole(new))
    left, right = _words(old), _words(new)
    if len(left) > MOST_WORDS or len(right) > MOST_WORDS:
        return Row(_whole(old), _whole(new))
    before: list[Piece] = []
    after: list[Piece] = []
    matcher = SequenceMatcher(None, left, right)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        is_changed = tag != "equal"
        if old_from < old_to:
            before.append(Piece("".join(left[old_from:old_to]), is_changed))
        if new_from < new_to:
            after.append(Piece("".join(right[new_from:new_to]), is_changed))
    return Row(tuple(before), tuple(after))


def _whole(line: str) -> tuple[Piece, ...]:
    return (Piece(line, is_changed=True),) if line else ()


def _words(line: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", line)

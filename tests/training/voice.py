"""Learn in whose voice a notice speaks, from the notices of tests/corpus; `python -m tests.training.voice` measures it.

Linear support vectors over the very rows that the product looks at. The platform's own mail is rarer, and weighs more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC
from tests.training.corpus import RULES, labelled_mails, mail_of

from banken import message as mail
from banken import platform
from banken.platform.voice import NOUGHT, PERSON, PLATFORM, ROWS, Voice, dump, rows

PENALTY = 3.0
PLATFORM_WEIGHT = 4
"""How much more a mail of the platform's own weighs: there are some twenty times as many of clients."""
GROUPS = 12
"""Into how many groups the authors are dealt out, to be left out one after the other: one author at a time takes minutes."""
VOICE = RULES / "crowdworks" / "voice.bin"


@dataclass(frozen=True)
class Notices:
    """The notices that the platform's service address sent."""

    ids: Sequence[str]
    files: np.ndarray
    person: np.ndarray
    """Whether a client speaks."""
    rows: sparse.csr_matrix
    """Each row's share, so that every mail is as long as any other."""


def notices() -> Notices:
    """Return all notices in the order of files and lines."""
    pack = platform.load(RULES / "crowdworks")
    ids, files, person, found = [], [], [], []
    for file, row in labelled_mails():
        if row["channel"] not in ("platform", "notification"):
            continue
        read = mail.read(mail_of(row), arrived=datetime(2026, 11, 1, tzinfo=UTC))
        if pack.senders.claim(read).role == "service":
            ids.append(row["id"])
            files.append(file)
            person.append(row["channel"] == "notification")
            found.append(sorted(rows(f"{read.subject}\n{read.text}")))
    shares = np.concatenate([np.full(len(one), 1 / np.sqrt(len(one))) for one in found])
    ends = np.cumsum([0, *map(len, found)])
    matrix = sparse.csr_matrix((shares, np.concatenate(found), ends), shape=(len(found), ROWS))
    return Notices(ids, np.array(files), np.array(person), matrix)


def fit(taught: Notices, part: np.ndarray) -> LinearSVC:
    """Return what the notices in `part` (a mask) teach; a positive value speaks for a person."""
    weights = {False: PLATFORM_WEIGHT, True: 1}
    learner = LinearSVC(C=PENALTY, tol=1e-4, random_state=0, class_weight=weights)
    return learner.fit(taught.rows[part], taught.person[part])


def learned(taught: Notices) -> bytes:
    """Return the file that all notices teach."""
    made = fit(taught, np.ones(len(taught.ids), bool))
    scale = float(np.abs(made.coef_[0]).max() / (NOUGHT - 1))
    table = (np.clip(np.rint(made.coef_[0] / scale), 1 - NOUGHT, NOUGHT - 1) + NOUGHT).astype(np.uint8).tobytes()
    digest = sha256("\n".join(taught.ids).encode()).hexdigest()
    facts: dict[str, object] = {
        "notices": len(taught.ids),
        "persons": int(taught.person.sum()),
        "authors": len(set(taught.files.tolist())),
        "digest": digest,
    }
    return dump(Voice(table, scale, float(made.intercept_[0])), facts)


def left_out(taught: Notices) -> np.ndarray:
    """Return the value of each notice, told by what the notices of the other groups of authors teach."""
    values = np.zeros(len(taught.ids))
    authors = sorted(set(taught.files.tolist()))
    for group in (authors[at::GROUPS] for at in range(GROUPS)):
        own = np.isin(taught.files, group)
        values[own] = fit(taught, ~own).decision_function(taught.rows[own])
    return values


def main() -> None:
    """Print how well a voice is told on authors left out."""
    taught = notices()
    values = left_out(taught)
    for name, whose in (("a client's", taught.person), ("the platform's own", ~taught.person)):
        high, low = (values[whose] >= PERSON).sum(), (values[whose] < PLATFORM).sum()
        print(f"{name}: {whose.sum()} notices, {high} told as a person's, {low} as the platform's")


if __name__ == "__main__":
    main()

"""Print the case table: `python -m tests.message.table [--all]`."""

from __future__ import annotations

import logging
import sys
from collections import Counter

from tests.message.cases import all_cases
from tests.message.readers import READERS, verdict


def main() -> None:
    logging.disable(logging.CRITICAL)  # mail-parser tells what it could not decode
    every = "--all" in sys.argv
    counts = {name: Counter() for name in READERS}
    print("| case |" + "|".join(READERS) + "|")
    print("|---|" + "---|" * len(READERS))
    cases = all_cases()
    for case in cases:
        results = {name: verdict(case, reader) for name, reader in READERS.items()}
        for name, result in results.items():
            counts[name]["ok" if result == "ok" else "raised" if result.startswith("raise") else "wrong"] += 1
        if every or set(results.values()) != {"ok"}:
            print(f"| {case.name} |" + "|".join(results.values()) + "|")
    print(f"\n{len(cases)} cases (rows where all are ok are left out unless --all); ok / wrong / raised:")
    for name, count in counts.items():
        print(f"  {name:15} {count['ok']:4} / {count['wrong']:3} / {count['raised']:3}")


if __name__ == "__main__":
    main()

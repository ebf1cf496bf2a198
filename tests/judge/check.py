"""For authors of rules: `python -m tests.judge.check [--lint] [RULE…]` prints mistakes and failed inline tests."""

from __future__ import annotations

import sys

from banken.judge import lint, load, ruletests
from banken.places import rules_root
from banken.strictyaml import ProblemsError


def main() -> int:
    names = [name for name in sys.argv[1:] if name != "--lint"]
    try:
        judge = load(rules_root(), reader=False)
    except ProblemsError as error:
        print(error)
        return 1
    outcomes = list(ruletests.run(judge, names))
    failed = [one for one in outcomes if one.why]
    for one in failed:
        print(f"{one.where}: {one.rule}: {one.text!r}\n    {one.why}")
    if "--lint" in sys.argv:
        for problem in lint.lint(judge.book):
            print(problem)
    print(f"{len(judge.book.rules)} rules, {len(outcomes)} tests, {len(failed)} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

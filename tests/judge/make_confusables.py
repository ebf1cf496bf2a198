"""Write `daemon/banken/judge/confusables.py` from the Unicode table of look-alike characters (UTS #39).

Run `python tests/judge/make_confusables.py > daemon/banken/judge/confusables.py` after an upgrade of
confusable-homoglyphs (a build-time source only), then `ruff format` it. Capitals win: Greek Ν looks like N, although
its small letter looks like v.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections import defaultdict
from importlib.resources import files

import confusable_homoglyphs

HEAD = '''"""Characters that look like others, written by tests/judge/make_confusables.py: do not edit by hand.

Source: Unicode confusables (UTS #39), as packed in confusable-homoglyphs {version}; kana and signs by ourselves.
"""

_LATIN = {{
'''
TAIL = '''}

_SIGNS = {
    "l": "丨¦ᒪ", "d": "ᗪ", "u": "ᑌ", "v": "ᐯ", "w": "ᗯ", "m": "ᗰ", "c": "ᑕ", "s": "ᔕ", "n": "几Ииᑎ", "○": "●◯〇◎○□■★☆✕✖×⭕⚪⚫◆◇",
}  # fmt: skip
_KANA = zip("ソ力卜工夕一~〜ブレァィゥェォャュョッ", "んかとえたーーーぷlあいうえおやゆよつ", strict=True)

LOOKALIKE: dict[str, str] = {
    **{char: letter for table in (_LATIN, _SIGNS) for letter, chars in table.items() for char in chars},
    **dict(_KANA),
}
"""What each looks like: a small Latin letter, a hiragana, or the mask sign."""
'''


def latin() -> dict[str, str]:
    data = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text())
    chars: dict[str, list[str]] = defaultdict(list)
    for char, looks in data.items():
        targets = sorted(look["c"] for look in looks if look["c"] in string.ascii_letters)
        folded = unicodedata.normalize("NFKC", char).casefold()
        if len(char) == 1 and targets and not folded.isascii():
            chars[targets[0].lower()].append(char)
    return {letter: "".join(sorted(chars[letter])) for letter in sorted(chars)}


def main() -> None:
    print(HEAD.format(version=confusable_homoglyphs.__version__), end="")
    for letter, chars in latin().items():
        print(f'    "{letter}": (')
        for start in range(0, len(chars), 9):
            print(f'        "{chars[start : start + 9].encode("unicode_escape").decode()}"')
        print("    ),")
    print(TAIL, end="")


main()

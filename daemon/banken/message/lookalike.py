"""Domains that look like another: letters of other scripts, digits for letters, one letter more or less."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_SHORTEST = 6
"""A name below this length has too many honest neighbours."""

_ALIKE = str.maketrans(
    # Cyrillic and Greek letters that look Latin (Unicode TR39), and the digits and signs of leet.
    "аеорсухкѕіјԁӏһгвтмпԝαοερνικτυχω013457@$|",
    "aeopcyxksijdlhrbtmnwaoepviktuxwoleastasl",
)


def looks_like(domain: str, domains: Sequence[str]) -> bool:
    """Say whether `domain` looks like one of `domains` without being it, or below it, or its neighbour by chance."""
    if not domain or any(domain == one or domain.endswith(f".{one}") for one in domains):
        return False
    own = [one for one in domains if not any(one.endswith(f".{other}") for other in domains)]
    brands = {one.split(".")[0] for one in own}
    labels = list(_labels(domain))
    return any(len(brand) >= _SHORTEST and any(_near(label, brand) for label in labels) for brand in brands)


def _labels(domain: str) -> Iterator[str]:
    """Yield the labels of a domain as they look: IDN decoded, accents gone, look-alikes made Latin."""
    for label in domain.split(".")[:10]:
        shown = label[:63]
        if shown.startswith("xn--"):
            try:
                shown = shown[4:].encode("ascii").decode("punycode")
            except (UnicodeError, ValueError):
                continue
        plain = "".join(
            one for one in unicodedata.normalize("NFKD", shown.casefold()) if not unicodedata.combining(one)
        )
        yield plain.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _near(label: str, brand: str) -> bool:
    if brand in label or brand in label.replace("-", ""):
        return True
    return abs(len(label) - len(brand)) <= 1 and _one_edit(label, brand)


def _one_edit(one: str, other: str) -> bool:
    """Say whether one letter put in, left out, changed or swapped with its neighbour makes `other` of `one`."""
    if len(one) > len(other):
        one, other = other, one
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
    if len(one) == len(other):
        swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
        return swapped or one[start + 1 :] == other[start + 1 :]
    return one[start:] == other[start + 1 :]

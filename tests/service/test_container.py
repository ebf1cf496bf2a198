"""The container's recipe: what a careful reader would ask of it, since no engine is needed to read it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def steps(word):
    return re.findall(rf"^{word} ((?:.*\\\n)*.*)", DOCKERFILE, re.MULTILINE)


def test_it_does_not_run_as_root_and_names_versions():
    assert int(steps("USER")[-1]) > 0
    assert all(re.match(r"\S+:\d+\.\d+", image) for image in steps("FROM"))
    assert DOCKERFILE.rindex("USER") < DOCKERFILE.index("ENTRYPOINT")


def test_health_is_freshness():
    assert '"banken", "status"' in steps("HEALTHCHECK")[0]


def test_everything_that_is_copied_is_there_and_let_in():
    let_in = (ROOT / ".dockerignore").read_text().split()
    for step in steps("COPY"):
        if step.startswith("--from"):
            continue
        for name in step.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in let_in, name


def test_nothing_secret_can_get_into_the_image():
    assert (ROOT / ".dockerignore").read_text().split()[0] == "*"


def test_the_composition_is_closed():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["banken"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in service
    assert not any("docker.sock" in volume for volume in service["volumes"])

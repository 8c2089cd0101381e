"""What has to be listed in several places is the same in all of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.model.smuggling.adversary import ADVERSARIES, Adversary
from sim.parameters import CONTRABAND, Contraband, Smuggling, catalogue
from sim.places.network import known_networks

CONF = Path(__file__).resolve().parents[2] / "conf"
KINDS = sorted(path.stem for path in (CONF / "contraband").glob("*.yaml"))


def settings(kind: str) -> dict[str, Any]:
    return yaml.safe_load((CONF / "contraband" / f"{kind}.yaml").read_text(encoding="utf-8")) or {}


def test_every_choice_of_adversary_is_in_the_registry() -> None:
    assert catalogue()["smuggling.adversary"].metadata["choices"] == tuple(ADVERSARIES)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_every_adversary_has_a_choice_of_its_own(name: str) -> None:
    assert ADVERSARIES[name].choose is not Adversary.choose


def test_every_contraband_has_its_network_and_every_network_its_contraband() -> None:
    used = {kind: settings(kind).get("smuggling", {}).get("network") for kind in KINDS}
    default = Smuggling().network
    assert {kind: network or default for kind, network in used.items()} == dict(
        zip(known_networks(), known_networks(), strict=True)
    )


def test_every_contraband_is_counted_in_a_unit_that_has_a_name() -> None:
    units = {settings(kind).get("contraband", {}).get("unit", Contraband().unit) for kind in KINDS}
    assert units == set(CONTRABAND) == set(catalogue()["contraband.unit"].metadata["choices"])


def test_every_contraband_is_offered_with_an_experiment() -> None:
    default = Smuggling().network
    experiments = {path.stem for path in (CONF / "experiment").glob("contraband_*.yaml")}
    assert experiments == {f"contraband_{kind}" for kind in KINDS if kind != default}
    help_text = (CONF / "run.yaml").read_text(encoding="utf-8")
    assert all(help_text.count(kind) >= 2 for kind in KINDS)

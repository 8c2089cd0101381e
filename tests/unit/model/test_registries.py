"""What is listed in two places is the same in both."""

import pytest

from sim.model.smuggling.adversary import ADVERSARIES, Adversary
from sim.parameters import catalogue


def test_every_choice_of_adversary_is_in_the_registry() -> None:
    assert catalogue()["smuggling.adversary"].metadata["choices"] == tuple(ADVERSARIES)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_every_adversary_overrides_the_choice(name: str) -> None:
    assert ADVERSARIES[name].choose is not Adversary.choose

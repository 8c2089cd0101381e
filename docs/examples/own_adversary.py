"""A smuggler of one's own: takes the route of the highest value, whatever its risk."""

import numpy as np

import border


class Heedless(border.Adversary):
    """The best value if nothing goes wrong."""

    def choose(self, options, loss, smuggling):
        """Take the option of the highest value."""
        return int(np.argmax(options.value))


study = border.run(
    "more_searches",
    ports=["sarnia"],
    days=2,
    replications=2,
    adversary=Heedless,
    folder="runs/heedless",
)
kinds = set(study.compare()["adversary"])

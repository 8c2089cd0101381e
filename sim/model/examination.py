"""What an examination is, how long it takes, and what it finds.

Every kind of examination has a mean duration and a search-theory law of detection,
P = 1 - exp(-rate x duration), anchored to the chance of finding in an examination of mean length
(Z008-Z011). Deep concealment lowers the rate. Searching every car on a closed day and searching one
in a thousand on a quiet night are the same law.
"""

import numpy as np

from sim.compilation import inlined

CURSORY, FULL, DOG, IMAGING, INTRUSIVE = range(5)
KINDS = ("cursory", "full", "dog", "imaging", "intrusive")


@inlined
def detection_probability(rate_per_s: float, examination_s: float) -> float:
    """Chance that an examination finds what is there (Koopman's random search)."""
    return float(1.0 - np.exp(-rate_per_s * examination_s))


def search_rate_per_s(find_share: float, mean_min: float) -> float:
    """Rate of the law for a kind that finds ``find_share`` in ``mean_min`` minutes."""
    return float(-np.log1p(-min(find_share, 1.0 - 1e-12)) / (mean_min * 60.0))

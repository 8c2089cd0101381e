"""A port of entry of one's own: a second bridge, with half of the first one's cars."""

import border

border.register_port(
    "second-bridge", like="sarnia", name="Second bridge", cars=1_000_000, trucks=400_000
)
study = border.run(
    "more_officers",
    ports=["sarnia", "second-bridge"],
    days=2,
    replications=2,
    folder="runs/bridge",
)
levels = study.summary(["arrivals", "mean_wait_min"])

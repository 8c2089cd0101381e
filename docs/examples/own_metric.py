"""A metric of one's own: the trucks that arrive."""

import border


def truck_arrivals(record):
    """Count arrivals in the truck lanes of every port and hour."""
    joined = 0  # the first of the sums by lane: arrivals
    return float(record.tally.lane[..., record.lanes.index("truck"), joined].sum())


study = border.run(
    "more_officers",
    ports=["sarnia"],
    days=2,
    replications=2,
    metrics={"truck_arrivals": border.Metric("vehicles", "trucks arriving", value=truck_arrivals)},
    folder="runs/trucks",
)
levels = study.summary("truck_arrivals")

"""How traffic spreads over the days of a week and the hours of a day."""

from sim.data.tables import MONTHS, Table, apportion, fixed, read_source

WEEKDAY_HEADER = ("traffic_class", "month", "weekday", "factor")
HOUR_HEADER = ("traffic_class", "day_kind", "hour", "share")

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Trucks by day of the week, Monday first, relative. Elicited from B043: the most on Tuesday to
# Thursday, the fewest on Sunday.
TRUCK_WEEKDAY_WEIGHTS = (1.05, 1.20, 1.22, 1.20, 1.10, 0.68, 0.55)

# Trains by day of the week: the same every day. Elicited.
TRAIN_WEEKDAY_WEIGHTS = (1.0,) * len(WEEKDAYS)

# Decimals kept of a factor or a share: millionths.
DECIMALS = 6

# Relative traffic by hour of the day, local time, from midnight. All elicited. Anchors: trucks
# into Canada are at their most in mid to late afternoon (B047); day trippers come home on
# weekends (B044). No public hourly count was found.
HOUR_WEIGHTS: dict[tuple[str, str], tuple[int, ...]] = {
    ("bus", "weekday"): (
        *(8, 5, 4, 4, 6, 10, 18, 30, 44, 55, 62, 66),
        *(66, 62, 58, 58, 62, 66, 68, 64, 54, 42, 28, 16),
    ),
    ("bus", "weekend"): (
        *(10, 6, 4, 3, 4, 8, 16, 28, 42, 54, 62, 66),
        *(66, 64, 64, 68, 74, 76, 74, 68, 58, 46, 32, 18),
    ),
    ("car", "weekday"): (
        *(12, 8, 6, 5, 7, 14, 28, 44, 49, 46, 45, 48),
        *(52, 55, 60, 69, 76, 78, 70, 60, 50, 44, 33, 21),
    ),
    ("car", "weekend"): (
        *(16, 11, 8, 6, 6, 8, 15, 24, 35, 46, 55, 62),
        *(67, 73, 77, 80, 82, 81, 77, 70, 56, 44, 32, 22),
    ),
    ("train", "weekday"): (1,) * 24,
    ("train", "weekend"): (1,) * 24,
    ("truck", "weekday"): (
        *(24, 20, 18, 18, 20, 25, 32, 38, 42, 45, 47, 49),
        *(51, 54, 58, 61, 62, 59, 54, 48, 43, 38, 33, 28),
    ),
    ("truck", "weekend"): (
        *(30, 25, 22, 20, 21, 24, 28, 33, 37, 40, 43, 46),
        *(48, 51, 53, 54, 54, 53, 51, 48, 45, 42, 38, 34),
    ),
}


def traveller_weekday_weights() -> dict[int, list[float]]:
    """Return the measured land travellers by month, then by day of the week, relative."""
    factors = {
        (int(row["month"]), row["weekday"]): float(row["factor"])
        for row in read_source("cbsa_land_month_weekday_factors.csv")
    }
    return {month: [factors[month, weekday] for weekday in WEEKDAYS] for month in MONTHS}


def weekday_factors_table() -> Table:
    """Return day-of-week factors by class and month, of mean 1 over the days of a week."""
    travellers = traveller_weekday_weights()
    rows: list[tuple[str, ...]] = []
    for traffic_class in ("bus", "car", "train", "truck"):
        for month in MONTHS:
            weights = {
                "bus": travellers[month],
                "car": travellers[month],
                "train": TRAIN_WEEKDAY_WEIGHTS,
                "truck": TRUCK_WEEKDAY_WEIGHTS,
            }[traffic_class]
            factors = apportion(len(WEEKDAYS) * 10**DECIMALS, weights)
            rows.extend(
                (traffic_class, str(month), str(weekday), fixed(factor, DECIMALS))
                for weekday, factor in enumerate(factors)
            )
    return Table(WEEKDAY_HEADER, rows)


def hour_profiles_table() -> Table:
    """Return the share of a day's traffic in each hour, by class and kind of day."""
    rows: list[tuple[str, ...]] = []
    for (traffic_class, day_kind), weights in sorted(HOUR_WEIGHTS.items()):
        shares = apportion(10**DECIMALS, weights)
        rows.extend(
            (traffic_class, day_kind, str(hour), fixed(share, DECIMALS))
            for hour, share in enumerate(shares)
        )
    return Table(HOUR_HEADER, rows)

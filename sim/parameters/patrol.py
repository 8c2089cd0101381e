"""Watching the line away from the ports, and pursuit."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Patrol:
    """Watching the line away from the ports, and pursuit.

    National rates: every region has the same hours a kilometre (an assumption).
    """

    land_hours_per_km_day: float = par(
        0.1, unit="unit-hours/km/day", source="F008", kind="elicited", low=0.03, high=0.3,
        bounds=(0.0, 240.0),
        about="Patrols on land (23 teams with a unit always out, over 5,300 km of line)",
    )  # fmt: skip
    water_hours_per_km_day: float = par(
        0.1, unit="unit-hours/km/day", source="F008", kind="elicited", low=0.03, high=0.3,
        bounds=(0.0, 240.0), about="Patrols by boat (as on land)",
    )  # fmt: skip
    air_hours_per_km_day: float = par(
        0.004, unit="aircraft-hours/km/day", source="assumed", kind="placeholder", low=0.0,
        high=0.02, bounds=(0.0, 24.0), about="Patrols by aircraft, over land and water",
    )  # fmt: skip
    land_speed_km_per_h: float = par(
        40.0, unit="km/h", source="assumed", kind="elicited", low=15, high=70,
        bounds=(0.0, 300.0), about="Speed of a patrol along the line on land",
    )  # fmt: skip
    boat_speed_km_per_h: float = par(
        40.0, unit="km/h", source="assumed", kind="elicited", low=15, high=70,
        bounds=(0.0, 300.0), about="Speed of a patrol boat along the line",
    )  # fmt: skip
    air_speed_km_per_h: float = par(
        150.0, unit="km/h", source="assumed", kind="elicited", low=100, high=250,
        bounds=(0.0, 1000.0), about="Speed of a patrol aircraft along the line",
    )  # fmt: skip
    land_exposure_min: float = par(
        30.0, unit="min", source="assumed", kind="placeholder", low=10, high=120,
        bounds=(0.0, 1440.0), about="How long a crossing on land can be noticed by a patrol",
    )  # fmt: skip
    water_exposure_min: float = par(
        45.0, unit="min", source="assumed", kind="placeholder", low=15, high=120,
        bounds=(0.0, 1440.0), about="How long a crossing by water can be noticed by a patrol",
    )  # fmt: skip
    land_notice_share: float = par(
        0.8, unit="share", source="assumed", kind="placeholder", low=0.3, high=1.0,
        about="Chance that a patrol on land that passes a crossing notices it",
    )  # fmt: skip
    water_notice_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.2, high=0.9,
        about="Chance that a boat that passes a crossing notices it",
    )  # fmt: skip
    air_notice_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.1, high=0.9,
        about="Chance that an aircraft that passes a crossing notices it (night, weather)",
    )  # fmt: skip
    land_sensor_share: float = par(
        0.03, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
        about="Chance that sensors, cameras or residents report a crossing on land at once",
    )  # fmt: skip
    water_sensor_share: float = par(
        0.02, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
        about="Chance that radar or watchers report a crossing by water at once",
    )  # fmt: skip
    land_response_min: float = par(
        10.0, unit="min", source="A002", kind="elicited", low=5, high=30, bounds=(0.0, 1440.0),
        about="Mean time until a crossing noticed on land would be reached",
    )  # fmt: skip
    water_response_min: float = par(
        4.0, unit="min", source="A003", kind="elicited", low=2, high=15, bounds=(0.0, 1440.0),
        about="Mean time until a crossing noticed on water would be reached",
    )  # fmt: skip
    land_in_sight_min: float = par(
        20.0, unit="min", source="A002", kind="elicited", low=10, high=60,
        bounds=(0.0, 1440.0), about="Mean time until a crossing noticed on land is out of sight",
    )  # fmt: skip
    water_in_sight_min: float = par(
        60.0, unit="min", source="A003", kind="elicited", low=20, high=120,
        bounds=(0.0, 1440.0), about="Mean time until a crossing noticed on water is out of sight",
    )  # fmt: skip
    air_support_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.3,
        about="Pursuits in which an aircraft keeps the pursued in sight",
    )  # fmt: skip
    air_sight_factor: float = par(
        4.0, unit="ratio", source="assumed", kind="placeholder", low=1.5, high=10.0,
        bounds=(1.0, 100.0), about="How much longer an aircraft keeps the pursued in sight",
    )  # fmt: skip
    land_turns_back_share: float = par(
        0.27, unit="share", source="A002; 003 ¶10", kind="elicited", low=0.1, high=0.4,
        about="Pursuits on land that come to the line, where a single country's units stop",
    )  # fmt: skip
    water_turns_back_share: float = par(
        0.15, unit="share", source="A003; 003 ¶8", kind="elicited", low=0.05, high=0.2,
        about="Pursuits on water that come to the line, where a single country's boats stop",
    )  # fmt: skip
    joint_share: float = par(
        0.0, unit="share", source="003 ¶10", kind="cited", low=0.0, high=0.2,
        about="Units on land deployed jointly, whose pursuit goes on beyond the line",
    )  # fmt: skip
    carriage_of_arms: bool = par(
        False, unit="", source="003 ¶10", kind="measured",
        about="Whether each country's officers may carry arms in the other",
    )  # fmt: skip
    unarmed_follow_share: float = par(
        0.3, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.7,
        about="Joint units that go on beyond the line although they may not carry arms there",
    )  # fmt: skip
    shiprider_share: float = par(
        0.0, unit="share", source="003 ¶8; F020", kind="cited", low=0.0, high=0.1,
        about="Boats with officers of both countries, whose pursuit goes on beyond the line",
    )  # fmt: skip
    post_loss: float = par(
        0.104, unit="share", source="assumed; fit", kind="placeholder", low=0.02, high=0.3,
        about="Chance that a load sent by post is seized",
    )  # fmt: skip
    air_loss: float = par(
        0.174, unit="share", source="assumed; fit", kind="placeholder", low=0.05, high=0.4,
        about="Chance that a load taken by air is seized",
    )  # fmt: skip

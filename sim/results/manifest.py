"""The schema of a manifest as it is read: it may have been edited, or be of another program."""

import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _a_date(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Count = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, Field(max_length=20_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class WrittenFile(_Part):
    """A file of the folder."""

    bytes: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CostEntry(_Part):
    """A cost of a scenario."""

    what: Word
    cad_per_year: Annotated[float, Field(allow_inf_nan=False)]
    low: Annotated[float, Field(allow_inf_nan=False)]
    high: Annotated[float, Field(allow_inf_nan=False)]
    cad_once: Annotated[float, Field(allow_inf_nan=False)] = 0.0


class ScenarioEntry(_Part):
    """A scenario of the study."""

    name: Word
    bound: bool = False
    costs: list[CostEntry] = []
    interventions: list[dict[str, Any]] = []


class Manifest(_Part):
    """What the analysis reads of a manifest; what has a default may be missing."""

    tables: Annotated[int, Field(alias="schema")]
    name: Word = ""
    days: Annotated[float, Field(ge=0, le=36_600, allow_inf_nan=False)] | None = None
    start: Annotated[Word, AfterValidator(_a_date)] | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    seed: Count | None = None
    ports: list[Word] = []
    engine: Word = ""
    code_version: Word = ""
    configuration_hash: Word = ""
    content_hash: Word = ""
    configuration: dict[str, Any] = {}
    scenarios: dict[str, Word] = {}
    points: list[ScenarioEntry] = []
    replications: Count | None = None
    rows: dict[str, Count] = {}
    files: dict[str, WrittenFile]
    warnings: list[list[Word]] = []
    adversaries: list[Word] = []
    worlds: Count | None = None
    packages: dict[str, Word] = {}
    design: dict[str, Any] | None = None
    procedure: dict[str, Any] | None = None

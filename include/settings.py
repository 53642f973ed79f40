"""Every configurable number, in one typed place.

Read from the environment (`TIER1_` + the field's name) and, below it, from `tier1.toml` at the top of the
project. Secrets come from the environment only.
"""

import re
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from include.market import PAIRS

ROOT = Path(__file__).parents[1]
MOST_SHARDS = MOST_MONTHS_AT_ONCE = 64
NO_TIME = timedelta(0)


class Unit(StrEnum):
    """The unit of a setting that is a duration: its value is written as a number of these."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"

    def duration(self, value: object) -> timedelta:
        """Turn a number of this unit, or a text that reads as one, into a duration."""
        if isinstance(value, timedelta):
            return value
        with suppress(TypeError, ValueError, OverflowError):  # no number, nan, more than a timedelta holds
            return timedelta(**{self.value: float(value)})  # type: ignore[arg-type]
        raise PydanticCustomError(
            "duration",
            "{value} cannot be read as {unit}: write a number such as 2.5",
            {"value": repr(value), "unit": self.value},
        )


Seconds = Annotated[timedelta, Unit.SECONDS, BeforeValidator(Unit.SECONDS.duration)]
Minutes = Annotated[timedelta, Unit.MINUTES, BeforeValidator(Unit.MINUTES.duration)]
Hours = Annotated[timedelta, Unit.HOURS, BeforeValidator(Unit.HOURS.duration)]


AUTO: Literal["auto"] = "auto"
MonthsAtOnce = Literal["auto"] | Annotated[int, Field(ge=1, le=MOST_MONTHS_AT_ONCE)]


class WhenToResize(StrEnum):
    """Whether a run makes the instance big."""

    ALWAYS = "always"
    IF_NEEDED = "if_needed"
    NEVER = "never"


def _known_pairs(costs: dict[str, float]) -> dict[str, float]:
    unknown = sorted(set(costs) - set(PAIRS))
    if unknown:
        raise ValueError(f"unknown pairs {unknown}: use lower-case names such as {PAIRS[0]}")
    return costs


def _with_pair(pattern: str) -> str:
    """Check the pattern, and take off the quotes that SQL wants around such names."""
    plain = re.sub(r'(?:(?<=\.)|^)"([^".]+)"(?=\.|$)', r"\1", pattern)
    rest = plain.replace("{pair}", "").replace("{PAIR}", "")
    names = plain.split(".")
    if rest == plain or len(names) != 2 or not all(names) or set('{}"') & set(rest):
        raise ValueError(
            f"{pattern!r} must read schema.table with {{pair}} in it, or {{PAIR}} for EURUSD, for example "
            "bqx.m1_{pair}"
        )
    return plain


def table_of(pattern: str, pair: str) -> str:
    """Return the name of the pair's table, as such a pattern has it."""
    return pattern.format(pair=pair, PAIR=pair.upper())


class Settings(BaseSettings):
    """The settings of TIER 1.

    Names of durations end in the unit that they are written in; the values are `timedelta`.
    """

    model_config = SettingsConfigDict(
        env_prefix="TIER1_", toml_file=ROOT / "tier1.toml", extra="forbid", frozen=True
    )

    database_url: SecretStr | None = Field(default=None, description="The feature database; secret.")

    instance_id: str = Field(default="i-08a8fa9a42491827c", description="The EC2 instance that is resized.")
    base_type: str = Field(default="t3.2xlarge", description="What the instance is outside of a run.")
    work_type: str = Field(
        default="c7i.8xlarge",
        description="What the instance is while the stages compute; several with commas, best first.",
    )
    base_equivalents: str = Field(
        default="t3a.2xlarge,m6i.2xlarge",
        description="Types of the base type's size; the instance may stay on one where AWS has no base type.",
    )
    work_patience_minutes: Minutes = Field(
        default=timedelta(minutes=5),
        ge=NO_TIME,
        description="How long to keep asking for a work type or an equivalent that AWS has no capacity for.",
    )
    base_patience_minutes: Minutes = Field(
        default=timedelta(minutes=120),
        ge=NO_TIME,
        description="How long to keep asking for the base type on the way back.",
    )
    lease_minutes: Minutes = Field(
        default=timedelta(minutes=150),
        gt=NO_TIME,
        description="How long a big instance may hear nothing from its run before it is made small again.",
    )
    dead_man_scheduler_role_arn: str = Field(
        default="", description="Dead-man switch: the role of EventBridge Scheduler; empty turns it off."
    )
    dead_man_automation_role_arn: str = Field(
        default="", description="Dead-man switch: the role of the SSM automation."
    )
    dead_man_document: str = Field(default="", description="Dead-man switch: the SSM automation document.")
    alert_topic_arn: str = Field(
        default="",
        description="SNS topic that tells a person when an instance could not be made small again.",
    )
    ec2_poll_seconds: Seconds = Field(
        default=timedelta(seconds=5), gt=NO_TIME, description="Pause between two looks at the instance."
    )
    resize_timeout_minutes: Minutes = Field(
        default=timedelta(minutes=30),
        gt=NO_TIME,
        description="How long AWS may take to bring the instance up on one type.",
    )
    hourly_usd: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default={},
        description="What an hour costs in US dollars, by instance type, where you pay another price than "
        "that on demand: it wins over AWS's price list, and over the table of this release.",
    )

    price_table: Annotated[str, AfterValidator(_with_pair)] = Field(
        default="bqx.m1_{pair}",
        description="Name of a pair's price table, view or foreign table, in upper and lower case as it is; "
        "`{pair}` stands for eurusd, `{PAIR}` for EURUSD.",
    )
    time_column: str = Field(
        default="time",
        description="Opening time of a bar: timestamptz, or timestamp or date, which are read as UTC.",
    )
    close_column: str = Field(default="close", description="Close price of a bar.")

    baseline_table: Annotated[str, AfterValidator(_with_pair)] = Field(
        default="bqx.baseline_{pair}",
        description="Name of a pair's table with features of before; where there is one, the view "
        "`tier1.features_{pair}` joins the 384 to it.",
    )
    baseline_time_column: str = Field(
        default="time", description="Opening time of a bar in the baseline tables, timestamptz."
    )

    watch_prices: bool = Field(
        default=True,
        description="Rely on triggers that note which months of the price tables change. A stage puts them "
        "on tables that `./tier1 load` has made; on others `./tier1 watch on` does. `false`: none are put or "
        "relied on, and every run reads the prices of all its months to see whether they changed.",
    )

    base_time: AwareDatetime | None = Field(
        default=None,
        description="The base bar is the first complete one from here on; default: the first loaded bar.",
    )
    max_stale_bars: int = Field(
        default=60, ge=0, description="A price is carried forward over at most this many bars."
    )
    cost_bps: Annotated[dict[str, Annotated[float, Field(ge=0)]], AfterValidator(_known_pairs)] = Field(
        default={},
        description="Cost per leg in basis points, by pair, where it differs from the contract's default.",
    )
    threshold_pct: float = Field(
        default=0.0, ge=0, description="An arbitrage profit above it is an opportunity."
    )

    months_at_once: MonthsAtOnce = Field(
        default=AUTO,
        description="Months that a task of a stage computes at the same time; `auto`: as many as its host "
        "has vCPUs, bounded by its memory and by the connections that the feature database grants.",
    )
    shards: int = Field(
        default=1,
        ge=1,
        le=MOST_SHARDS,
        description="Tasks of a stage, each with its own months; they run at the same time where there are "
        "workers for them.",
    )
    more_hosts: str = Field(
        default="",
        description="Hosts besides the instance whose workers may take shards: instance ids or host names, "
        "with commas.",
    )
    resize: WhenToResize = Field(
        default=WhenToResize.ALWAYS,
        description="Whether a run makes the instance big: `always`, `if_needed` (where the work would take "
        "longer than TIER1_WORTH_RESIZING_MINUTES on the instance as it is) or `never`.",
    )
    worth_resizing_minutes: Minutes = Field(
        default=timedelta(minutes=15),
        ge=NO_TIME,
        description="With `if_needed`: the instance grows where the work would take longer than this as it "
        "is.",
    )
    require_approval: bool = Field(
        default=True,
        description="A person decides in the UI before anything is touched or computed: resize, compute "
        "as it is, or neither.",
    )
    evaluate: bool = Field(
        default=True,
        description="After validation, profile all features' distributions and measure whether TIER 1 helps.",
    )
    evaluate_decisions: int = Field(
        default=8000,
        ge=0,
        description="Whether TIER 1 helps is measured by at most so many decisions, the latest of the "
        "run: on daily data one a bar, else one in 60 bars. 0: it is not measured.",
    )
    approval_timeout_hours: Hours = Field(
        default=timedelta(hours=24), gt=NO_TIME, description="How long the approval may take."
    )
    stage_timeout_hours: Hours = Field(
        default=timedelta(hours=24), gt=NO_TIME, description="How long one stage may take."
    )
    stage_queue: str = Field(
        default="",
        description="The queue that the worker on the instance listens on: `verify_host`, the stages and "
        "`evaluate` run there. Empty: they run where Airflow's own executor runs them.",
    )
    stage_executor: str = Field(
        default="",
        description="The executor that serves this queue, by its alias or class, as `[core] executor` lists "
        "it (`EdgeExecutor`); empty: Airflow's first one.",
    )
    stage_retries: int = Field(
        default=0,
        ge=0,
        description="How often a task on the instance is tried again; the instance is made big again "
        "first, and finished months are skipped.",
    )
    worker_wait_minutes: Minutes = Field(
        default=timedelta(minutes=10),
        gt=NO_TIME,
        description="How long to wait until the worker on the instance reports, before a task that needs it "
        "fails.",
    )
    marker_timeout_minutes: Minutes = Field(
        default=timedelta(minutes=10), gt=NO_TIME, description="How long to wait for a stage's markers."
    )
    database_wait_minutes: Minutes = Field(
        default=timedelta(minutes=10),
        gt=NO_TIME,
        description="How long verify_host waits for a database that restarts with its instance.",
    )

    @model_validator(mode="after")
    def _dead_man_switch_is_whole(self) -> Self:
        parts = (self.dead_man_scheduler_role_arn, self.dead_man_automation_role_arn, self.dead_man_document)
        if any(parts) and not all(parts):
            raise ValueError(
                "The dead-man switch needs all three of TIER1_DEAD_MAN_SCHEDULER_ROLE_ARN, "
                "TIER1_DEAD_MAN_AUTOMATION_ROLE_ARN and TIER1_DEAD_MAN_DOCUMENT: the outputs of its stack, "
                "see deploy/README.md."
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments win over the environment, and that over the file; read no .env files."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@lru_cache(1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()  # pyright: ignore[reportCallIssue]

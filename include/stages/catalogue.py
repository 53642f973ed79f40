"""All 384 features, in the order of the contract."""

from typing import Final

from include.stages import STAGES

FEATURES: Final = tuple(feature for stage in STAGES for feature in stage.features)

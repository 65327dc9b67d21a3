"""Kedro datasets: where files meet the catalog."""

from vn30_training.datasets.checks import ChecksDataset
from vn30_training.datasets.clock import ClockDataset
from vn30_training.datasets.csv import CSVDataset
from vn30_training.datasets.figure import FigureDataset
from vn30_training.datasets.forecast import ForecastDataset
from vn30_training.datasets.frame import FrameDataset
from vn30_training.datasets.json import (
    JSONDataset,
    OptionalFileDataset,
    OptionalJSONDataset,
    PreviousJSONDataset,
)
from vn30_training.datasets.machine import MachineDataset
from vn30_training.datasets.members import MembersDataset
from vn30_training.datasets.model_folder import ModelFolderDataset
from vn30_training.datasets.prices_folder import PricesFolderDataset
from vn30_training.datasets.scores import ScoresDataset
from vn30_training.datasets.seconds import SecondsDataset
from vn30_training.datasets.text import TextDataset
from vn30_training.datasets.tracked_frame import TrackedFrameDataset
from vn30_training.datasets.trials import TrialDataset, TrialsDataset

__all__ = [
    "CSVDataset",
    "ChecksDataset",
    "ClockDataset",
    "FigureDataset",
    "ForecastDataset",
    "FrameDataset",
    "JSONDataset",
    "MachineDataset",
    "MembersDataset",
    "ModelFolderDataset",
    "OptionalFileDataset",
    "OptionalJSONDataset",
    "PreviousJSONDataset",
    "PricesFolderDataset",
    "ScoresDataset",
    "SecondsDataset",
    "TextDataset",
    "TrackedFrameDataset",
    "TrialDataset",
    "TrialsDataset",
]

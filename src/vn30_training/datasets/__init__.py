"""Kedro datasets: where files meet the catalog."""

from vn30_training.datasets.clock import ClockDataset
from vn30_training.datasets.csv import CSVDataset
from vn30_training.datasets.figure import FigureDataset
from vn30_training.datasets.forecast import ForecastDataset
from vn30_training.datasets.frame import FrameDataset
from vn30_training.datasets.json import JSONDataset, OptionalFileDataset, PreviousJSONDataset
from vn30_training.datasets.members import MembersDataset
from vn30_training.datasets.model_folder import ModelFolderDataset
from vn30_training.datasets.prices_folder import PricesFolderDataset
from vn30_training.datasets.scores import ScoresDataset
from vn30_training.datasets.seconds import SecondsDataset
from vn30_training.datasets.text import TextDataset

__all__ = [
    "CSVDataset",
    "ClockDataset",
    "FigureDataset",
    "ForecastDataset",
    "FrameDataset",
    "JSONDataset",
    "MembersDataset",
    "ModelFolderDataset",
    "OptionalFileDataset",
    "PreviousJSONDataset",
    "PricesFolderDataset",
    "ScoresDataset",
    "SecondsDataset",
    "TextDataset",
]

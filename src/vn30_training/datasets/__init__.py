"""Kedro datasets: where files meet the catalog."""

from vn30_training.datasets.figure import FigureDataset
from vn30_training.datasets.forecast import ForecastDataset
from vn30_training.datasets.frame import FrameDataset
from vn30_training.datasets.json import JSONDataset, OptionalFileDataset, PreviousJSONDataset
from vn30_training.datasets.model_folder import ModelFolderDataset
from vn30_training.datasets.prices_folder import PricesFolderDataset
from vn30_training.datasets.scores import ScoresDataset
from vn30_training.datasets.text import TextDataset

__all__ = [
    "FigureDataset",
    "ForecastDataset",
    "FrameDataset",
    "JSONDataset",
    "ModelFolderDataset",
    "OptionalFileDataset",
    "PreviousJSONDataset",
    "PricesFolderDataset",
    "ScoresDataset",
    "TextDataset",
]

"""qlib's processors: what happens between the features and a model, fitted on training rows."""

from vn30_training.features.processors.base import Processor
from vn30_training.features.processors.chain import PROCESSORS, ProcessorChain, build

__all__ = ["PROCESSORS", "Processor", "ProcessorChain", "build"]

"""Run the toy project as a user's command would: ``python toy_run.py <data root> <workers>``."""

import sys
from pathlib import Path

import click
import toy

from vn30_training.running.runner import InstanceRunner


@click.command()
@click.argument("root", type=Path)
@click.argument("workers", type=int)
def main(root: Path, workers: int) -> None:
    """Run it; each fit waits ``TOY_PAUSE`` seconds."""
    InstanceRunner(workers).run(toy.pipeline(), toy.catalog(root))


if __name__ == "__main__":
    main(sys.argv[1:])

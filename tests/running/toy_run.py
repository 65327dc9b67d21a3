"""Run the toy project as a user's command would: ``python toy_run.py <data root> <workers>``."""

import sys
from pathlib import Path

import click
import toy

from vn30_training.running.runner import InstanceRunner


@click.command()
@click.argument("root", type=Path)
@click.argument("workers", type=int)
@click.option("--pause", type=float, default=0.0)
def main(root: Path, workers: int, pause: float) -> None:
    """Run it."""
    options = {family: {"pause": pause} for family in toy.FAMILIES}
    InstanceRunner(workers).run(toy.pipeline(), toy.catalog(root, **options))


if __name__ == "__main__":
    main(sys.argv[1:])

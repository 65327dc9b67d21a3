"""The project's configuration as a run would read it."""

from pathlib import Path

from kedro.config import OmegaConfigLoader

from vn30_training import settings

REPOSITORY = Path(__file__).resolve().parents[1]


def load(env: str) -> OmegaConfigLoader:
    """Return the loader of an environment."""
    return OmegaConfigLoader(
        conf_source=str(REPOSITORY / settings.CONF_SOURCE), env=env, **settings.CONFIG_LOADER_ARGS
    )

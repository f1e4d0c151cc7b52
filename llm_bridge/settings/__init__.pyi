from .config import RunConfig, load_config, preset, save_config

__all__ = [
    "RunConfig",
    "load_config",
    "preset",
    "save_config",
]

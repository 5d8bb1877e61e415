"""Hatchling hook (front end): placeholder replaced with the front end's build."""
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the front end into the wheel."""

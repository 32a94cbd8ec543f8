"""What configuration files say, and what that comes to for each file."""

from codemods.config.keys import Options
from codemods.config.nearest import Configuration

__all__ = ["Configuration", "Options"]

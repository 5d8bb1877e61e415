"""Sphinx settings. `reference_pages` writes the reference from the code before each build."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "watchbill"
extensions = ["myst_parser", "reference_pages"]
html_theme = "furo"
html_title = "watchbill"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]
html_static_path = ["_static"]
html_css_files = ["tables.css"]

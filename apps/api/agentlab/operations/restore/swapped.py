"""A folder or file that changes places with a restored one, as the databases do: by its name.

NAME                  what lives
.NAME.restoring       what was restored, complete
.NAME.before-restore  what was there before, until all is well
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from agentlab.kit.folders import sync_folder


@dataclass(frozen=True)
class Swapped:
    """Each step may be interrupted and done again."""

    living: Path

    @property
    def beside(self) -> Path:
        return self.living.with_name(f".{self.living.name}.restoring")

    @property
    def before(self) -> Path:
        return self.living.with_name(f".{self.living.name}.before-restore")

    def swap(self) -> None:
        """Nothing happens where nothing was restored, or it has its place already."""
        if not self.beside.exists():
            return
        if not self.before.exists():
            if self.living.exists():
                self.living.rename(self.before)
            else:
                self.before.mkdir()  # an empty one says that there was nothing
        self.beside.rename(self.living)
        sync_folder(self.living.parent)

    def swap_back(self) -> None:
        """Also where `swap` was not begun, or not finished."""
        remove(self.beside)
        if self.before.exists():
            if self.living.exists():
                self.living.rename(self.beside)
            if self.before.is_dir() and not any(self.before.iterdir()):
                self.before.rmdir()
            else:
                self.before.rename(self.living)
            sync_folder(self.living.parent)
            remove(self.beside)

    def forget(self) -> None:
        """What was there before is not needed any more."""
        remove(self.beside)
        remove(self.before)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

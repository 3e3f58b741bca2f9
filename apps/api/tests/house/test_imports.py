import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent.parent.parent


def test_imports_point_one_way() -> None:
    """The layers stand in `pyproject.toml`, under `tool.importlinter`."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

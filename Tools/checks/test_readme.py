"""The commands of the README's tour work as they stand there."""

import re
import subprocess

from support import ROOT

TOUR = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)


def test_the_tour_runs_from_the_readme_alone(tmp_path):
    (commands,) = TOUR.findall((ROOT / "README.md").read_text())
    assert "Tools/sparsify" in commands
    for name in ("Tools", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert {"cnn.spm", "back.onnx", "cnn80.spm", "kept.json"} <= {
        path.name for path in (tmp_path / "tour").iterdir()
    }
    assert not (tmp_path / "tour" / "none.spm").exists(), "a dry run wrote something"

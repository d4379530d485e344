"""The commands of the README's tour work as they stand there, for somebody who has just cloned it."""

import re
import shutil
import subprocess
import time

import pytest

from support import BINARY, ROOT

TOUR = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)
FIVE_MINUTES = 300


def tour():
    (commands,) = TOUR.findall((ROOT / "README.md").read_text())
    assert "Tools/sparsify" in commands
    return commands


def follow(commands, folder):
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=folder, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr


def test_the_tour_runs_from_the_readme_alone(tmp_path):
    for name in ("Tools", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    follow(tour(), tmp_path)
    assert {"cnn.spm", "back.onnx", "cnn80.spm", "kept.json"} <= {
        path.name for path in (tmp_path / "tour").iterdir()
    }
    assert not (tmp_path / "tour" / "none.spm").exists(), "a dry run wrote something"


def test_a_clone_leads_to_a_pruned_model_in_five_minutes(tmp_path):
    """All but the build, whose result is put in its place."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: cloning is not timed")
    clone = tmp_path / "sparsify"
    began = time.monotonic()
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{ROOT}", clone], check=True)
    (clone / ".build" / "release").mkdir(parents=True)
    for program in (BINARY, BINARY.with_name("sparsify-runtime")):
        (clone / ".build" / "release" / program.name).symlink_to(program)
    for stamp in ("setup.stamp", "release.stamp"):
        (clone / ".build" / stamp).touch()
    follow(tour(), clone)
    assert time.monotonic() - began < FIVE_MINUTES
    assert (clone / "tour" / "cnn80.spm").stat().st_size > 0
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True
    )
    assert changed.stdout in ("", "?? tour/\n"), "following the README changes no file of the project"

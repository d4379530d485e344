"""Installing, uninstalling and packing, and what is installed beside the command."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from commands import every_command, working_commands
from support import FIXTURES, ROOT, run

TOOLS = ROOT / "Tools"
CNN = FIXTURES / "models" / "cnn.onnx"
INSTALLED = {
    "bin/sparsify", "bin/sparsify-runtime",
    "share/bash-completion/completions/sparsify",
    "share/zsh/site-functions/_sparsify",
    "share/fish/vendor_completions.d/sparsify.fish",
    "share/man/man1/sparsify.1",
}


def script(name, *arguments, **environment):
    return subprocess.run(
        [TOOLS / name, *arguments], env={**os.environ, **environment}, capture_output=True,
        text=True, timeout=600,
    )


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def manual():
    """The manual page."""
    done = script("manual")
    assert done.returncode == 0, done.stderr
    return done.stdout


# MARK: installing

def test_what_is_installed_works_and_goes_again(tmp_path):
    prefix = tmp_path / "a prefix"
    done = script("install", "--prefix", prefix)
    assert done.returncode == 0, done.stderr
    assert files(prefix) == INSTALLED
    binary = prefix / "bin" / "sparsify"
    subprocess.run([binary, CNN, tmp_path / "a.spm"], check=True, capture_output=True)
    (prefix / "bin" / "other").touch()
    assert script("install", "--prefix", prefix, "--uninstall").returncode == 0
    assert files(prefix) == {"bin/other"}
    assert script("install", "--prefix", prefix, "--uninstall").returncode == 0, "again is no error"


def test_packagers_stage_an_installation(tmp_path):
    done = script("install", "--prefix=/usr", DESTDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == {f"usr/{name}" for name in INSTALLED}
    modes = {(path.stat().st_mode & 0o777) for path in (tmp_path / "usr" / "share").rglob("*.1")}
    assert modes == {0o644}


@pytest.mark.parametrize("words", [["--prefix"], ["--nothing"], ["extra"]], ids=" ".join)
def test_wrong_use_installs_nothing(words):
    assert script("install", *words).returncode != 0
    assert script("release", words[-1]).returncode == 64


def test_installing_where_nothing_may_be_written_says_so():
    done = script("install", "--prefix", "/proc/none")
    assert done.returncode != 0 and done.stderr


# MARK: packing

def test_a_release_has_the_same_bytes_twice(tmp_path):
    archives = []
    for name in ("one", "two"):
        done = script(
            "release", "--output", tmp_path / name, TZ=f"UTC{len(archives)}",
            SOURCE_DATE_EPOCH="86400",
        )
        assert done.returncode == 0, done.stderr
        (archive,) = (tmp_path / name).glob("*.tar.gz")
        assert done.stdout == f"{archive}\n"
        archives.append(archive)
    first, second = (archive.read_bytes() for archive in archives)
    assert first == second
    told = (tmp_path / "one" / f"{archives[0].name}.sha256").read_text()
    assert told == f"{hashlib.sha256(first).hexdigest()}  {archives[0].name}\n"

    with tarfile.open(archives[0]) as archive:
        archive.extractall(tmp_path, filter="data")
        assert {(member.uid, member.gid) for member in archive.getmembers()} == {(0, 0)}
        assert {member.mtime for member in archive.getmembers()} == {86400}
    (folder,) = (path for path in tmp_path.iterdir() if path.name.startswith("sparsify-"))
    version = run("--version").stdout.split()[1]
    assert folder.name.startswith(f"sparsify-{version}-")
    assert files(folder) >= INSTALLED | {"LICENSE", "README.md", "CHANGELOG.md", "schemas/spm.md"}
    page = (folder / "share" / "man" / "man1" / "sparsify.1").read_text()
    assert page.startswith(".Dd January 2, 1970\n")
    subprocess.run(
        [folder / "bin" / "sparsify", CNN, tmp_path / "a.spm"], check=True, capture_output=True
    )


# MARK: completions

@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_scripts_of_their_shell(shell, tmp_path):
    path = tmp_path / f"completions.{shell}"
    path.write_text(run("completions", shell).succeeded().stdout)
    text = path.read_text()
    for words in working_commands():
        assert words.split()[-1] in text
    assert "sparsity" in text and "tensor" in text
    assert {
        "bash": "((COMP_CWORD > 1)) && return\n        # Offer subcommand completions\n",
        "zsh": "        _files && ret=0\n        ;;\n    arg)\n",
        "fish": "complete -c 'sparsify' -n 'not __fish_seen_subcommand_from convert ",
    }[shell] in text, "words of the default subcommand"
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here: its script is not parsed")
    subprocess.run([shell, "-n", path], check=True)


@pytest.mark.parametrize("typed, wanted, unwanted", [
    (["sparsify", "in"], {"inspect"}, {"limits"}),
    (["sparsify", "inspect", "--by", ""], {"layer", "operator", "dtype", "encoding"}, set()),
    (["sparsify", "completions", ""], {"bash", "zsh", "fish"}, set()),
    (["sparsify", "inspect", "mod"], {"model.onnx"}, {"notes.txt"}),
    (["sparsify", "mod"], {"model.onnx"}, {"notes.txt"}),
    (["sparsify", "model.onnx", ""], {"model.onnx"}, {"notes.txt", "inspect"}),
    (["sparsify", "model.onnx", "a.spm", "--sp"], {"--sparsity"}, {"--by"}),
    (["sparsify", "model.onnx", "a.spm", "--level", ""], {"fast", "balanced", "small"}, {"inspect"}),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_bash_completes_words(typed, wanted, unwanted, tmp_path):
    (tmp_path / "model.onnx").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "completions").write_text(run("completions", "bash").succeeded().stdout)
    words = " ".join(f"'{word}'" for word in typed)
    asked = f"""
      PATH=$2:$PATH
      source ./completions
      COMP_WORDS=({words}) COMP_CWORD={len(typed) - 1}
      COMP_LINE='{" ".join(typed)}' COMP_POINT={len(" ".join(typed))} COMP_TYPE=9 COMP_KEY=9
      entry=$(complete -p sparsify) || exit 1
      function=${{entry#*-F }}
      "${{function%% *}}" sparsify '{typed[-1]}' '{typed[-2]}' 2>/dev/null
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", asked, "bash", "x", ROOT / ".build" / "release"], cwd=tmp_path,
        capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    offered = {word.strip() for word in done.stdout.split()}
    assert wanted <= offered, done.stdout
    assert not unwanted & offered


# MARK: the manual page

def test_the_manual_has_every_command_and_option(manual):
    for words, command in every_command():
        for argument in command.get("arguments", []):
            for name in argument.get("names", []):
                spelled = ("-" if name["kind"] == "long" else "") + name["name"]
                if spelled not in ("-help", "h", "-version"):
                    assert f'"\\&{spelled}"'.replace("-", "\\-") in manual, (words, spelled)
    for words in working_commands():
        assert f'.Ss "\\&{words}"\n' in manual


def test_the_manual_uses_macros_that_exist(manual):
    known = set("Dd Dt Os Sh Ss Nm Nd Ar Op Cm Bl El It Bd Ed Ev".split())
    assert set(re.findall(r"^\.(\w+)", manual, re.MULTILINE)) <= known
    for opened, closed in (("Bl", "El"), ("Bd", "Ed")):
        assert manual.count(f"\n.{opened} ") == manual.count(f"\n.{closed}\n")


@pytest.mark.parametrize("command", [
    ["mandoc", "-T", "lint", "-W", "warning"], ["man", "--warnings", "-l"],
], ids=lambda command: command[0])
def test_programs_for_manuals_find_no_fault(command, manual, tmp_path):
    if shutil.which(command[0]) is None or (command[0] == "man" and shutil.which("groff") is None):
        pytest.skip(f"no {command[0]} that works here: the manual page is not rendered")
    page = tmp_path / "sparsify.1"
    page.write_text(manual)
    done = subprocess.run(
        [*command, page], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    if command[0] == "man":
        assert "sparsify model.onnx small.spm --sparsity 80%" in done.stdout

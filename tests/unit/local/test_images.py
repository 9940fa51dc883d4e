"""Images by their content. No registry is reached here: what answers for docker has its form."""

from pathlib import Path

import pytest

from local.images import digest_in, main, pinned, tags

DIGEST = f"sha256:{'0a' * 32}"


def test_each_image_of_the_compose_file_has_a_tag() -> None:
    assert {name: tag.partition(":")[0] for name, tag in tags().items()} == {
        "kafka": "apache/kafka",
        "redis": "redis",
        "base": "python",
    }


def test_a_line_names_tag_and_digest() -> None:
    assert pinned({"redis": DIGEST}) == [f"REDIS_IMAGE={tags()['redis']}@{DIGEST}"]


def test_the_digest_is_read_from_what_the_registry_answers() -> None:
    assert digest_in(f"{DIGEST}\n") == DIGEST


@pytest.mark.parametrize("answer", ["", "sha256:12", f"{DIGEST} sha256:{'b' * 64}", "<no value>"])
def test_an_answer_without_exactly_one_digest_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="not one"):
        digest_in(answer)


def docker_says(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a docker of these few words before any other."""
    docker = folder / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_file_names_each_image_with_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 'test "$*" = "buildx imagetools inspect $4 --format {{.Manifest.Digest}}"'
    docker_says(tmp_path, monkeypatch, f"{asked} && echo {DIGEST}")
    assert main(["--out", str(tmp_path / "images.env")]) == 0
    assert (tmp_path / "images.env").read_text().splitlines() == pinned(
        dict.fromkeys(tags(), DIGEST)
    )


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'unknown flag: --format' >&2; echo more >&2; exit 125", "unknown flag: --format\n"),
        ("exit 1", "docker said nothing"),
        ("echo nothing", "0 digests"),
    ],
)
def test_without_an_answer_for_each_there_is_no_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
    says: str,
) -> None:
    docker_says(tmp_path, monkeypatch, script)
    assert main(["--out", str(tmp_path / "images.env")]) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "images.env").exists()

"""`python -m local.images`: pin the images of docker-compose.yml by their content.

A tag can be moved to other content; a digest cannot. This asks the registry, by `docker buildx
imagetools`, which content each tag has today and writes images.env; from then on

  docker compose --env-file .env --env-file images.env up -d --build --wait

takes that content and no other. Run it again for an update, and look at the difference. It needs
docker with buildx, and a way to the registry; docs/walls.md has the steps.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = {"kafka": "KAFKA_IMAGE", "redis": "REDIS_IMAGE", "base": "BASE_IMAGE"}
"""What is pinned -> the variable of docker-compose.yml that names it."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def tags() -> dict[str, str]:
    """The tag of each image, as docker-compose.yml has it."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return {name: _tag(text, variable) for name, variable in IMAGES.items()}


def _tag(text: str, variable: str) -> str:
    found = re.search(rf"\$\{{{variable}:-([^}}]+)\}}", text)
    if found is None:
        raise ValueError(f"docker-compose.yml names no {variable}")
    return str(found[1])


def digest_in(answer: str) -> str:
    """The digest in what `imagetools inspect` prints; ValueError where there is not exactly one."""
    found = {*_DIGEST.findall(answer)}
    if len(found) != 1:
        raise ValueError(f"{len(found)} digests in the registry's answer, not one")
    return str(found.pop())


def pinned(digests: Mapping[str, str]) -> list[str]:
    """The lines of images.env."""
    known = tags()
    return [f"{IMAGES[name]}={known[name]}@{digest}" for name, digest in digests.items()]


def _asked(image: str) -> str:
    command = ["docker", "buildx", "imagetools", "inspect", image]
    command += ["--format", "{{.Manifest.Digest}}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = next(iter(done.stderr.strip().splitlines()), "docker said nothing")
        raise ValueError(f"{image}: docker buildx imagetools: {said}")
    return digest_in(done.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when images.env is written, 1 with the reason where a registry does not answer."""
    parser = argparse.ArgumentParser(
        prog="python -m local.images",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=ROOT / "images.env", help="file to write")
    options = parser.parse_args(arguments)
    try:
        lines = pinned({name: _asked(image) for name, image in tags().items()})
        options.out.write_text("\n".join([*lines, ""]), encoding="utf-8")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"bomnae: {error}\n")
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

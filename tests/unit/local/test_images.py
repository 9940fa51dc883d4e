import pytest

from local.images import digest_in, pinned, tags

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

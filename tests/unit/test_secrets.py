from pathlib import Path

import pytest

from connectors.faults import ConfigError
from gateway.security.secrets import LONGEST, ChainedSecrets, SecretFiles, SecretVariables


def files(folder: Path, warnings: list[str] | None = None) -> ChainedSecrets:
    warned = [] if warnings is None else warnings
    return ChainedSecrets((SecretFiles(folder, warned.append),))


def test_a_file_is_a_secret_less_the_newline_an_editor_adds(tmp_path: Path) -> None:
    (tmp_path / "acme.token").write_text(" s3cret \n")

    assert files(tmp_path).read("acme.token").reveal() == " s3cret "


def test_a_variable_is_a_secret() -> None:
    secrets = ChainedSecrets((SecretVariables({"X_ACME_TOKEN": "s3cret"}, "X_"),))

    assert secrets.read("acme.token").reveal() == "s3cret"


def test_the_first_that_knows_a_name_decides(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("file")
    env = {"X_ONE": "env", "X_TWO": "env"}
    secrets = ChainedSecrets((SecretFiles(tmp_path), SecretVariables(env, "X_")))
    (tmp_path / "one").chmod(0o600)

    assert secrets.read("one").reveal() == "file"
    assert secrets.read("two").reveal() == "env"


def test_an_unknown_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no secret named acme\.token"):
        files(tmp_path / "absent").read("acme.token")


@pytest.mark.parametrize(
    "name", ["", "..", "../key", "/etc/passwd", "a/b", "a\\b", ".hidden", "a\0b", "a\n", "x" * 200]
)
def test_a_path_is_no_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "inner").mkdir()

    with pytest.raises(ConfigError, match="can not be a secret's name"):
        files(tmp_path / "inner").read(name)


def test_a_link_may_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "key").symlink_to(tmp_path / "key")

    with pytest.raises(ConfigError, match="leads out"):
        files(tmp_path / "inner").read("key")


def test_links_as_kubernetes_makes_them_are_followed(tmp_path: Path) -> None:
    (tmp_path / "..2030").mkdir()
    (tmp_path / "..2030" / "key").write_text("s3cret")
    (tmp_path / "..data").symlink_to("..2030")
    (tmp_path / "key").symlink_to("..data/key")

    assert files(tmp_path).read("key").reveal() == "s3cret"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfes3cret", b"s3cret" * LONGEST])
def test_what_can_be_no_secret_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)

    with pytest.raises(ConfigError, match="secret key") as refused:
        files(tmp_path).read("key")
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(("mode", "count"), [(0o644, 1), (0o640, 0), (0o400, 0)])
def test_a_file_that_all_may_read_is_given_with_a_warning(
    tmp_path: Path, mode: int, count: int
) -> None:
    (tmp_path / "key").write_text("s3cret")
    (tmp_path / "key").chmod(mode)
    warnings: list[str] = []

    assert files(tmp_path, warnings).read("key").reveal() == "s3cret"
    assert len(warnings) == count
    assert "s3cret" not in "".join(warnings)


def test_an_empty_variable_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty"):
        ChainedSecrets((SecretVariables({"X_KEY": ""}, "X_"),)).read("key")


def test_the_environment_does_not_print() -> None:
    assert "s3cret" not in repr(SecretVariables({"X_KEY": "s3cret"}, "X_"))

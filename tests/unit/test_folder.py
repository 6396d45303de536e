"""What is found in a config folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.config.document import MAX_BYTES, Document
from gateway.config.folder import walk

ALL_IN_ONE = """\
name: acme
base_url: https://api.acme.example
---
name: acme_score
bureau: acme
---
name: loan_v1
connectors: [{connector: acme_score}]
---
name: scoring
identities: {san: [spiffe://lender/scoring]}
products: [loan_v1]
"""


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def names(documents: tuple[Document, ...]) -> list[str]:
    return [one.value["name"] for one in documents if isinstance(one.value, dict)]


def lines(root: Path) -> list[str]:
    return [str(one).replace(f"{root}/", "") for one in walk(root).findings]


def test_sorts_documents_by_what_they_describe(tmp_path: Path) -> None:
    """And not by the folder they lie in: one file may tell the whole story of a bureau."""
    folder = walk(write(tmp_path, {"bureaus/acme.yaml": ALL_IN_ONE}))

    assert names(folder.bureaus) == ["acme"]
    assert names(folder.connectors) == ["acme_score"]
    assert names(folder.products) == ["loan_v1"]
    assert names(folder.callers) == ["scoring"]
    assert folder.findings == ()
    assert folder.settings is None


def test_reads_settings_and_tables(tmp_path: Path) -> None:
    folder = walk(
        write(
            tmp_path,
            {"gateway.yaml": "jurisdiction: CN", "tables/region.yaml": "{01: Beijing, 02: '7'}"},
        )
    )

    assert folder.settings
    assert folder.settings.value == {"jurisdiction": "CN"}
    assert folder.tables == {"region": {"01": "Beijing", "02": "7"}}
    assert folder.findings == ()


def test_goes_on_after_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"bureaus/a.yaml": "name: [", "bureaus/b.yaml": "name: b", "products/p.yaml": "a: 1\na: 2"},
    )

    assert names(walk(root).bureaus) == ["b"]
    assert [line.split(": ")[0] for line in lines(root)] == [
        "bureaus/a.yaml:1:8",
        "products/p.yaml:2:1",
    ]


def test_names_both_places_of_a_name_that_is_taken(tmp_path: Path) -> None:
    """A bureau and a connector may share a name; two bureaus may not."""
    root = write(
        tmp_path,
        {
            "bureaus/a.yaml": "name: acme\n---\nname: acme\nbureau: acme",
            "bureaus/b.yaml": "owner: x\nname: acme",
        },
    )

    assert lines(root) == [
        "bureaus/b.yaml:2:7: name: a bureau is already called `acme`: "
        + str(root / "bureaus/a.yaml:1:7").replace(f"{root}/", "")
    ]


def test_refuses_what_is_in_the_wrong_shape(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "gateway.yaml": "a: 1\n---\nb: 1",
            "bureaus/a.yaml": "- name: x",
            "tables/list.yaml": "[a]",
            "tables/number.yaml": "a: x\n110000: 11",
            "bureaus/b.yml": "name: b",
            "bureaus/big.yaml": "#" * (MAX_BYTES + 1),
        },
    )

    assert lines(root) == [
        "bureaus/a.yaml:1:1: must be a mapping",
        "bureaus/b.yml:1:1: is not read: its name must end in .yaml",
        "bureaus/big.yaml:1:1: larger than 1048576 bytes",
        "gateway.yaml:3:1: this file holds one document only",
        "tables/list.yaml:1:1: must be a mapping",
        "tables/number.yaml:2:9: 110000: must be text: put it in quotes",
    ]


def test_tells_of_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    root = write(tmp_path, {"bureaus/a.yaml": "name: a"})
    (root / "bureaus/b.yaml").symlink_to(root / "gone")
    (root / "bureaus/c.yaml").mkdir()

    assert lines(root) == [
        "bureaus/b.yaml:1:1: can not be read: No such file or directory",
        "bureaus/c.yaml:1:1: can not be read: Is a directory",
    ]


def test_reads_each_file_of_a_mounted_config_map_once(tmp_path: Path) -> None:
    """Kubernetes links `a.yaml -> ..data/a.yaml` and `..data -> ..2026`; editors leave locks."""
    root = write(tmp_path, {"bureaus/..2026/a.yaml": "name: a", "bureaus/.#a.yaml": "name: a"})
    (root / "bureaus/..data").symlink_to("..2026")
    (root / "bureaus/a.yaml").symlink_to("..data/a.yaml")

    assert names(walk(root).bureaus) == ["a"]
    assert lines(root) == []


def test_the_version_is_the_contents(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"bureaus/a.yaml": "name: a", "bureaus/README.md": "x"})
    same = write(tmp_path / "two", {"bureaus/a.yaml": "name: a"})
    moved = write(tmp_path / "three", {"connectors/a.yaml": "name: a"})
    other = write(tmp_path / "four", {"bureaus/a.yaml": "name: b"})

    assert len(walk(one).version) == 12
    assert walk(one).version == walk(same).version
    assert len({walk(root).version for root in (one, moved, other)}) == 3


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    folder = walk(tmp_path / "nowhere")

    assert (folder.bureaus, folder.findings) == ((), ())

"""Writes a package as `pip install` would, with an entry point in the group `hub.channels`."""

from pathlib import Path


def entry_point_package(folder: Path, kind: str, source: str, name: str) -> None:
    """Write module `hub_<kind>` with `source`, and the metadata that announce its `name` as a channel."""
    (folder / f"hub_{kind}.py").write_text(source, encoding="utf-8")
    metadata = folder / f"hub_{kind}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hub-{kind}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[hub.channels]\n{kind} = hub_{kind}:{name}\n", encoding="utf-8")

"""Files of the fake Telegram: what people and bots sent, by file id, and the paths they are downloaded from."""

import hashlib
from dataclasses import dataclass

from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
_DURATION_KINDS = frozenset({"voice", "video", "audio", "animation", "video_note"})
_SIZED_KINDS = frozenset({"video", "animation", "sticker"})


@dataclass(frozen=True, slots=True)
class Media:
    """A file to send.

    `kind` is the provider's field: photo, document, voice, video, audio, animation, video_note, sticker. `size`
    pretends another size than the data has, for files too big to make.
    """

    kind: str = "document"
    name: str = "file.bin"
    data: bytes = b"data"
    mime: str = "application/octet-stream"
    size: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its ids; the path is what getFile gives."""

    file_id: str
    unique_id: str
    path: str
    media: Media

    @property
    def size(self) -> int:
        """Return the size it claims to have, in bytes."""
        return self.media.size or len(self.media.data)

    def as_content(self) -> Json:
        """Return the message fields that show this file, as the provider names them."""
        kind = self.media.kind
        described: Json = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        if kind == "photo":
            return {"photo": [described | {"width": 640, "height": 480}]}
        if kind != "sticker":
            described["mime_type"] = self.media.mime
        if kind in {"document", "video", "audio", "animation"}:
            described["file_name"] = self.media.name
        if kind in _DURATION_KINDS:
            described["duration"] = 3
        if kind in _SIZED_KINDS:
            described |= {"width": 320, "height": 240}
        if kind == "video_note":
            described["length"] = 240
        if kind == "sticker":
            described |= {"type": "regular", "is_animated": False, "is_video": False}
        content: Json = {kind: described}
        return content | {"document": described} if kind == "animation" else content


class FileShelf:
    """All files of the world, by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def store(self, media: Media) -> StoredFile:
        """Keep a file and return it with its new id."""
        number = len(self._by_id) + 1
        digest = hashlib.sha256(media.data).hexdigest()[:16]
        suffix = media.name.rpartition(".")[2] if "." in media.name else "bin"
        path = f"{media.kind}s/file_{number}.{suffix}"
        stored = StoredFile(f"{media.kind}-{number:06d}-{digest}", digest, path, media)
        self._by_id[stored.file_id] = self._by_path[path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """Return a file by its id, or refuse as the provider does."""
        if file_id not in self._by_id:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def at_path(self, path: str) -> StoredFile | None:
        """Return the file that is downloaded from `path`."""
        return self._by_path.get(path)

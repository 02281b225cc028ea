"""Builds letters for tests: bytes exactly as a mailer would write them, data visible where it is used."""


def letter(*headers: bytes | str, body: bytes | str = "", sender: str = "Иван <ivan@example.ru>") -> bytes:
    """Return a letter; strings are UTF-8, line ends become CRLF. A From is added unless one of the headers is it."""
    fields = [header.encode() if isinstance(header, str) else header for header in headers]
    if not any(field.lower().startswith(b"from:") for field in fields):
        fields.insert(0, f"From: {sender}".encode())
    text = body.encode() if isinstance(body, str) else body
    return b"\r\n".join([*fields, b"", text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")])


def multipart(kind: str, *parts: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """Return a letter of that multipart kind; each part is its own header block, blank line and content."""
    body = b"".join(b"--=_b\n" + part + b"\n" for part in parts) + b"--=_b--\n"
    return letter(*headers, f'Content-Type: multipart/{kind}; boundary="=_b"', body=body)


def part(content_type: str, content: bytes | str, *headers: str) -> bytes:
    """Return one part for `multipart`."""
    data = content.encode() if isinstance(content, str) else content
    return "\n".join([f"Content-Type: {content_type}", *headers, "", ""]).encode() + data

"""Take a multipart body apart, byte by byte as it was sent."""

from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple


class Part(NamedTuple):
    """One field of a form, which may be a file."""

    filename: str
    """Empty if it is none."""
    content_type: str
    content: bytes


def parts(content_type: str, body: bytes) -> dict[str, Part]:
    """Give the parts by name; none if the sender does not call it a form, or it is none."""
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or boundary is None:
        return {}
    # The standard library reads messages, and would mend the line ends of a file.
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    return dict(_part(piece) for piece in pieces[1:] if piece.startswith(b"\r\n"))


def _part(piece: bytes) -> tuple[str, Part]:
    head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head)
    name = headers.get_param("name", "", "Content-Disposition")
    return str(name), Part(headers.get_filename(""), headers.get_content_type(), content)

"""A scanner: printed sheets come out of it as pictures, a little askew."""

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image

DOTS = 150


def scanned(pdf: bytes, *, turned: float = 1.5) -> list[Image.Image]:
    """The pages of a printed PDF as the scanner sees them, each turned a little more."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=DOTS / 72, grayscale=True).to_pil() for page in document]
    return [page.rotate(turned * (number % 3 - 1), expand=True, fillcolor=255) for number, page in enumerate(pages)]


def blank() -> Image.Image:
    """The back of a sheet."""
    return Image.new("L", (DOTS * 17 // 2, DOTS * 11), 255)


def drawing() -> Image.Image:
    """Something that a child drew, or a sheet whose corner is torn off."""
    page = blank()
    page.paste(0, (200, 200, 700, 300))
    return page


def as_pdf(pages: Sequence[Image.Image]) -> bytes:
    """One PDF of many pages, as scanners write it."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=list(pages[1:]), resolution=DOTS)
    return out.getvalue()


def as_jpeg(page: Image.Image) -> bytes:
    """A photo."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


def write(path: Path, content: bytes) -> Path:
    """The file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path

"""Writes BMP files of every kind, and the pixels that Pillow reads from them, for packages/pixels/test/reference/bitmaps.json.

Run `python tools/reference/bitmaps.py`. It needs Pillow 12 or later. The files are assembled here, since Pillow writes only
few kinds. Pillow blends transparent pixels with white.
"""

import base64
import io
import json
import random
import struct
from pathlib import Path

from PIL import Image

width, height = 13, 7
random.seed(0)


def bitmap(bits, rows, *, header=40, coding=0, palette=b"", masks=b"", tall=height, gap=0, colors=0):
    """Assembles a file. `rows` are the bytes after the header, its masks and the palette."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, tall, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, width, tall, 1, bits, coding, len(rows), 2835, 2835, colors, 0)
        info = struct.pack("<I", header) + info[4:]
        if header > 40:
            info = (info + masks).ljust(header, b"\0")
            masks = b""
    start = 14 + len(info) + len(masks) + len(palette) + gap
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + info + masks + palette + bytes(gap) + rows


def padded(row):
    return row + bytes(-len(row) % 4)


def packed(bits, indices):
    """Packs rows of palette indices with `bits` bits each."""
    rows = b""
    for y in range(height):
        row = indices[y * width : (y + 1) * width]
        number = "".join(format(index, f"0{bits}b") for index in row)
        number += "0" * (-len(number) % 8)
        rows += padded(int(number, 2).to_bytes(len(number) // 8, "big"))
    return rows


def indices(bits, count=None):
    return [random.randrange(count or 2**bits) for _ in range(width * height)]


def colors(bits, entry=4, count=None):
    return b"".join(random.randbytes(3) + bytes(entry - 3) for _ in range(count or 2**bits))


def numbers(bits, mask=None):
    """Random pixels."""
    rows = b""
    for _ in range(height):
        rows += padded(b"".join(random.getrandbits(bits).to_bytes(bits // 8, "little") for _ in range(width)))
    return rows


def masks(*values):
    return struct.pack(f"<{len(values)}I", *values)


five = (0xF800, 0x7E0, 0x1F)
rle8 = bytes([5, 9, 0, 3, 1, 2, 3, 0, 5, 200, 0, 0, 13, 7, 0, 0, 0, 2, 3, 2, 4, 4, 0, 4, 9, 8, 7, 6, 0, 0, 13, 1, 0, 0, 13, 2, 0, 1])
rle4 = bytes([5, 0x9A, 0, 3, 0x12, 0x30, 5, 0xFF, 0, 0, 13, 0x07, 0, 0, 0, 2, 3, 2, 4, 0x45, 0, 4, 0x98, 0x76, 0, 0, 13, 0x11, 0, 0, 12, 0x2E, 1, 0x40, 0, 1])
files = {
    "1 bit": bitmap(1, packed(1, indices(1)), palette=colors(1)),
    "1 bit, black and white": bitmap(1, packed(1, indices(1)), palette=bytes([0, 0, 0, 0, 255, 255, 255, 0])),
    "4 bits": bitmap(4, packed(4, indices(4)), palette=colors(4)),
    "4 bits of 5 colors": bitmap(4, packed(4, indices(4, 5)), palette=colors(4, count=5), colors=5),
    "8 bits": bitmap(8, packed(8, indices(8)), palette=colors(8)),
    "8 bits, gray": bitmap(8, packed(8, indices(8)), palette=b"".join(bytes([v, v, v, 0]) for v in range(256))),
    "8 bits from the top": bitmap(8, packed(8, indices(8)), palette=colors(8), tall=-height),
    "8 bits of 3 colors": bitmap(8, packed(8, indices(8, 3)), palette=colors(8, count=3), colors=3),
    "8 bits in runs": bitmap(8, rle8, palette=colors(8), coding=1),
    "4 bits in runs": bitmap(4, rle4, palette=colors(4), coding=2),
    "16 bits": bitmap(16, numbers(16)),
    "16 bits, masks of 5, 5, 5": bitmap(16, numbers(16), coding=3, masks=masks(0x7C00, 0x3E0, 0x1F)),
    "16 bits, masks of 5, 6, 5": bitmap(16, numbers(16), coding=3, masks=masks(*five)),
    "16 bits, masks of 5, 6, 5 of Windows 5": bitmap(16, numbers(16), coding=3, header=124, masks=masks(*five, 0)),
    "24 bits": bitmap(24, numbers(24)),
    "24 bits from the top": bitmap(24, numbers(24), tall=-height),
    "24 bits after a gap": bitmap(24, numbers(24), gap=10),
    "24 bits of Windows 4": bitmap(24, numbers(24), header=108),
    "32 bits": bitmap(32, numbers(32)),
    "32 bits from the top": bitmap(32, numbers(32), tall=-height),
    "32 bits, masks": bitmap(32, numbers(32), coding=3, masks=masks(0xFF000000, 0xFF0000, 0xFF00)),
    "32 bits, masks and alpha": bitmap(32, numbers(32), coding=3, header=56, masks=masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "32 bits, masks and alpha of Windows 4": bitmap(
        32, numbers(32), coding=3, header=108, masks=masks(0xFF000000, 0xFF0000, 0xFF00, 0xFF)
    ),
    "32 bits, masks and alpha of Windows 5": bitmap(
        32, numbers(32), coding=3, header=124, masks=masks(0xFF, 0xFF00, 0xFF0000, 0xFF000000), tall=-height
    ),
    "1 bit of OS/2": bitmap(1, packed(1, indices(1)), header=12, palette=colors(1, 3)),
    "4 bits of OS/2": bitmap(4, packed(4, indices(4)), header=12, palette=colors(4, 3)),
    "8 bits of OS/2": bitmap(8, packed(8, indices(8)), header=12, palette=colors(8, 3)),
    "24 bits of OS/2": bitmap(24, numbers(24), header=12),
    "8 bits of OS/2 2": bitmap(8, packed(8, indices(8)), header=64, palette=colors(8)),
}

rows = []
for name, file in files.items():
    image = Image.open(io.BytesIO(file))
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    pixels = image.convert("RGB").tobytes()
    rows.append({"name": name, "file": base64.b64encode(file).decode(), "pixels": base64.b64encode(pixels).decode()})

target = Path(__file__).parents[2] / "packages/pixels/test/reference/bitmaps.json"
target.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")

"""Writes tar shards with webdataset, and what webdataset reads in them, for the tests of @shroom/data.

Run with a Python that has webdataset and Pillow:

    python tools/reference/webdataset_shards.py                writes packages/data/test/reference/webdataset
    python tools/reference/webdataset_shards.py read <tar...>  prints what webdataset reads in other tars, as JSON

All pictures are drawn here.
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile

import webdataset as wds
from PIL import Image, ImageDraw

here = pathlib.Path(__file__).resolve().parents[2] / "packages/data/test/reference/webdataset"


def picture(number, kind):
    """A drawing: a cap on a stem, in colors that depend on the number."""
    image = Image.new("RGB", (24, 20), (30 * number % 256, 120, 200 - 20 * number % 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle([10, 8, 14, 18], fill=(240, 230, 210))
    draw.ellipse([3 + number % 5, 2, 20, 11], fill=(200, 30 * number % 256, 40))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def read(tars):
    """The samples as webdataset gives them: keys, and the hash of each file. No file is decoded."""
    samples = []
    for tar in tars:
        for sample in wds.WebDataset(str(tar), shardshuffle=False, empty_check=False):
            files = {
                name: hashlib.sha256(value).hexdigest()
                for name, value in sample.items()
                if not name.startswith("__")
            }
            samples.append({"tar": pathlib.Path(tar).name, "key": sample["__key__"], "files": files})
    return samples


def write():
    here.mkdir(parents=True, exist_ok=True)
    for old in here.iterdir():
        old.unlink()
    genera = ["Amanita", "Boletus"]
    pattern = str(here / "drawn-%06d.tar")
    with wds.ShardWriter(pattern, maxcount=7, mtime=0, user="", group="", verbose=0) as writer:
        for number in range(14):
            writer.write(
                {
                    "__key__": f"{number:04d}",
                    "jpg": picture(number, "JPEG"),
                    "cls": number % 2,
                    "json": {"label": genera[number % 2], "camera": "pencil"},
                }
            )
    # What the rules are about, in the three formats that Python writes.
    for name, form in {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}.items():
        with tarfile.open(here / f"{name}.tar", "w", format=form) as tar:
            def add(path, content):
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))

            folder = tarfile.TarInfo("a.folder")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
            add("__about__", b"skipped")
            add("a.folder/One.JPG", picture(1, "JPEG"))
            add("a.folder/One.mask.png", picture(2, "PNG"))
            add("a.folder/One.cls", b"3")
            add("a.folder/.hidden", b"skipped")
            add("noending", b"skipped")
            add("a.folder/two.left.jpg", picture(3, "JPEG"))
            add("a.folder/two.txt", b"a caption\n")
            deep = "/".join(["long" * 10] * 3) + "/three.png" if name == "ustar" else "long" * 40 + "/three.png"
            add(deep, picture(4, "PNG"))
            if name == "pax":
                add("Röhrling/four.png", picture(5, "PNG"))
            add("five.txt", b"without a picture")
    samples = read(sorted(here.glob("*.tar")))
    (here / "samples.json").write_text(json.dumps(samples, indent=1, ensure_ascii=False) + "\n")
    with tarfile.open(here / "twice.tar", "w") as tar:
        for _ in range(2):
            entry = tarfile.TarInfo("one.jpg")
            content = picture(1, "JPEG")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        print(json.dumps(read(sys.argv[2:]), ensure_ascii=False))
    else:
        write()

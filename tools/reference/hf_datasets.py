"""Writes Parquet files with the library datasets, and what it reads in an image folder, for the tests of @shroom/data.

Run with a Python that has datasets and Pillow:

    python tools/reference/hf_datasets.py                   writes packages/data/test/reference/hf
    python tools/reference/hf_datasets.py read <parquet...>  prints what datasets reads in other files, as JSON

All pictures are drawn here.
"""

import hashlib
import io
import json
import pathlib
import sys

import pyarrow.parquet
from datasets import ClassLabel, Dataset, Features, Image, List, Value, load_dataset
from PIL import Image as Picture
from PIL import ImageDraw

here = pathlib.Path(__file__).resolve().parents[2] / "packages/data/test/reference/hf"
names = ["Boletus", "Amanita"]


def picture(number):
    """A drawing: a cap on a stem, in colors that depend on the number."""
    image = Picture.new("RGB", (24, 20), (30 * number % 256, 120, 90))
    draw = ImageDraw.Draw(image)
    draw.rectangle([10, 8, 14, 18], fill=(240, 230, 210))
    draw.ellipse([3 + number % 5, 2, 20, 11], fill=(200, 30 * number % 256, 40))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def write(name, numbers, features, **columns):
    columns["image"] = [{"bytes": picture(number), "path": f"{number}.png"} for number in numbers]
    Dataset.from_dict(columns, features=features).to_parquet(here / name, batch_size=5)


def read(paths):
    """The rows as datasets gives them: the hash of the photo's bytes, and the other columns with names of classes."""
    rows = []
    for path in paths:
        data = load_dataset("parquet", data_files=str(path), split="train").cast_column("image", Image(decode=False))
        for row in data:
            facts = {"file": pathlib.Path(path).name, "sha256": hashlib.sha256(row.pop("image")["bytes"]).hexdigest()}
            for column, value in row.items():
                feature = data.features[column]
                inner = getattr(feature, "feature", feature)
                if isinstance(inner, ClassLabel):
                    value = [inner.int2str(one) for one in value] if isinstance(value, list) else inner.int2str(value)
                facts[column] = value
            rows.append(facts)
    return rows


def main():
    here.mkdir(parents=True, exist_ok=True)
    single = Features({"image": Image(), "label": ClassLabel(names=names), "camera": Value("string"), "year": Value("int64")})
    several = Features({"image": Image(), "labels": List(ClassLabel(names=names))})
    for name, numbers in {"train-00000-of-00001": range(12), "test-00000-of-00001": range(12, 18)}.items():
        count = len(numbers)
        write(
            f"{name}.parquet", numbers, single,
            label=[number % 2 for number in numbers], camera=["pencil"] * count, year=[2000 + number for number in numbers],
        )
    write("several.parquet", range(14), several, labels=[[0, 1] if number % 3 == 0 else [number % 2] for number in range(14)])
    # The same rows, compressed, in one group with the photos as mere bytes.
    table = pyarrow.parquet.read_table(here / "test-00000-of-00001.parquet").replace_schema_metadata(None)
    plain = pyarrow.table({"jpg": table["image"].combine_chunks().field("bytes"), "class": [names[n.as_py()] for n in table["label"]]})
    pyarrow.parquet.write_table(plain, here / "plain.parquet", compression="snappy")
    rows = read(sorted(path for path in here.glob("*.parquet") if path.name != "plain.parquet"))
    (here / "rows.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        print(json.dumps(read(sys.argv[2:])))
    else:
        main()

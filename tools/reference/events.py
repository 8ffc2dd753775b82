"""Writes a reference event file for @shroom/train with TensorBoard's own writer.

Run with a Python that has TensorBoard (`pip install tensorboard`); it writes
packages/train/test/reference/events.out.tfevents.reference, with which a test compares its own file byte by byte. With a folder as an
argument it reads the event files in it with TensorBoard's own reader, and prints their content.
"""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference"


def write():
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    events = [Event(wall_time=1700000000.25, file_version="brain.Event:2")]
    steps = [
        (1, 1700000001.5, {"loss": 1.25, "accuracy": 0.5}),
        (2, 1700000002.5, {"loss": 0.1, "learning_rate": 1e-3, "größe": -3.5}),
        (300, 1700000003.0, {"loss": float("inf")}),
        (2**40 + 7, 1700000004.0, {"x" * 200: 7.0}),
    ]
    for step, time, values in steps:
        entries = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        events.append(Event(wall_time=time, step=step, summary=Summary(value=entries)))
    with open(here / "events.out.tfevents.reference", "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())
        writer.flush()


def read(folder):
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.util import tensor_util

    events = EventMultiplexer().AddRunsFromDirectory(folder).Reload()
    for run in sorted(events.Runs()):
        for tag in sorted(events.Runs()[run]["tensors"]):
            values = [(event.step, float(tensor_util.make_ndarray(event.tensor_proto))) for event in events.Tensors(run, tag)]
            print(run, tag, events.SummaryMetadata(run, tag).plugin_data.plugin_name, values)


read(sys.argv[1]) if len(sys.argv) > 1 else write()

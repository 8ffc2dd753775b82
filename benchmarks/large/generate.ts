import { type FileHandle, open } from 'node:fs/promises';
import { npyHeader, toHalf } from '@shroom/formats';
import { drawn } from './draw';

/** What a generated file of features holds. */
export interface Generated {
  readonly photos: number;
  readonly views: number;
  readonly channels: number;
  readonly classes: number;
}

/** Number of photos that are written at once. */
const atOnce = 2048;
/** Number of different rows of each class. All views of all photos of a class are drawn from them. */
const rowsOfClass = 256;

/** Photos of one class follow each other, as when the photos of a folder for each class are listed: the worst order for shuffling. */
export const labelOf = (photo: number, { photos, classes }: Generated): number =>
  Math.floor((photo * classes) / photos);

/** Writes a file of float16 features that a head can tell apart, but not without mistakes. */
export async function generate(path: string, sizes: Generated): Promise<void> {
  const { photos, views, channels } = sizes;
  const file = await open(path, 'w');
  try {
    await file.write(npyHeader([photos, views, channels], '<f2'));
    let known = -1;
    let bank: Uint16Array = new Uint16Array(0);
    for (let start = 0; start < photos; start += atOnce) {
      const count = Math.min(atOnce, photos - start);
      const block = new Uint16Array(count * views * channels);
      for (let index = 0; index < count; index++) {
        const label = labelOf(start + index, sizes);
        if (label !== known) bank = rowsOf(label, sizes);
        known = label;
        for (let view = 0; view < views; view++) {
          const from = Math.floor(drawn(2, start + index, view) * rowsOfClass) * channels;
          block.set(bank.subarray(from, from + channels), (index * views + view) * channels);
        }
      }
      await writeAll(file, new Uint8Array(block.buffer));
    }
  } finally {
    await file.close();
  }
}

/** `[rowsOfClass, channels]`: like averages of feature maps behind a ReLU, mostly noise. */
function rowsOf(label: number, { channels }: Generated): Uint16Array {
  const own = Float32Array.from({ length: channels }, (_, channel) => drawn(0, label, channel));
  return toHalf(
    Float32Array.from({ length: rowsOfClass * channels }, (_, place) => {
      const noise = 6 * (drawn(1, label, place) - 0.5);
      return Math.max(0, 0.4 + noise + 0.3 * own[place % channels]!);
    }),
  );
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done);
    done += bytesWritten;
  }
}

import { augment, plainView, type View } from '../augmentation';
import { type Normalisation, normalisationTables, normalise } from '../normalisation';
import type { Pixels } from '../photo';
import { fixedPoint, rotation } from '../transforms/affine';
import { layOut } from './layout';
import { machine } from './machine';

/** What is the same for all photos of a batch. */
const known = new WeakMap<Normalisation, readonly Float32Array[]>();
/** Rows are brought to their target by so many bytes: they stay in the cache. */
const bandBytes = 2 ** 16;
/** Of larger pictures the positions do not fit into 32 bits. */
const longestSide = 2 ** 14;

/** `normalise` of `augment`, in one go; the same numbers. @param how Not changed later. */
export function normaliseView(
  pixels: Pixels,
  view: View = plainView,
  how: Normalisation,
  target: Float32Array,
  offset: number,
): void {
  const { data, height, width } = pixels;
  const vectors = machine();
  if (!vectors || Math.max(height, width) > longestSide) {
    normalise(augment(pixels, view), how, target, offset);
    return;
  }
  const tables = known.get(how) ?? normalisationTables(how);
  known.set(how, tables);
  const rows = Math.max(1, Math.floor(bandBytes / (width * 12)));
  const places = layOut([data.length + 1, rows * width * 12, 3 * 1024, height * 8]);
  const [source, result, table, insides, end] = places as [number, number, number, number, number];
  const bytes = new Uint8Array(vectors.memory(end));
  bytes.set(data, source);
  const floats = new Float32Array(bytes.buffer);
  tables.forEach((values, channel) => {
    floats.set(values, table / 4 + 256 * channel);
  });
  const turn = fixedPoint(rotation(pixels, view.rotation));
  new Int32Array(bytes.buffer, insides, 2 * height).set(insidesOf(turn, height, width));
  const { flipHorizontally, flipVertically } = view;
  const [first, third] = how.channelOrder === 'RGB' ? [0, 16] : [16, 0];
  const { startX, startY, acrossX, acrossY, downX, downY } = turn;
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(height, from + rows);
    vectors.kernels.gather(
      source +
        (flipVertically ? (height - 1) * width * 3 : 0) +
        (flipHorizontally ? (width - 1) * 3 : 0),
      flipVertically ? -width * 3 : width * 3,
      flipHorizontally ? -3 : 3,
      ...[width, result, table, insides, first, third, from, to],
      ...[startX, startY, acrossX, acrossY, downX, downY],
    );
    const numbers = (to - from) * width * 3;
    target.set(floats.subarray(result / 4, result / 4 + numbers), offset + from * width * 3);
  }
}

/** For each row, which pixels come from inside the source: from the first of two numbers up to the second. */
function insidesOf(turn: ReturnType<typeof fixedPoint>, height: number, width: number): Int32Array {
  const insides = new Int32Array(2 * height);
  for (let y = 0; y < height; y++) insides[2 * y + 1] = width;
  narrow(insides, turn.startX, turn.downX, turn.acrossX, width);
  narrow(insides, turn.startY, turn.downY, turn.acrossY, height);
  return insides;
}

/** To the whole numbers x with `0 <= start + y * down + x * across < 65536 * size`. */
function narrow(
  insides: Int32Array,
  start: number,
  down: number,
  across: number,
  size: number,
): void {
  const limit = 65536 * size;
  for (let row = 0, position = start; row < insides.length; row += 2, position += down) {
    let begin = 0;
    let end = insides[row + 1]!;
    if (across > 0) {
      begin = Math.ceil(-position / across);
      end = Math.ceil((limit - position) / across);
    } else if (across < 0) {
      begin = Math.floor((limit - position) / across) + 1;
      end = Math.floor(-position / across) + 1;
    } else if (position < 0 || position >= limit) {
      end = 0;
    }
    const from = Math.max(insides[row]!, Math.min(begin, insides[row + 1]!));
    insides[row] = from;
    insides[row + 1] = Math.max(from, Math.min(end, insides[row + 1]!));
  }
}

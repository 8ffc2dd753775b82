/** The content of a file, read by a short program without any checks. */
export interface Said {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type Read = (view: DataView, offset: number) => number;

const float32 = new Float32Array(1);
const bits32 = new Uint32Array(float32.buffer);

const readers: Readonly<Record<string, readonly [bytes: number, read: Read]>> = {
  F64: [8, (view, offset) => Math.fround(view.getFloat64(offset, true))],
  F32: [4, (view, offset) => view.getFloat32(offset, true)],
  BF16: [
    2,
    (view, offset) => {
      bits32[0] = view.getUint16(offset, true) << 16;
      return float32[0]!;
    },
  ],
  F16: [
    2,
    (view, offset) => {
      const bits = view.getUint16(offset, true);
      const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
      if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
      return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : fraction * 2 ** -24);
    },
  ],
};

/**
 * The tensors of a safetensors file that a strict reader accepted.
 *
 * @throws Error when the tensors do not cover the file exactly, so that the reader should have refused it.
 */
export function saidBySafetensors(bytes: Uint8Array): ReadonlyMap<string, Said> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, first)).toString());
  const said = new Map<string, Said>();
  let covered = 0;
  for (const [name, tensor] of Object.entries<Record<string, unknown>>(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = tensor.data_offsets as [number, number];
    covered += end - start;
    const [size, read] = readers[tensor.dtype as string] ?? [end - start || 1, () => Number.NaN];
    const count = (end - start) / size;
    const shape = tensor.shape as number[];
    if (readers[tensor.dtype as string] && count !== shape.reduce((all, side) => all * side, 1))
      throw new Error(`'${name}' has ${count} values, its shape is [${shape}]`);
    const values = Array.from({ length: count }, (_, k) => read(view, first + start + k * size));
    said.set(name, { shape, values });
  }
  if (first + covered !== bytes.length) throw new Error('its tensors do not cover the file');
  return said;
}

const npyReaders: Readonly<Record<string, (view: DataView, offset: number) => number | bigint>> = {
  f4: (view, offset) => view.getFloat32(offset, true),
  f8: (view, offset) => view.getFloat64(offset, true),
  i1: (view, offset) => view.getInt8(offset),
  u1: (view, offset) => view.getUint8(offset),
  i2: (view, offset) => view.getInt16(offset, true),
  u2: (view, offset) => view.getUint16(offset, true),
  i4: (view, offset) => view.getInt32(offset, true),
  u4: (view, offset) => view.getUint32(offset, true),
  i8: (view, offset) => view.getBigInt64(offset, true),
  u8: (view, offset) => view.getBigUint64(offset, true),
};

/** The array of an npy file that a strict reader accepted. */
export function saidByNpy(bytes: Uint8Array): { shape: number[]; values: (number | bigint)[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes[6] === 1 ? 10 : 12;
  const first = start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = Buffer.from(bytes.subarray(start, first)).toString('latin1');
  const type = /'descr' *: *'.(..)'/.exec(text)![1]!;
  const sides = /'shape' *: *\(([^)]*)\)/.exec(text)![1]!;
  const shape = sides
    .split(',')
    .filter(side => side.trim() !== '')
    .map(Number);
  const count = shape.reduce((all, side) => all * side, 1);
  const size = Number(type[1]);
  if (first + count * size !== bytes.length) throw new Error('its values do not cover the file');
  return {
    shape,
    values: Array.from({ length: count }, (_, k) => npyReaders[type]!(view, first + k * size)),
  };
}

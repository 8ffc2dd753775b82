/** Writes the operations of a pickle, for files that PyTorch no longer writes, or never. */
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
const uint32 = (value: number) => [0, 8, 16, 24].map(bits => (value >>> bits) & 255);

export const op = {
  proto: [0x80, 2],
  stop: [0x2e],
  mark: [0x28],
  none: [0x4e],
  true: [0x88],
  dict: [0x7d],
  list: [0x5d],
  emptyTuple: [0x29],
  tuple: [0x74],
  appends: [0x65],
  setItem: [0x73],
  setItems: [0x75],
  reduce: [0x52],
  build: [0x62],
  persistent: [0x51],
  /** A text of Python 3. */
  text: (text: string) => [0x58, ...uint32(bytesOf(text).length), ...bytesOf(text)],
  /** A text of Python 2. */
  string: (text: string) => [0x55, text.length, ...bytesOf(text)],
  int: (value: number) => [0x4a, ...uint32(value)],
  global: (module: string, name: string) => [0x63, ...bytesOf(`${module}\n${name}\n`)],
  put: (index: number) => [0x71, index],
  get: (index: number) => [0x68, index],
};

const counts = (...values: number[]): number[] => [
  ...op.mark,
  ...values.flatMap(value => op.int(value)),
  ...op.tuple,
];

/** A storage of floats. @param part A part of it, as PyTorch before 0.4 wrote it. */
export const storage = (
  key: string,
  length: number,
  part: readonly number[] = op.none,
): number[] => [
  ...op.mark,
  ...op.text('storage'),
  ...op.global('torch', 'FloatStorage'),
  ...op.text(key),
  ...op.text('cpu'),
  ...op.int(length),
  ...part,
  ...op.tuple,
  ...op.persistent,
];

/** A tensor whose storage is given by operations. @param flags Operations of its flags, which PyTorch writes only for views of opposite sign. */
export const tensor = (
  held: readonly number[],
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  flags: readonly number[] = [],
): number[] => [
  ...op.global('torch._utils', '_rebuild_tensor_v2'),
  ...op.mark,
  ...held,
  ...op.int(offset),
  ...counts(...shape),
  ...counts(...strides),
  ...op.true,
  ...op.global('collections', 'OrderedDict'),
  ...op.emptyTuple,
  ...op.reduce,
  ...flags,
  ...op.tuple,
  ...op.reduce,
];

/** A dictionary of names and values, each given by operations. */
export const dict = (entries: Readonly<Record<string, readonly number[]>>): number[] => [
  ...op.dict,
  ...op.mark,
  ...Object.entries(entries).flatMap(([name, value]) => [...op.text(name), ...value]),
  ...op.setItems,
];

const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** A file of the older kind. @param options Parts that differ from what PyTorch writes. */
export function legacyFile(
  saved: readonly number[],
  storages: Readonly<Record<string, Float32Array>> = {},
  options: { readonly littleEndian?: readonly number[]; readonly version?: number } = {},
): Uint8Array {
  const { littleEndian = op.true, version = 1001 } = options;
  const keys = Object.keys(storages);
  const pickles = [
    magic,
    op.int(version),
    dict({ protocol_version: op.int(version), little_endian: littleEndian }),
    saved,
    [...op.list, ...op.mark, ...keys.flatMap(key => op.text(key)), ...op.appends],
  ].flatMap(body => [...op.proto, ...body, ...op.stop]);
  const numbers = keys.flatMap(key => {
    const { length, buffer } = storages[key]!;
    return [...uint32(length), 0, 0, 0, 0, ...new Uint8Array(buffer)];
  });
  return Uint8Array.from([...pickles, ...numbers]);
}

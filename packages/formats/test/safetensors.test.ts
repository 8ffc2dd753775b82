import { describe, expect, test } from 'vitest';
import {
  decodeSafetensors,
  ElementTypeError,
  elementCount,
  encodeSafetensors,
  encodeSafetensorsHeader,
  FormatError,
  readSafetensorsHeader,
  SafetensorsError,
  toFloat32,
} from '../src/index';
import { fileOf } from './safetensors-file';

const entry = (start: number, end: number, shape: unknown = [1], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
});
const floats = (bytes: Uint8Array) =>
  [...decodeSafetensors(bytes).tensors].map(([name, tensor]) => [
    name,
    tensor.shape,
    [...toFloat32(tensor.bytes, tensor)],
  ]);

describe('a safetensors file', () => {
  test('equals the file of the reference implementation', () => {
    // safetensors 0.5: safetensors.numpy.save({'b': [[1, 2]], 'a': 3} as float32, {'k': 'v'}).
    const json =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
      '"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}';
    const data = new Uint8Array(Float32Array.of(3, 1, 2).buffer);
    expect(floats(fileOf(json, data))).toEqual([
      ['a', [], [3]],
      ['b', [1, 2], [1, 2]],
    ]);
    const written = encodeSafetensors(
      new Map([
        ['a', { shape: [], values: Float32Array.of(3) }],
        ['b', { shape: [1, 2], values: Float32Array.of(1, 2) }],
      ]),
      { k: 'v' },
    );
    expect(written).toEqual(fileOf(json.padEnd(136), data));
  });

  test('keeps names and text of any kind', () => {
    const values = Float32Array.of(1);
    const names = ['__proto__', '2', '1', 'constructor', 'größe "q"\\\u0000', '😀', ''];
    const tensors = new Map(names.map(name => [name, { shape: [1, 1], values }]));
    const metadata = Object.fromEntries(names.map(name => [name, `${name}!`]));
    const back = decodeSafetensors(encodeSafetensors(tensors, metadata));
    expect([...back.tensors.keys()]).toEqual(names);
    expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
  });

  test('keeps numbers of other types, those of larger elements first, so that all are aligned', () => {
    const tensors = new Map([
      ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 3) }],
      ['doubles', { shape: [1], values: Float64Array.of(0.1) }],
      ['counts', { shape: [1], values: BigInt64Array.of(-1n) }],
      ['none', { shape: [0, 7], values: new Float32Array(0) }],
      ['floats', { shape: [2], values: Float32Array.of(1, 2) }],
    ]);
    const bytes = encodeSafetensors(tensors);
    const read = [...decodeSafetensors(bytes).tensors.values()];
    expect(read.map(({ name, dtype, start }) => [name, dtype, start % 8])).toEqual([
      ['doubles', 'F64', 0],
      ['counts', 'I64', 0],
      ['none', 'F32', 0],
      ['floats', 'F32', 0],
      ['bytes', 'U8', 0],
    ]);
    expect(new BigInt64Array(read[1]!.bytes.slice().buffer)).toEqual(BigInt64Array.of(-1n));
    expect([...toFloat32(read[0]!.bytes, read[0]!)]).toEqual([Math.fround(0.1)]);
  });

  test('may have tensors that are not aligned', () => {
    const header = { a: entry(0, 1, [1], 'U8'), b: entry(1, 5), c: entry(5, 7, [1], 'BF16') };
    const data = Uint8Array.of(9, 0, 0, 0xc0, 0x3f, 0xc0, 0x3f);
    for (const padding of ['', ' ', '  ', '   ', '\n\t\r ']) {
      const file = fileOf(JSON.stringify(header) + padding, data);
      // Of a Buffer too, whose `slice` is a view.
      for (const bytes of [file, Buffer.from(file)]) {
        const { tensors } = decodeSafetensors(bytes);
        for (const name of ['b', 'c']) {
          const tensor = tensors.get(name)!;
          expect([...toFloat32(tensor.bytes, tensor)]).toEqual([1.5]);
        }
      }
    }
  });

  test('has every type of the standard', () => {
    const bits = { F4: 4, F6_E2M3: 6, F6_E3M2: 6, BOOL: 8, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8 };
    const more = {
      F8_E8M0: 8,
      F8_E4M3FNUZ: 8,
      F8_E5M2FNUZ: 8,
      I16: 16,
      U16: 16,
      F16: 16,
      BF16: 16,
    };
    const large = { I32: 32, U32: 32, F32: 32, C64: 64, F64: 64, I64: 64, U64: 64 };
    for (const [dtype, size] of Object.entries({ ...bits, ...more, ...large })) {
      const bytes = (4 * size) / 8;
      const file = fileOf({ a: entry(0, bytes, [2, 2], dtype) }, new Uint8Array(bytes));
      const tensor = decodeSafetensors(file).tensors.get('a')!;
      expect([tensor.dtype, tensor.bytes.length]).toEqual([dtype, bytes]);
      const isFloat = ['F64', 'F32', 'F16', 'BF16'].includes(dtype);
      const read = () => toFloat32(tensor.bytes, tensor, { source: 'x' });
      if (isFloat) expect([...read()]).toEqual([0, 0, 0, 0]);
      else expect(read).toThrow(ElementTypeError);
      if (!isFloat)
        expect(read).toThrow(`x: 'a' is ${dtype}; weights must be F64, F32, F16 or BF16.`);
    }
    // Three numbers of four bits are no whole number of bytes.
    expect(() => decodeSafetensors(fileOf({ a: entry(0, 2, [3], 'F4') }, [1, 2]))).toThrow(
      /no whole number of bytes/,
    );
  });

  test('is read by ranges, the header first', async () => {
    const bytes = encodeSafetensors(
      new Map([['a', { shape: [2], values: Float32Array.of(1, 2) }]]),
    );
    const asked: number[][] = [];
    const read = async (start: number, end: number) => {
      asked.push([start, end]);
      return bytes.subarray(start, end);
    };
    const { entries } = await readSafetensorsHeader(read, bytes.length);
    expect(asked).toEqual([
      [0, 8],
      [8, bytes.length - 8],
    ]);
    expect(entries[0]).toMatchObject({ name: 'a', start: bytes.length - 8, end: bytes.length });
    const short = readSafetensorsHeader(async (start, end) => bytes.slice(start, end - 1), 99, {
      source: 'far',
    });
    await expect(short).rejects.toThrow(
      /^far is not a whole safetensors file: 7 bytes could be read/,
    );
  });
});

const eight = new Uint8Array(8);
const huge = (length: bigint) => {
  const bytes = fileOf('{}');
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
};
const raw = (text: string) => fileOf(text, new Uint8Array(4));
const tensor = (fields: string) => raw(`{"a":{${fields}}}`);
const [dtype, shape, offsets] = ['"dtype":"F32"', '"shape":[1]', '"data_offsets":[0,4]'];

describe('a safetensors file is refused by name', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['that is empty', new Uint8Array(0), /it has only 0 bytes/],
    ['of seven bytes', new Uint8Array(7), /it has only 7 bytes/],
    ['with no header', new Uint8Array(8), /not a JSON object/],
    ['that claims a huge header', huge(1n << 63n), /would have 9223372036854775808 bytes/],
    ['that claims a header above the bound', huge(25_000_001n), /more than 25000000/],
    ['that ends within its header', huge(3n), /ends within its header/],
    ['whose header is no JSON', fileOf('{"a'), /should have a string at character 1/],
    ['whose header is a list', fileOf('[]'), /not a JSON object/],
    ['whose header begins with a space', fileOf(' {}'), /not a JSON object/],
    ['whose header begins with a mark', fileOf('\ufeff{}'), /not a JSON object/],
    ['whose header is not UTF-8', fileOf(Buffer.from([0x7b, 0xff, 0x7d])), /is not UTF-8/],
    ['with more after the header', fileOf('{} {}'), /should have its end at character 3/],
    ['with a comma too many', raw(`{"a":{${dtype},${shape},${offsets}},}`), /should have a string/],
    ['with a gap', fileOf({ a: entry(4, 8) }, eight), /'a' should begin at byte/],
    [
      'with a gap inside',
      fileOf({ a: entry(0, 2, [1], 'F16'), b: entry(4, 8) }, eight),
      /'b' should/,
    ],
    ['with an overlap', fileOf({ a: entry(0, 4), b: entry(0, 4) }, eight), /'b' should begin/],
    ['with half an overlap', fileOf({ a: entry(0, 4), b: entry(2, 6) }, eight), /'b' should begin/],
    ['that is cut', fileOf({ a: entry(0, 4) }), /'a' would end at byte/],
    ['that is too long', fileOf({ a: entry(0, 4) }, eight), /its tensors end at byte/],
    ['with an empty tensor outside', fileOf({ a: entry(9, 9, [0]) }), /'a' should begin at byte/],
    ['with a wrong size', fileOf({ a: entry(0, 8) }, eight), /should have 4 bytes, not 8/],
    ['with a backwards range', fileOf({ a: entry(4, 0) }, eight), /should have 4 bytes, not -4/],
    ['with a negative offset', fileOf({ a: entry(-4, 0) }, eight), /should have a whole number/],
    ['with an entry of null', fileOf({ a: null }), /should have '{'/],
    [
      'with an unknown type',
      fileOf({ a: entry(0, 4, [1], 'F33') }, [0, 0, 0, 0]),
      /is "F33", which/,
    ],
    ['with a type of objects', fileOf({ a: entry(0, 4, [1], 'toString') }), /is "toString", which/],
    ['with a type that is a number', fileOf({ a: entry(0, 4, [1], 5) }), /should have a string/],
    [
      'with a side of 1.0',
      tensor(`${dtype},"shape":[1.0],${offsets}`),
      /should have a whole number/,
    ],
    [
      'with a side of 1e0',
      tensor(`${dtype},"shape":[1e0],${offsets}`),
      /should have a whole number/,
    ],
    ['with a side of 01', tensor(`${dtype},"shape":[01],${offsets}`), /should have a whole number/],
    [
      'with a side of -1',
      tensor(`${dtype},"shape":[-1,-1],${offsets}`),
      /should have a whole number/,
    ],
    [
      'with a side of NaN',
      tensor(`${dtype},"shape":[NaN],${offsets}`),
      /should have a whole number/,
    ],
    [
      'with a side of null',
      tensor(`${dtype},"shape":[null],${offsets}`),
      /should have a whole number/,
    ],
    [
      'with a side of "1"',
      tensor(`${dtype},"shape":["1"],${offsets}`),
      /should have a whole number/,
    ],
    [
      'with a side of 2^53',
      tensor(`${dtype},"shape":[9007199254740992],${offsets}`),
      /below 2\^53/,
    ],
    [
      'with a product that is 0 in 64 bits',
      tensor(`${dtype},"shape":[4294967296,4294967296],"data_offsets":[0,0]`),
      /no whole number of bytes below/,
    ],
    ['with three offsets', tensor(`${dtype},${shape},"data_offsets":[0,4,8]`), /two data_offsets/],
    ['with one offset', tensor(`${dtype},${shape},"data_offsets":[0]`), /two data_offsets/],
    ['without a type', tensor(`${shape},${offsets}`), /should have a dtype/],
    ['without a shape', tensor(`${dtype},${offsets}`), /should have a dtype/],
    ['without offsets', tensor(`${dtype},${shape}`), /should have a dtype/],
    ['with another field', tensor(`${dtype},${shape},${offsets},"x":1`), /has a field "x"/],
    ['with a field twice', tensor(`${dtype},${shape},${shape},${offsets}`), /has "shape" twice/],
    [
      'with a tensor twice',
      fileOf(
        `{"a":${JSON.stringify(entry(0, 4))},"\\u0061":${JSON.stringify(entry(4, 8))}}`,
        eight,
      ),
      /has "a" twice/,
    ],
    [
      'with metadata twice',
      fileOf('{"__metadata__":{},"__metadata__":{}}'),
      /"__metadata__" twice/,
    ],
    ['with text twice', fileOf('{"__metadata__":{"a":"","a":""}}'), /has "a" twice/],
    ['with metadata of numbers', fileOf({ __metadata__: { a: 1 } }), /should have a string/],
    ['with metadata of null', fileOf({ __metadata__: null }), /should have '{'/],
    ['with half a character', fileOf('{"__metadata__":{"a":"\\ud800"}}'), /of whole characters/],
    ['with a line break in a name', fileOf('{"a\n":{}}'), /should have a string/],
  ])('%s', (_, bytes, message) => {
    const read = () => decodeSafetensors(bytes, { source: 'x/model.safetensors' });
    expect(read).toThrow(SafetensorsError);
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^x\/model\.safetensors is not a whole safetensors file: /);
  });
});

describe('a safetensors file is not written', () => {
  const values = Float32Array.of(1, 2);
  test.each<[string, Map<string, never>, RegExp]>([
    ['of another shape', new Map([['a', { shape: [3], values } as never]]), /not have 2 values/],
    ['of negative sides', new Map([['a', { shape: [-1, -2], values } as never]]), /not have 2/],
    [
      'of a list',
      new Map([['a', { shape: [2], values: [1, 2] } as never]]),
      /not an array of numbers/,
    ],
    ['of nothing', new Map([['a', { shape: [2] } as never]]), /not an array of numbers/],
    [
      'with a reserved name',
      new Map([['__metadata__', { shape: [2], values } as never]]),
      /reserved/,
    ],
    [
      'with half a character',
      new Map([['\ud800', { shape: [2], values } as never]]),
      /half a char/,
    ],
  ])('%s', (_, tensors, message) => {
    expect(() => encodeSafetensors(tensors)).toThrow(SafetensorsError);
    expect(() => encodeSafetensors(tensors)).toThrow(message);
  });

  test('with a name twice, or with invalid text', () => {
    const twice = [
      { name: 'a', shape: [1] },
      { name: 'a', shape: [1] },
    ];
    expect(() => encodeSafetensorsHeader(twice)).toThrow(/'a' cannot be written.*twice/);
    expect(() => encodeSafetensorsHeader([], { a: 1 } as never)).toThrow(/should be a string/);
    expect(() => encodeSafetensorsHeader([], { a: '\udc00' })).toThrow(/whole characters/);
  });
});

test('elements are counted only for integer shapes', () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([3, 0])).toBe(0);
  expect(elementCount([2, 3, 4])).toBe(24);
  for (const shape of [[-1], [0.5], [Number.NaN], [Infinity], [2 ** 53], [2 ** 30, 2 ** 30]])
    expect(elementCount(shape)).toBeUndefined();
});

test.each([
  ['a zip of torch.save', [0x50, 0x4b, 3, 4, 0, 0, 8, 8], /a zip.*save_file/],
  ["Git LFS's pointer", [...new TextEncoder().encode('version https://git-lfs')], /git lfs pull/],
  ['a web page', [...new TextEncoder().encode('<!doctype html>')], /a web page/],
  ['a pickle', [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46], /a Python pickle/],
  ['HDF5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], /HDF5/],
])('%s is called by its name', (_, bytes, message) => {
  const reading = () => decodeSafetensors(Uint8Array.from(bytes), { source: 'w.safetensors' });
  expect(reading).toThrow(SafetensorsError);
  expect(reading).toThrow(message);
});

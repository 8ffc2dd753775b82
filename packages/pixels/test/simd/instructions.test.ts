import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as assembler from '../../src/simd/assembler';
import { type Code, long, number, routine, vector } from '../../src/simd/assembler';
import { assembled, bytesOf, computing, type Kind, kinds } from './assembled';

const integers = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: Math.imul,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b) => a >> b,
  shiftRightUnsigned: (a, b) => a >>> b,
  equal: (a, b) => Number(a === b),
  different: (a, b) => Number(a !== b),
  lessThan: (a, b) => Number(a < b),
  greaterThan: (a, b) => Number(a > b),
} satisfies Record<string, (a: number, b: number) => number>;

const longs = {
  subtract: (a, b) => a - b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << (b & 63n),
  shiftRight: (a, b) => a >> (b & 63n),
  shiftRightUnsigned: (a, b) => BigInt.asUintN(64, a) >> (b & 63n),
} satisfies Record<string, (a: bigint, b: bigint) => bigint>;

const int16 = (bytes: Uint8Array) => new Int16Array(bytes.buffer);
const int32 = (bytes: Uint8Array) => new Int32Array(bytes.buffer);
const within = (least: number, most: number) => (value: number) =>
  Math.max(least, Math.min(value, most));

/** Storing into a typed array drops the bits that its numbers have no place for. */
const vectors = {
  sumPairs8: a => Uint16Array.from({ length: 8 }, (_, at) => a[2 * at]! + a[2 * at + 1]!),
  swizzle: (a, b) => Uint8Array.from(b, place => a[place] ?? 0),
  narrow32To16: (a, b) => Int16Array.from([...int32(a), ...int32(b)], within(-32768, 32767)),
  narrow16ToSigned8: (a, b) => Int8Array.from([...int16(a), ...int16(b)], within(-128, 127)),
  narrow16To8: (a, b) => Uint8Array.from([...int16(a), ...int16(b)], within(0, 255)),
  extendLow8: a => Uint16Array.from(a.subarray(0, 8)),
  extendHigh8: a => Uint16Array.from(a.subarray(8)),
  extendLow16: a => Int32Array.from(int16(a).subarray(0, 4)),
  extendHigh16: a => Int32Array.from(int16(a).subarray(4)),
  add8: (a, b) => Uint8Array.from(a, (value, at) => value + b[at]!),
  add16: (a, b) => Int16Array.from(int16(a), (value, at) => value + int16(b)[at]!),
  subtract16: (a, b) => Int16Array.from(int16(a), (value, at) => value - int16(b)[at]!),
  roundedProduct16: (a, b) =>
    Int16Array.from(int16(a), (value, at) =>
      within(-32768, 32767)(Math.floor((value * int16(b)[at]!) / 32768 + 0.5)),
    ),
  add32: (a, b) => Int32Array.from(int32(a), (value, at) => value + int32(b)[at]!),
  subtract32: (a, b) => Int32Array.from(int32(a), (value, at) => value - int32(b)[at]!),
  dot: (a, b) => {
    const products = Array.from(int16(a), (value, at) => value * int16(b)[at]!);
    return Int32Array.from({ length: 4 }, (_, at) => products[2 * at]! + products[2 * at + 1]!);
  },
  and: (a, b) => Uint8Array.from(a, (value, at) => value & b[at]!),
  or: (a, b) => Uint8Array.from(a, (value, at) => value | b[at]!),
} satisfies Record<string, (a: Uint8Array, b: Uint8Array) => ArrayBufferView>;

/** By a constant, of which the bits count that a place in a number has. */
const shifts = {
  shiftLeft16: (a, by) => Int16Array.from(int16(a), value => value << (by & 15)),
  shiftRight16: (a, by) => Int16Array.from(int16(a), value => value >> (by & 15)),
  shiftRightUnsigned16: (a, by) =>
    Uint16Array.from(new Uint16Array(a.buffer), value => value >>> (by & 15)),
  shiftLeft32: (a, by) => Int32Array.from(int32(a), value => value << by),
  shiftRight32: (a, by) => Int32Array.from(int32(a), value => value >> by),
} satisfies Record<string, (a: Uint8Array, by: number) => ArrayBufferView>;

interface Load {
  readonly load: (address: Code, offset?: number) => Code;
  readonly to: Kind;
  /** Bytes that are read. */
  readonly size: number;
  readonly expected: (bytes: DataView) => ArrayBufferView;
}

/** Bytes in front of zeros. */
const zeroed = ({ buffer, byteOffset, byteLength }: DataView) => {
  const result = new Uint8Array(16);
  result.set(new Uint8Array(buffer, byteOffset, byteLength));
  return result;
};

const loads = {
  load32: {
    ...{ load: assembler.load32, to: 'integer', size: 4 },
    expected: bytes => Int32Array.of(bytes.getInt32(0, true)),
  },
  load8: {
    ...{ load: assembler.load8, to: 'integer', size: 1 },
    expected: bytes => Int32Array.of(bytes.getUint8(0)),
  },
  load16: {
    ...{ load: assembler.load16, to: 'integer', size: 2 },
    expected: bytes => Int32Array.of(bytes.getInt16(0, true)),
  },
  'long.load': {
    ...{ load: long.load, to: 'long', size: 8 },
    expected: bytes => BigInt64Array.of(bytes.getBigInt64(0, true)),
  },
  'long.load32': {
    ...{ load: long.load32, to: 'long', size: 4 },
    expected: bytes => BigInt64Array.of(BigInt(bytes.getUint32(0, true))),
  },
  'vector.load': {
    ...{ load: vector.load, to: 'vector', size: 16 },
    expected: zeroed,
  },
  'vector.load32Splat': {
    ...{ load: vector.load32Splat, to: 'vector', size: 4 },
    expected: bytes => new Int32Array(4).fill(bytes.getInt32(0, true)),
  },
  'vector.load32Zero': {
    ...{ load: vector.load32Zero, to: 'vector', size: 4 },
    expected: zeroed,
  },
  'vector.load64Zero': {
    ...{ load: vector.load64Zero, to: 'vector', size: 8 },
    expected: zeroed,
  },
} satisfies Record<string, Load>;

interface Store {
  readonly store: (address: Code, value: Code, offset?: number) => Code;
  readonly of: Kind;
  /** Which bytes of the value are written: from the first, so many. */
  readonly first: number;
  readonly size: number;
  readonly takesOffset: boolean;
}

const whole = { first: 0, takesOffset: true } as const;
const stores: Record<string, Store> = {
  store32: { store: assembler.store32, of: 'integer', size: 4, ...whole },
  store16: { store: assembler.store16, of: 'integer', size: 2, ...whole },
  store8: { store: assembler.store8, of: 'integer', size: 1, ...whole },
  'long.store': { store: long.store, of: 'long', size: 8, ...whole },
  'vector.store': { store: vector.store, of: 'vector', size: 16, ...whole },
  'vector.store32': {
    ...{ store: vector.store32, of: 'vector', size: 4, first: 0, takesOffset: false },
  },
  ...Object.fromEntries(
    [0, 1, 2, 3].map(lane => [
      `vector.store32Lane ${lane}`,
      {
        store: (address: Code, value: Code) => vector.store32Lane(address, value, lane),
        ...{ of: 'vector', size: 4, first: 4 * lane, takesOffset: false },
      },
    ]),
  ),
  ...Object.fromEntries(
    ([0, 1] as const).map(lane => [
      `vector.store64 ${lane}`,
      {
        store: (address: Code, value: Code) => vector.store64(address, value, lane),
        ...{ of: 'vector', size: 8, first: 8 * lane, takesOffset: false },
      },
    ]),
  ),
};

test('every instruction is tried here', () => {
  const names = (prefix: string, group: object) => Object.keys(group).map(name => prefix + name);
  const tried = [
    ...[...names('', integers), ...names('long.', longs), ...names('vector.', vectors)],
    ...[...names('vector.', shifts), ...names('', loads), ...names('', stores)],
    // Each has a test of its own.
    ...['number', 'long.number', 'long.low', 'long.ofVector', 'vector.bytes', 'vector.shuffle'],
    ...['vector.splat16', 'vector.splat32', 'vector.spread16'],
  ].map(name => name.split(' ')[0]);
  // In control.test.ts.
  const control = ['i32', 'Frame', 'routine', 'count', 'block', 'repeat', 'leave', 'leaveWhen'];
  const { long: ofLong, vector: ofVector, ...others } = assembler;
  const all = [...names('', others), ...names('long.', ofLong), ...names('vector.', ofVector)];
  expect([...new Set(tried), ...control, 'fail', 'when', 'whenElse'].sort()).toEqual(all.sort());
});

const often = (values: readonly number[], others: fc.Arbitrary<number>) =>
  fc.oneof(fc.constantFrom(...values), others);
const some32 = often([0, 1, -1, 31, 32, 33, 2 ** 31 - 1, -(2 ** 31)], fc.integer());
const some64 = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 63n, 64n, 65n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const extreme16 = [0, 1, -1, 127, 128, 255, 256, -128, -129, 16384, 32767, -32767, -32768];
const filled = (length: number, lane: fc.Arbitrary<number>) =>
  fc.array(lane, { minLength: length, maxLength: length });
/** 16 bytes whose 8-, 16- or 32-bit numbers are often where something overflows. */
const someVector = fc.oneof(
  filled(16, often([0, 1, 15, 16, 127, 128, 255], fc.nat(255))).map(lanes =>
    Uint8Array.from(lanes),
  ),
  filled(8, often(extreme16, fc.integer({ min: -32768, max: 32767 }))).map(lanes =>
    bytesOf(Int16Array.from(lanes)),
  ),
  filled(4, often([0, 32767, 32768, -32768, -32769, 2 ** 31 - 1, -(2 ** 31)], fc.integer())).map(
    lanes => bytesOf(Int32Array.from(lanes)),
  ),
);

describe('of 32-bit integers', () => {
  const operations: Pick<typeof assembler, keyof typeof integers> = assembler;

  test.each(Object.entries(integers))('%s', (name, expected) => {
    const compute = computing('integer', 'integer', operations[name as keyof typeof integers]);
    fc.assert(
      fc.property(some32, some32, (a, b) => {
        const result = int32(compute(Int32Array.of(a), Int32Array.of(b)))[0];
        expect(result).toBe(expected(a, b) | 0);
      }),
      { numRuns: 300 },
    );
  });

  test('operands are computed in their order, and only once', () => {
    const nested = computing('integer', 'integer', (a, b) =>
      assembler.subtract(assembler.subtract(a, b), assembler.subtract(b, number(5))),
    );
    expect(int32(nested(Int32Array.of(100), Int32Array.of(7)))[0]).toBe(100 - 7 - (7 - 5));
  });
});

describe('of 64-bit integers', () => {
  const first = (bytes: Uint8Array) => new BigInt64Array(bytes.buffer)[0];

  test.each(Object.entries(longs))('%s', (name, expected) => {
    const compute = computing('long', 'long', long[name as keyof typeof longs]);
    fc.assert(
      fc.property(some64, some64, (a, b) => {
        const result = first(compute(BigInt64Array.of(a), BigInt64Array.of(b)));
        expect(result).toBe(BigInt.asIntN(64, expected(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  test('low', () => {
    const compute = computing('long', 'integer', long.low);
    fc.assert(
      fc.property(some64, value => {
        expect(int32(compute(BigInt64Array.of(value)))[0]).toBe(Number(BigInt.asIntN(32, value)));
      }),
    );
  });

  test('ofVector', () => {
    const compute = computing('vector', 'long', long.ofVector);
    fc.assert(
      fc.property(someVector, bytes => {
        expect(compute(bytes)).toEqual(bytes.slice(0, 8));
      }),
    );
  });
});

describe('of vectors', () => {
  test.each(Object.entries(vectors))('%s', (name, expected) => {
    const compute = computing('vector', 'vector', vector[name as keyof typeof vectors]);
    fc.assert(
      fc.property(someVector, someVector, (a, b) => {
        expect(compute(a, b)).toEqual(bytesOf(expected(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  test.each(['roundedProduct16', 'narrow16To8', 'narrow16ToSigned8'] as const)(
    '%s of every 16-bit number with each of those at the borders',
    name => {
      const compute = computing('vector', 'vector', vector[name]);
      const wrong: string[] = [];
      for (const other of extreme16) {
        const b = bytesOf(new Int16Array(8).fill(other));
        for (let first = -32768; first < 32768; first += 8) {
          const a = bytesOf(Int16Array.from({ length: 8 }, (_, at) => first + at));
          const expected = Buffer.from(bytesOf(vectors[name](a, b)));
          if (!expected.equals(compute(a, b))) wrong.push(`${first} to ${first + 7}, ${other}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test('what rounds and what saturates, on numbers to check by hand', () => {
    const of = (name: keyof typeof vectors, a: number[], b: number[]) => {
      const filledUp = (values: number[]) =>
        Int16Array.from({ length: 8 }, (_, at) => values[at] ?? 0);
      return computing('vector', 'vector', vector[name])(filledUp(a), filledUp(b));
    };
    // 0.5 rounds up, -0.5 too; 1 times 1 is one too large.
    expect([
      ...int16(of('roundedProduct16', [1, -1, -32768, 32767], [16384, 16384, -32768, 32767])),
    ]).toEqual([1, 0, 32767, 32766, 0, 0, 0, 0]);
    expect([...of('narrow16To8', [-1, 255, 256], [32767])].slice(0, 9)).toEqual([
      ...[0, 255, 255, 0, 0, 0, 0, 0, 255],
    ]);
    // The one product sum that wraps.
    expect(int32(of('dot', [-32768, -32768], [-32768, -32768]))[0]).toBe(-(2 ** 31));
  });

  describe.each(Object.entries(shifts))('%s', (name, expected) => {
    test.each([0, 1, 2, 7, 8, 14, 15, 16, 17, 30, 31, 32, 33, 63, 64, -1])('by %i', by => {
      const compute = computing('vector', 'vector', a =>
        vector[name as keyof typeof shifts](a, by),
      );
      fc.assert(
        fc.property(someVector, a => {
          expect(compute(a)).toEqual(bytesOf(expected(a, by)));
        }),
      );
    });
  });

  test('shuffle', () => {
    fc.assert(
      fc.property(someVector, someVector, filled(16, fc.nat(31)), (a, b, places) => {
        const compute = computing('vector', 'vector', (x, y) => vector.shuffle(x, y, places));
        expect(compute(a, b)).toEqual(Uint8Array.from(places, place => [...a, ...b][place]!));
      }),
    );
  });

  test('bytes, splat16 and splat32 are constants', () => {
    const constant = (code: Code) => computing('vector', 'vector', () => code)();
    fc.assert(
      fc.property(someVector, some32, (bytes, value) => {
        expect(constant(vector.bytes(...bytes))).toEqual(bytes);
        expect(constant(vector.splat32(value))).toEqual(bytesOf(new Int32Array(4).fill(value)));
        const of16 = value >> 16;
        expect(constant(vector.splat16(of16))).toEqual(bytesOf(new Int16Array(8).fill(of16)));
      }),
    );
    expect(constant(vector.splat16(65535))).toEqual(new Uint8Array(16).fill(255));
  });

  test('spread16', () => {
    const compute = computing('integer', 'vector', vector.spread16);
    fc.assert(
      fc.property(some32, value => {
        expect(compute(Int32Array.of(value))).toEqual(bytesOf(new Int16Array(8).fill(value)));
      }),
    );
  });

  const a = vector.bytes(...Array(16).fill(0));
  test.each<[string, () => Code, string]>([
    ['15 bytes', () => vector.bytes(...Array(15).fill(0)), '16 bytes are needed, not 15.'],
    ['17 bytes', () => vector.bytes(...Array(17).fill(0)), '16 bytes are needed, not 17.'],
    ['a byte of 256', () => vector.bytes(...Array(15).fill(0), 256), 'from 0 to 255, not 256.'],
    ['a byte of -1', () => vector.bytes(-1, ...Array(15).fill(0)), 'from 0 to 255, not -1.'],
    ['no places', () => vector.shuffle(a, a, []), '16 bytes are needed, not 0.'],
    ['the 33rd place', () => vector.shuffle(a, a, Array(16).fill(32)), 'from 0 to 31, not 32.'],
    ['a fifth quarter', () => vector.store32Lane(number(0), a, 4), 'from 0 to 3, not 4.'],
    ['a third half', () => vector.store64(number(0), a, 2 as 1), 'from 0 to 1, not 2.'],
    ['17 bits', () => vector.splat16(65536), 'from -32768 to 65535, not 65536.'],
    ['-32769', () => vector.splat16(-32769), 'from -32768 to 65535, not -32769.'],
    ['33 bits', () => vector.splat32(2 ** 32), 'from -2147483648 to 4294967295, not 4294967296.'],
    ['a shift by a half', () => vector.shiftLeft16(a, 0.5), 'a whole number from'],
  ])('refuse %s', (_, write, message) => {
    expect(write).toThrow(RangeError);
    expect(write).toThrow(message);
  });
});

/** Addresses of one page; all that is read and written lies between 256 and 65536. */
const page = 65536;
const offsets = [0, 1, 63, 64, 127, 128, 8191, 8192, 16383, 16384, 60000];
const noise = Uint8Array.from({ length: page }, (_, at) => (at * 2654435761) >>> 13);
/** Where the last byte is one too far; beyond 32 bits there is no way round to the beginning. */
const outside = [
  [page, 0],
  [page - 1000, 1000],
  [0, page],
  [-1, 1],
  [-1, 2 ** 32 - 1],
  [0, 2 ** 31],
] as const;

describe.each(Object.entries(loads))('%s', (_, { load, to, size, expected }) => {
  const loading = (offset: number) => {
    const { calls, bytes } = assembled(
      routine('load', ['address'], (_, { address }) => [
        kinds[to].store(number(0), load(address.get, offset)),
      ]),
    );
    bytes.set(noise);
    return { read: calls.load!, bytes };
  };

  test.each(offsets)(
    'at an offset of %i reads from every address, of even and odd ones',
    offset => {
      const { read, bytes } = loading(offset);
      const last = page - offset - size;
      for (const address of [...Array(17).keys()].flatMap(at => [256 + at, last - at])) {
        read(address);
        const from = new DataView(noise.buffer, address + offset, size);
        expect(bytes.slice(0, kinds[to].size)).toEqual(bytesOf(expected(from)));
      }
    },
  );

  test('without an offset reads from the address', () => {
    expect(load(number(5))).toEqual(load(number(5), 0));
  });

  test.each(outside)(
    'fails outside of the memory, at %i with an offset of %i',
    (address, offset) => {
      const { read } = loading(offset);
      const from = address > 0 && address + offset === page ? address - size + 1 : address;
      expect(() => read(from)).toThrow(WebAssembly.RuntimeError);
    },
  );

  test('refuses an offset that is no number of 32 bits', () => {
    expect(() => load(number(0), -1)).toThrow(RangeError);
    expect(() => load(number(0), 2 ** 32)).toThrow(RangeError);
  });
});

describe.each(Object.entries(stores))('%s', (_, { store, of, first, size, takesOffset }) => {
  const storing = (offset: number) => {
    const { calls, bytes } = assembled(
      routine('store', ['address'], (_, { address }) => [
        store(address.get, kinds[of].load(number(16)), ...(takesOffset ? [offset] : [])),
      ]),
    );
    bytes.set(noise);
    return { write: calls.store!, bytes };
  };
  const own = noise.slice(16 + first, 16 + first + size);

  test.each(takesOffset ? offsets : [0])(
    'at an offset of %i writes its bytes, and no others',
    offset => {
      const { write, bytes } = storing(offset);
      for (const address of [256, 257, 258, 259, 260, 263, page - offset - size]) {
        bytes.set(noise);
        write(address);
        const expected = Buffer.from(noise);
        expected.set(own, address + offset);
        expect(bytes.slice(address + offset, address + offset + size)).toEqual(own);
        expect(expected.equals(bytes)).toBe(true);
      }
    },
  );

  test.each(takesOffset ? outside : outside.filter(([, offset]) => offset === 0))(
    'fails outside of the memory, at %i with an offset of %i',
    (address, offset) => {
      const { write, bytes } = storing(offset);
      const from = address > 0 && address + offset === page ? address - size + 1 : address;
      expect(() => write(from)).toThrow(WebAssembly.RuntimeError);
      expect(Buffer.from(noise).equals(bytes)).toBe(true);
    },
  );
});

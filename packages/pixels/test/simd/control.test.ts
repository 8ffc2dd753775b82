import { describe, expect, test } from 'vitest';
import {
  add,
  block,
  type Code,
  count,
  Frame,
  fail,
  type Local,
  leave,
  leaveWhen,
  lessThan,
  long,
  multiply,
  number,
  repeat,
  routine,
  store32,
  subtract,
  vector,
  when,
  whenElse,
} from '../../src/simd/assembler';
import { assembled } from './assembled';

/** What a routine leaves in its variable `result`, which begins with 0. */
function resultOf(write: (result: Local, frame: Frame) => Code[]): number {
  const { calls, bytes } = assembled(
    routine('run', [], frame => {
      const result = frame.integer();
      return [...write(result, frame), store32(number(0), result.get)];
    }),
  );
  calls.run!();
  return new Int32Array(bytes.buffer)[0]!;
}

/** Writes a digit after those of before. */
const digit = (result: Local, value: Code) =>
  result.set(add(multiply(result.get, number(10)), value));

describe('count', () => {
  const visited = (from: number, end: number, step?: number) =>
    resultOf((result, frame) => {
      const index = frame.integer();
      return [
        index.set(number(from)),
        count(index, number(end), [digit(result, index.get)], step),
        digit(result, index.get),
      ];
    });

  test.each([
    [1, 4, undefined, 1234],
    [1, 7, 3, 147],
    // The last step goes beyond the end.
    [1, 5, 3, 147],
    [4, 4, undefined, 4],
    [5, 4, undefined, 5],
  ])('from %i to %i by %s visits, and then the index is %i', (from, end, step, digits) => {
    expect(visited(from, end, step)).toBe(digits);
  });

  test('knows numbers below zero', () => {
    expect(visited(-2, 0)).toBe(-210);
  });

  test('evaluates the end again before each step', () => {
    const result = resultOf((sum, frame) => {
      const [index, end] = [frame.integer(), frame.integer()];
      return [
        end.set(number(8)),
        count(index, end.get, [digit(sum, index.get), end.set(subtract(end.get, number(1)))]),
      ];
    });
    expect(result).toBe(123);
  });

  test('in count', () => {
    const result = resultOf((sum, frame) => {
      const [row, column] = [frame.integer(), frame.integer()];
      return [
        count(row, number(300), [
          column.set(number(0)),
          count(column, row.get, [sum.set(add(sum.get, number(1)))]),
        ]),
      ];
    });
    expect(result).toBe((299 * 300) / 2);
  });
});

describe('leave', () => {
  test('goes to the end of the block at its depth', () => {
    const leaving = (depth: number) =>
      resultOf(result => [
        block(
          block(block(leave(depth), digit(result, number(1))), digit(result, number(2))),
          digit(result, number(3)),
        ),
        digit(result, number(4)),
      ]);
    expect([0, 1, 2].map(leaving)).toEqual([234, 34, 4]);
  });

  test('jumps back to the beginning of a loop', () => {
    const result = resultOf(sum => [
      repeat(digit(sum, number(7)), leaveWhen(0, lessThan(sum.get, number(5000)))),
      sum.set(add(sum.get, number(1))),
    ]);
    expect(result).toBe(7778);
  });

  test.each([0, 1, 127, 128, 129, 200])('leaves %i blocks and one', depth => {
    // Each block that is not left adds one.
    const result = resultOf(sum => {
      let body: Code[] = [leave(depth)];
      for (let around = 0; around <= 200; around++)
        body = [block(...body), sum.set(add(sum.get, number(1)))];
      return body;
    });
    expect(result).toBe(201 - depth);
    const conditional = resultOf(sum => {
      let body: Code[] = [leaveWhen(depth, number(0)), leaveWhen(depth, number(-1)), fail];
      for (let around = 0; around <= 200; around++)
        body = [block(...body), sum.set(add(sum.get, number(1)))];
      return body;
    });
    expect(conditional).toBe(201 - depth);
  });

  test.each([-1, 0.5, Number.NaN])('refuses a depth of %d', depth => {
    expect(() => leave(depth)).toThrow(RangeError);
    expect(() => leaveWhen(depth, number(1))).toThrow(RangeError);
  });
});

describe('when and whenElse', () => {
  test.each([0, 1, -1, 256, -(2 ** 31)])('treat %i as JavaScript does', condition => {
    expect(resultOf(result => [when(number(condition), result.set(number(5)))])).toBe(
      condition ? 5 : 0,
    );
    const branches = (yes: Code[], no: Code[]) =>
      resultOf(() => [whenElse(number(condition), yes, no)]);
    expect(branches([], [])).toBe(0);
    const either = resultOf(result => [
      whenElse(
        number(condition),
        [digit(result, number(1)), digit(result, number(2))],
        [digit(result, number(3)), digit(result, number(4))],
      ),
      digit(result, number(5)),
    ]);
    expect(either).toBe(condition ? 125 : 345);
  });
});

test('fail throws a RuntimeError, after what stands before it', () => {
  const { calls, bytes } = assembled(
    routine('run', ['fails'], (_, { fails }) => [
      store32(number(0), number(1)),
      when(fails.get, fail),
      store32(number(0), number(2)),
    ]),
  );
  expect(() => calls.run!(1)).toThrow(WebAssembly.RuntimeError);
  expect(bytes[0]).toBe(1);
  calls.run!(0);
  expect(bytes[0]).toBe(2);
});

describe('variables', () => {
  test('come after the parameters, in the order in which they are made, of their types', () => {
    const frame = new Frame(3);
    const made = [frame.integer(), frame.long(), frame.vector(), frame.integer()];
    expect(made.map(({ get }) => get)).toEqual([3, 4, 5, 6].map(index => [0x20, index]));
    expect(made[1]!.set([1, 2])).toEqual([1, 2, 0x21, 4]);
    expect(frame.locals).toEqual([0x7f, 0x7e, 0x7b, 0x7f]);
  });

  test('begin with 0 and keep what they are set to, also beyond 128 of them', () => {
    const names = Array.from({ length: 130 }, (_, at) => `p${at}`);
    const { calls, bytes } = assembled(
      routine('run', names, (frame, given) => {
        const mixed = Array.from({ length: 90 }, () => ({
          ...{ integer: frame.integer(), long: frame.long(), vector: frame.vector() },
        }));
        return [
          ...mixed.flatMap(({ integer, long: ofLong, vector: ofVector }, at) => [
            store32(number(0), integer.get, 8192 + 32 * at),
            long.store(number(0), ofLong.get, 8192 + 32 * at + 8),
            vector.store(number(0), ofVector.get, 8192 + 32 * at + 16),
          ]),
          ...mixed.flatMap(({ integer, long: ofLong, vector: ofVector }, at) => [
            integer.set(add(given[`p${at}`]!.get, number(at))),
            ofLong.set(long.number(1000 + at)),
            ofVector.set(vector.splat32(2000 + at)),
          ]),
          ...mixed.flatMap(({ integer, long: ofLong, vector: ofVector }, at) => [
            store32(number(0), integer.get, 32 * at),
            long.store(number(0), ofLong.get, 32 * at + 8),
            vector.store(number(0), ofVector.get, 32 * at + 16),
          ]),
          given.p129!.set(add(given.p128!.get, number(1))),
          store32(number(0), given.p129!.get, 4),
        ];
      }),
    );
    bytes.fill(255, 8192);
    calls.run!(...names.map((_, at) => 3 * at));
    const words = new Int32Array(bytes.buffer);
    for (let at = 0; at < 90; at++) {
      const [integer, , low, high, ...quarters] = words.subarray(8 * at, 8 * at + 8);
      expect([integer, low, high, ...quarters]).toEqual([
        ...[4 * at, 1000 + at, 0],
        ...Array(4).fill(2000 + at),
      ]);
      const begun = words.subarray(2048 + 8 * at, 2048 + 8 * at + 8);
      expect([...begun]).toEqual([0, -1, 0, 0, 0, 0, 0, 0]);
    }
    expect(words[1]).toBe(3 * 128 + 1);
  });

  test('are those of one call', () => {
    const { calls, bytes } = assembled(
      routine('run', [], frame => {
        const sum = frame.integer();
        return [sum.set(add(sum.get, number(1))), store32(number(0), sum.get)];
      }),
    );
    calls.run!();
    calls.run!();
    expect(bytes[0]).toBe(1);
  });

  test('two parameters with the same name are refused', () => {
    expect(() => routine('resize', ['from', 'to', 'from'], () => [])).toThrow(
      'resize: two parameters have the same name, in from, to, from.',
    );
  });
});

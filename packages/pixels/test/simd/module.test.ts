import { describe, expect, test } from 'vitest';
import { hasVectors } from '../../src/index';
import { add, type Code, leave, number, routine, store32, vector } from '../../src/simd/assembler';
import { blockPlan, codeTable } from '../../src/simd/coding';
import { interleaving, lanesOf } from '../../src/simd/lanes';
import { layOut } from '../../src/simd/layout';
import { machine } from '../../src/simd/machine';
import { assemble } from '../../src/simd/module';
import { transposeFew, transposePairs } from '../../src/simd/transposition';
import { assembled, computing } from './assembled';

const writing = (name: string, value: number) =>
  routine(name, ['address'], (_, { address }) => [store32(address.get, number(value))]);

/** Numbers and contents of sections, read by the definition. */
function sectionsOf(bytes: Uint8Array) {
  const sections: { id: number; content: Uint8Array }[] = [];
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at++]!;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      more = bytes[at]! >= 128;
      size |= (bytes[at++]! & 127) << shift;
    }
    sections.push({ id, content: bytes.slice(at, at + size) });
    at += size;
  }
  expect(at).toBe(bytes.length);
  return sections;
}

describe('a module', () => {
  test('of one routine is these bytes', () => {
    const bytes = assemble([routine('k', ['a', 'b'], frame => [frame.long().set([0x42, 7])])]);
    expect([...bytes.slice(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    expect(sectionsOf(bytes).map(({ id, content }) => [id, ...content])).toEqual([
      // One type: a function of two integers, without a result.
      [1, 1, 0x60, 2, 0x7f, 0x7f, 0],
      [3, 1, 0],
      // One memory of at least one page.
      [5, 1, 0, 1],
      [7, 2, 6, ...Buffer.from('memory'), 2, 0, 1, ...Buffer.from('k'), 0, 0],
      // One body of eight bytes, with one variable.
      [10, 1, 8, 1, 1, 0x7e, 0x42, 7, 0x21, 2, 0x0b],
    ]);
  });

  test('exports a memory and its routines in order, and imports nothing', () => {
    const { module, calls } = assembled(
      routine('none', [], () => []),
      writing('one', 1),
      routine('four', ['a', 'b', 'c', 'd'], () => []),
    );
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: 'memory', kind: 'memory' },
      ...['none', 'one', 'four'].map(name => ({ name, kind: 'function' })),
    ]);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    expect(Object.values(calls).map(({ length }) => length)).toEqual([0, 1, 4]);
  });

  test('has one page of zeros, which grows and keeps what was there; each instance its own', () => {
    const module = new WebAssembly.Module(assemble([writing('write', 258)]));
    const [one, other] = [0, 1].map(
      () =>
        new WebAssembly.Instance(module).exports as {
          memory: WebAssembly.Memory;
          write(address: number): void;
        },
    );
    expect(one!.memory.buffer.byteLength).toBe(65536);
    expect(Buffer.from(one!.memory.buffer).every(byte => byte === 0)).toBe(true);
    one!.write(65532);
    expect(() => one!.write(65533)).toThrow(WebAssembly.RuntimeError);
    expect(one!.memory.grow(299)).toBe(1);
    one!.write(300 * 65536 - 4);
    const bytes = new Uint8Array(one!.memory.buffer);
    expect([bytes[65532], bytes[65533], bytes.at(-4), bytes.at(-3)]).toEqual([2, 1, 2, 1]);
    expect(new Uint8Array(other!.memory.buffer)[65532]).toBe(0);
  });

  test('without routines exports its memory', () => {
    expect(WebAssembly.Module.exports(assembled().module)).toEqual([
      { name: 'memory', kind: 'memory' },
    ]);
  });

  test('has names of any length and of any letters', () => {
    const names = ['', 'ä', '缩放', '🍄', 'n'.repeat(127), 'n'.repeat(128), 'ö'.repeat(8192)];
    const { calls, bytes } = assembled(...names.map((name, at) => writing(name, at + 1)));
    expect(Object.keys(calls)).toEqual(names);
    names.forEach((name, at) => {
      calls[name]!(4 * at);
      expect(bytes[4 * at]).toBe(at + 1);
    });
  });

  test.each([127, 128, 300])('holds %i routines', length => {
    const { calls, bytes } = assembled(
      ...Array.from({ length }, (_, at) => writing(`k${at}`, 1000 + at)),
    );
    for (let at = 0; at < length; at++) calls[`k${at}`]!(4 * at);
    expect([...new Int32Array(bytes.buffer, 0, length)]).toEqual(
      Array.from({ length }, (_, at) => 1000 + at),
    );
  });

  test.each([120, 127, 128, 129, 16383, 16384, 40000])('holds a body of about %i bytes', size => {
    // Seven bytes add one; what is left of the size is single bytes that do nothing.
    const { calls, bytes } = assembled(
      routine('run', ['sum'], (_, { sum }) => [
        ...Array.from({ length: Math.floor(size / 7) }, () => sum.set(add(sum.get, number(1)))),
        Array(size % 7).fill(0x01),
        store32(number(0), sum.get),
      ]),
    );
    calls.run!(5);
    expect(new Int32Array(bytes.buffer)[0]).toBe(5 + Math.floor(size / 7));
  });

  test.each([[['a', 'b', 'a']], [['memory']]])('refuses names that occur twice: %j', names => {
    expect(() => assemble(names.map(name => writing(name, 1)))).toThrow(
      `Each export needs its own name. The names are memory, ${names.join(', ')}.`,
    );
  });

  test.each<[string, Code]>([
    ['a value that nobody takes', number(1)],
    ['a store without a value', [...number(0), 0x36, 0, 0]],
    ['a vector in place of an integer', store32(number(0), vector.splat32(1))],
    ['an integer in place of a vector', vector.store(number(0), number(1))],
    ['a block too many to leave', leave(1)],
    ['a variable that is not there', [0x20, 0, 0x1a]],
    ['an end too many', [0x0b]],
  ])('of %s is refused by the engine', (_, code) => {
    const bytes = assemble([routine('wrong', [], () => [code])]);
    expect(WebAssembly.validate(bytes)).toBe(false);
    expect(() => new WebAssembly.Module(bytes)).toThrow(WebAssembly.CompileError);
  });
});

describe('places for a shuffle', () => {
  test('interleaving takes 16-bit numbers of both alternately', () => {
    expect(interleaving(0)).toEqual([0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23]);
    expect(interleaving(4)).toEqual([8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31]);
    const [a, b] = [
      Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      Int16Array.of(-1, -2, -3, -4, -5, -6, -7, -8),
    ];
    const both = computing('vector', 'vector', (x, y) => vector.shuffle(x, y, interleaving(4)))(
      a,
      b,
    );
    expect([...new Int16Array(both.buffer)]).toEqual([5, -5, 6, -6, 7, -7, 8, -8]);
  });

  test('lanesOf takes numbers of a given number of bytes', () => {
    expect(lanesOf(4, [0, 7])).toEqual([0, 1, 2, 3, 28, 29, 30, 31]);
    expect(lanesOf(2, [8, 1])).toEqual([16, 17, 2, 3]);
    expect(lanesOf(8, [3])).toEqual([24, 25, 26, 27, 28, 29, 30, 31]);
    expect(lanesOf(1, [])).toEqual([]);
  });
});

describe('pairs are transposed', () => {
  /** Rows of four 32-bit numbers before and after. */
  const transposed = (rows: number, write: typeof transposeFew | typeof transposePairs) => {
    const { calls, bytes } = assembled(
      routine('run', [], frame => {
        const make = (count: number) => Array.from({ length: count }, frame.vector);
        const [from, to] = [make(rows), make(rows)];
        return [
          ...from.map((each, at) => each.set(vector.load(number(16 * at)))),
          ...write(from, to, make),
          ...to.map((each, at) => vector.store(number(16 * at), each.get)),
        ];
      }),
    );
    const numbers = new Int32Array(bytes.buffer, 0, 4 * rows);
    numbers.set(numbers.map((_, at) => at));
    calls.run!();
    return [...numbers];
  };

  test('four rows of four', () => {
    expect(transposed(4, transposePairs)).toEqual([
      ...[0, 4, 8, 12],
      ...[1, 5, 9, 13],
      ...[2, 6, 10, 14],
      ...[3, 7, 11, 15],
    ]);
  });

  test('two vectors of two rows of two', () => {
    expect(transposed(2, transposeFew)).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  });
});

describe('places in the memory', () => {
  test('blocks begin at whole vectors, one after the other', () => {
    expect(layOut([1, 16, 17, 0, 5])).toEqual([0, 16, 32, 64, 64, 80]);
    expect(layOut([])).toEqual([0]);
  });

  test('fields of what routines read do not overlap', () => {
    const { entries, limits, offsets, places, size } = codeTable;
    // 1024 entries; 17 lengths of codes; 17 again; 256 codes.
    expect([entries, limits, offsets, places, size]).toEqual([0, 4096, 4164, 4232, 5256]);
    expect(Object.values(blockPlan)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('the machine has as much memory as requested, and keeps its content', () => {
    expect(hasVectors()).toBe(true);
    const { memory } = machine()!;
    const before = memory(1).byteLength;
    new Uint8Array(memory(1))[before - 1] = 77;
    const grown = memory(before + 1);
    expect(grown.byteLength).toBe(before + 65536);
    expect(new Uint8Array(grown)[before - 1]).toBe(77);
    expect(memory(before)).toBe(grown);
  });
});

import { describe, expect, test } from 'vitest';
import { partNamed, SplitError, splitAsGiven, splitNames } from '../src/index';

type Part = (typeof splitNames)[number];
const samples = (counts: Partial<Record<Part, number>>) =>
  [0, 1].flatMap(label =>
    splitNames.flatMap(part =>
      Array.from({ length: counts[part] ?? 0 }, (_, index) => ({
        id: `${part}/${label}/${index}`,
        sha256: `${part} ${label} ${index}`,
        label,
        part,
      })),
    ),
  );
const sizes = (split: Record<Part, readonly number[]>) =>
  splitNames.map(name => split[name].length);

describe('a split that a set came with', () => {
  test('is taken as it is', () => {
    const all = samples({ train: 10, validation: 3, test: 4 });
    const split = splitAsGiven(all);
    for (const name of splitNames)
      expect(split[name].every(index => all[index]!.part === name)).toBe(true);
    expect(sizes(split)).toEqual([20, 6, 8]);
  });

  test('has what it lacks cut from training, and keeps groups together', () => {
    // Of 20 a class: floor(0.2 * 20) = 4 to validate.
    const untested = samples({ train: 16, test: 4 });
    expect(sizes(splitAsGiven(untested))).toEqual([24, 8, 8]);
    // And 20 - 13 - 4 = 3 to test.
    expect(sizes(splitAsGiven(samples({ train: 20 })))).toEqual([26, 8, 6]);
    const grouped = untested.map((sample, index) =>
      sample.part === 'train' ? { ...sample, group: `${Math.floor(index / 2)}` } : sample,
    );
    const groupOf = grouped.map(sample => ('group' in sample ? sample.group : undefined));
    const split = splitAsGiven(grouped);
    const groups = (name: Part) => new Set(split[name].map(index => groupOf[index]));
    for (const group of groups('validation')) expect(groups('train').has(group)).toBe(false);
  });

  test('leaves most to train on, however large the given test is', () => {
    // A quarter of training, as 20 of 85.
    expect(sizes(splitAsGiven(samples({ train: 3, test: 60 })))).toEqual([4, 2, 120]);
    expect(sizes(splitAsGiven(samples({ train: 17, test: 900 })))).toEqual([26, 8, 1800]);
    expect(sizes(splitAsGiven(samples({ train: 2, test: 10 })))).toEqual([2, 2, 20]);
    expect(sizes(splitAsGiven(samples({ train: 16, validation: 400 })))).toEqual([26, 800, 6]);
    const lone = [...samples({ train: 9, test: 9 }), { id: 'x', label: 2, part: 'train' as const }];
    expect(splitAsGiven(lone).train).toContain(lone.length - 1);
  });

  test('is refused where a sample has no part', () => {
    const all = [...samples({ train: 8 }), { id: 'x', label: 0 }];
    expect(() => splitAsGiven(all)).toThrow(SplitError);
    expect(() => splitAsGiven(all)).toThrow(/'x' is in no part/);
  });

  test('has names in any case', () => {
    expect(['Train', 'VAL', 'testing', 'eval', ' dev '].map(partNamed)).toEqual([
      'train',
      'validation',
      'test',
      'test',
      'validation',
    ]);
    expect(['Amanita', 'constructor', ''].map(partNamed)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cosine, sine, smoothstep } from '../src/curve';

test('sine and cosine take angles in turns, with errors slightly above a thousandth', () => {
  expect([sine(0), sine(0.25), sine(0.5), sine(0.75), sine(7.25)]).toEqual([0, 1, -0, -1, 1]);
  for (let turns = -1; turns < 1; turns += 0.01) {
    expect(Math.abs(sine(turns) - Math.sin(2 * Math.PI * turns))).toBeLessThan(1.2e-3);
    expect(Math.abs(cosine(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(1.2e-3);
  }
});

test('smoothstep runs either way', () => {
  expect([smoothstep(2, 4, 1), smoothstep(2, 4, 3), smoothstep(2, 4, 5)]).toEqual([0, 0.5, 1]);
  expect([smoothstep(4, 2, 1), smoothstep(4, 2, 3), smoothstep(4, 2, 5)]).toEqual([1, 0.5, 0]);
});

test('no function is used whose last bits ECMAScript leaves open', () => {
  const folder = new URL('../src/', import.meta.url);
  const exact = new Set(['abs', 'ceil', 'floor', 'imul', 'max', 'min', 'round', 'sqrt']);
  for (const file of readdirSync(folder).filter(name => name.endsWith('.ts'))) {
    const code = readFileSync(new URL(file, folder), 'utf8').replace(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      '',
    );
    const used = [...code.matchAll(/Math\.(\w+)/g)].map(match => match[1]!);
    expect(
      used.filter(name => !exact.has(name)),
      file,
    ).toEqual([]);
    expect(code, file).not.toContain('**');
  }
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findPhotos } from '../../src/node/index';

const looks = vi.hoisted(() => ({ now: 0, most: 0 }));
vi.mock('node:fs/promises', async importOriginal => {
  const files = await importOriginal<typeof import('node:fs/promises')>();
  const stat = async (path: string) => {
    looks.most = Math.max(looks.most, ++looks.now);
    return files.stat(path).finally(() => looks.now--);
  };
  return { ...files, stat };
});

let folder: string;
const names = Array.from(
  { length: 100 },
  (_, photo) => `${String(99 - photo).padStart(2, '0')}.jpg`,
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-list-'));
  for (const [place, name] of names.entries())
    await writeFile(join(folder, name), new Uint8Array(place));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function found(
  places: string | readonly string[],
  input?: AsyncIterable<string | Uint8Array>,
) {
  looks.most = 0;
  const all: [string, number | undefined][] = [];
  for await (const { place, bytes } of findPhotos(places, input && { input }))
    all.push([place, bytes]);
  return all;
}

test('32 files of a list are looked at at the same time, and keep their order', async () => {
  const places = names.map(name => join(folder, name));
  const expected = places.map((place, bytes) => [place, bytes]);
  const bytes = new TextEncoder().encode(`\n${places.join('\r\n')}`);
  async function* input() {
    // Cut inside of a line, and between the two characters that end one.
    const ends = [10, 2000, bytes.indexOf(13, 3000) + 1, bytes.length];
    for (const [index, end] of ends.entries()) yield bytes.subarray(ends[index - 1] ?? 0, end);
  }
  expect(await found('-', input())).toEqual(expected);
  expect(looks.most).toBe(32);
  expect(await found(places)).toEqual(expected);
  expect(looks.most).toBe(32);
});

test('a photo of a list is found before the next one is named', async () => {
  let answered = 0;
  async function* input() {
    for (const [index, name] of names.slice(0, 3).entries()) {
      expect(answered).toBe(index);
      yield `${join(folder, name)}\n`;
    }
  }
  for await (const _ of findPhotos('-', { input: input() })) answered++;
  expect(answered).toBe(3);
});

test('places of all kinds keep their order', async () => {
  const [first, second, third] = names.map(name => join(folder, name));
  const places = [first!, join(folder, '{05,04}.jpg'), '-', second!, join(folder, '0[0-1].jpg')];
  async function* input() {
    yield `${third!}\nnone.jpg`;
  }
  const [four, five, zero, one] = ['04', '05', '00', '01'].map(name => join(folder, `${name}.jpg`));
  const all = (await found(places, input())).map(([place]) => resolve(place));
  expect(all).toEqual([first, five, four, third, resolve('none.jpg'), second, zero, one]);
});

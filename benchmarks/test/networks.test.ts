import { existsSync, readFileSync } from 'node:fs';
import { architectures } from '@shroom/models';
import { expect, test } from 'vitest';
import { networksPage } from '../page/networks-page';
import type { NetworkFigures } from '../zoo/measure';
import { listedNetworks } from '../zoo/networks';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const rows: readonly NetworkFigures[] = JSON.parse(read('../networks.json'));

test('the page of networks is written from its figures, in the order of the list', () => {
  const measured = rows.map(({ network }) => network);
  expect(measured.length).toBeGreaterThan(0);
  const listed = listedNetworks.map(({ network }) => network);
  expect(measured).toEqual(listed.filter(network => measured.includes(network)));
  expect(read('../../docs/networks.md')).toBe(networksPage(rows));
  for (const { network, parity } of rows) {
    expect(network in architectures, network).toBe(true);
    expect(parity.difference, network).toBeLessThan(1e-3);
  }
});

test('every listed network has committed figures', () => {
  for (const { reference } of listedNetworks) {
    const path = new URL(`../../packages/models/test/reference/${reference.file}`, import.meta.url);
    expect(existsSync(path)).toBe(true);
  }
});

test('what was not measured is said: PyTorch in a row, and networks without one', () => {
  const { pytorch: _, ...row } = rows[0]!;
  expect(networksPage([row])).toContain('| not measured |');
  const last = listedNetworks.at(-1)!.network;
  expect(networksPage([row])).toMatch(new RegExp(`Not measured yet: .*\`${last}\`\\.`));
  const all = listedNetworks.map(({ network }) => ({ ...row, network }));
  expect(networksPage(all)).not.toContain('Not measured yet');
});

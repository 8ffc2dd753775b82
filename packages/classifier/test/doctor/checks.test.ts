import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DownloadError } from '@shroom/models/node';
import { expect, test, vi } from 'vitest';
import { checkDisk, checkFolder } from '../../src/doctor/disk';
import { checkNode, memoryCheck, vectorsInWords } from '../../src/doctor/machine';
import { checkPip, networkCheck } from '../../src/doctor/network';

test('Node must be 20.19 or later', () => {
  expect(checkNode('20.19.0').standing).toBe('good');
  expect(checkNode('24.1.0').standing).toBe('good');
  const old = checkNode('20.9.0');
  expect(old.standing).toBe('bad');
  expect(old.advice).toContain('20.19');
});

test('the vector instructions that matter have their usual names', () => {
  expect(vectorsInWords('x64 amx_tile avx avx2 avx512f fma')).toBe('AVX2, AVX-512, AMX');
  expect(vectorsInWords('arm64 asimd')).toBe('NEON');
  expect(vectorsInWords('x64 Apple')).toBe('');
});

test('memory that is too small for a training is limited', () => {
  expect(memoryCheck(8e9, 4e9)).toMatchObject({
    standing: 'good',
    found: '8.0 GB, 4.0 GB of it free',
  });
  expect(memoryCheck(8e9, 0.5e9)).toMatchObject({
    standing: 'limited',
    advice: expect.stringContaining('--size'),
  });
});

test('a folder is made and stays empty; a file in its place is told', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'shroom-doctor-'));
  try {
    const folder = join(parent, 'cache');
    const good = await checkFolder('cache', folder, 'Take another.');
    expect(good.found).toMatch(/cache, \d+\.\d GB free$/);
    expect(await readdir(folder)).toEqual([]);
    const file = join(parent, 'file');
    await writeFile(file, '');
    expect(await checkFolder('cache', file, 'Take another.')).toMatchObject({
      ...{ standing: 'bad', advice: 'Take another.' },
      found: `${file} cannot be written (EEXIST)`,
    });
    vi.stubEnv('SHROOM_CACHE', file);
    const [cache] = await checkDisk();
    expect(cache!.found).toBe(`${file} cannot be written (EEXIST); 0 entries, 0.0 GB`);
  } finally {
    vi.unstubAllEnvs();
    await rm(parent, { recursive: true });
  }
});

test('a server that does not answer says what cannot be downloaded', () => {
  const address = 'http://127.0.0.1';
  expect(networkCheck({ server: 'hub', address })).toMatchObject({
    ...{ standing: 'good', found: 'http://127.0.0.1 answers' },
  });
  const fault = new DownloadError('connection', 'It is not there.\nIs there a network?');
  expect(networkCheck({ server: 'hub', address, fault })).toMatchObject({
    standing: 'limited',
    found: 'http://127.0.0.1: It is not there.',
    advice: expect.stringMatching(/^Is there a network\? .*hf:/),
  });
  const offline = new DownloadError('offline', 'HF_HUB_OFFLINE forbids it.');
  expect(networkCheck({ server: 'hub', address, fault: offline }).standing).toBe('off');
  expect(networkCheck({ server: 'registry', address, fault }).advice).toContain('--backbone');
});

test('a machine without Python says which weights it cannot download', async () => {
  const python = join(tmpdir(), 'no-python');
  expect(await checkPip({ python })).toMatchObject({
    ...{ part: 'network', name: 'pip', standing: 'off', found: `There is no ${python}.` },
    advice: expect.stringMatching(/^Install Python with pip .*begins with pypi: need it\.$/),
  });
});

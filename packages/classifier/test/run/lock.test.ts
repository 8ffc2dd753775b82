import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunBusyError } from '../../src/errors';
import { holderOf, lockRun, putAs } from '../../src/run/lock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  return rm(folder, { recursive: true, force: true });
});

test('a second lock is refused until the first is released', async () => {
  const first = await lockRun(folder);
  await expect(lockRun(folder)).rejects.toThrow(RunBusyError);
  await expect(lockRun(folder)).rejects.toThrow(`process ${process.pid}`);
  await first.release();
  const second = await lockRun(folder);
  await second.release();
  expect(await readdir(folder)).toEqual([]);
});

test('exactly one of many simultaneous attempts gets the lock', async () => {
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(folder)));
  const taken = all.filter(each => each.status === 'fulfilled');
  expect(taken).toHaveLength(1);
  await taken[0]!.value.release();
});

test('the lock of a process that no longer runs is taken over at once', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise(done => child.on('close', done));
  const owner = { id: 'gone', pid: child.pid, host: hostname() };
  await writeFile(join(folder, '.lock'), JSON.stringify(owner));
  const lock = await lockRun(folder);
  await lock.release();
  expect(existsSync(join(folder, '.lock'))).toBe(false);
});

test('the lock of another machine is respected while it is touched, and taken over later', async () => {
  const path = join(folder, '.lock');
  await writeFile(path, JSON.stringify({ id: 'other', pid: 1, host: 'elsewhere' }));
  await expect(lockRun(folder)).rejects.toThrow('process 1 on elsewhere');
  const past = new Date(Date.now() - 60_000);
  await utimes(path, past, past);
  const lock = await lockRun(folder);
  await lock.release();
});

test('the lock of another machine is aged by the clock of the disk', async () => {
  const path = join(folder, '.lock');
  await writeFile(path, JSON.stringify({ id: 'other', pid: 1, host: 'elsewhere' }));
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  await expect(lockRun(folder)).rejects.toThrow('process 1 on elsewhere');
  expect(await holderOf(folder)).toBe('process 1 on elsewhere');
  // The clock of its owner was ahead, and nobody renews it.
  const ahead = new Date(Date.now() + 7_200_000);
  await utimes(path, ahead, ahead);
  expect(await holderOf(folder)).toBeUndefined();
  await (await lockRun(folder)).release();
  expect(await readdir(folder)).toEqual([]);
});

test('a held lock is renewed, and says who holds it at any time', async () => {
  const lock = await lockRun(folder);
  const path = join(folder, '.lock');
  const text = await readFile(path, 'utf8');
  const past = new Date(Date.now() - 60_000);
  await utimes(path, past, past);
  await expect
    .poll(async () => (await stat(path)).mtimeMs, { timeout: 10_000 })
    .toBeGreaterThan(past.getTime() + 50_000);
  expect(await readFile(path, 'utf8')).toBe(text);
  await lock.release();
});

test('a process that runs keeps its lock, although it was too busy to touch it', async () => {
  const path = join(folder, '.lock');
  const owner = { id: 'busy', pid: process.ppid, host: hostname() };
  await writeFile(path, JSON.stringify(owner));
  const before = (seconds: number) => new Date(Date.now() - 1000 * seconds);
  await utimes(path, before(60), before(60));
  await expect(lockRun(folder)).rejects.toThrow(`process ${process.ppid}`);
  // After a restart of the machine, another program may have the number.
  await utimes(path, before(3600), before(3600));
  const lock = await lockRun(folder);
  await lock.release();
});

test('on a disk without hard links the second of two still comes too late', async () => {
  const [file, name] = [join(folder, 'file'), join(folder, 'name')];
  await writeFile(file, 'mine');
  const system = {
    link: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTSUP' })),
  };
  expect(await putAs(file, name, system)).toBe(true);
  expect(await putAs(file, name, system)).toBe(false);
  expect(await readFile(name, 'utf8')).toBe('mine');
});

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunBusyError } from '../../src/errors';
import { lockRun } from '../../src/run/lock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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

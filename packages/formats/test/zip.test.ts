import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openZip, ZipError, zipChunks } from '../src/index';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const files = [
  { path: 'classifier.json', bytes: bytesOf('{}') },
  { path: 'below/größe.bin', bytes: Uint8Array.from({ length: 1000 }, (_, k) => k) },
  { path: 'empty', bytes: new Uint8Array() },
];
const archive = (written = files) => Buffer.concat([...zipChunks(written)]);
const opened = (bytes: Uint8Array) =>
  openZip(new Blob([new Uint8Array(bytes)]), { source: 'a.zip' });

test('files come back, and the same files give the same archive', async () => {
  const { paths, read } = await opened(archive());
  expect(paths).toEqual(files.map(({ path }) => path));
  for (const { path, bytes } of files) expect(await read(path)).toEqual(bytes);
  expect(archive().equals(archive())).toBe(true);
  await expect(read('below/größe.bin', 999)).rejects.toThrow(/1000 bytes, more than 999/);
  await expect(read('none')).rejects.toThrow(ZipError);
});

test('the checksum is that of the standard: 123456789 has cbf43926', () => {
  const [header] = zipChunks([{ path: 'a', bytes: bytesOf('123456789') }]);
  expect(Buffer.from(header!).readUInt32LE(14)).toBe(0xcbf43926);
});

test('files that another program packed by Deflate are read', async () => {
  const text = 'mushroom '.repeat(100);
  const packed = archive([{ path: 'a.txt', bytes: deflateRawSync(text) }]);
  const [header] = zipChunks([{ path: 'a.txt', bytes: bytesOf(text) }]);
  // Only the method, the checksum and the real size differ from a file that is stored.
  for (const [start, checksum] of [
    [0, 14],
    [packed.lastIndexOf('PK\x01\x02'), 16],
  ] as const) {
    packed.writeUInt16LE(8, start + checksum - 6);
    Buffer.from(header!).copy(packed, start + checksum, 14, 18);
    packed.writeUInt32LE(text.length, start + checksum + 8);
  }
  const { read } = await opened(packed);
  expect(new TextDecoder().decode(await read('a.txt'))).toBe(text);
});

test('damaged archives are refused with their name', async () => {
  const whole = archive();
  await expect(opened(whole.subarray(0, -30))).rejects.toThrow(
    /^a\.zip is not a whole zip archive/,
  );
  await expect(opened(Buffer.from('no archive'))).rejects.toThrow(/no directory/);
  const changed = Buffer.from(whole);
  changed[changed.indexOf('{}')] = 0x20;
  const { read } = await opened(changed);
  await expect(read('classifier.json')).rejects.toThrow(/'classifier\.json' is damaged/);
  const twice = [...files, files[0]!];
  await expect(opened(archive(twice))).rejects.toThrow(/twice/);
  // Every byte changed once: an error that is typed, or the same content.
  for (let place = 0; place < whole.length; place += 7) {
    const damaged = Buffer.from(whole);
    damaged[place]! ^= 0xff;
    try {
      const { paths, read } = await opened(damaged);
      for (const path of paths) await read(path, 1e6);
    } catch (error) {
      expect(error).toBeInstanceOf(ZipError);
    }
  }
});

const hasUnzip = await promisify(execFile)('unzip', ['-v']).then(
  () => true,
  () => false,
);
test.runIf(hasUnzip)('Info-ZIP finds no fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-zip-'));
  await writeFile(join(folder, 'a.zip'), archive());
  const { stdout } = await promisify(execFile)('unzip', ['-tq', join(folder, 'a.zip')]);
  expect(stdout).toContain('No errors detected');
  await rm(folder, { recursive: true });
});

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eachPhoto, type PhotoInputs } from '../../src/photos/inputs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inputs-'));
  await mkdir(join(folder, 'below'));
  for (const name of ['b.jpg', 'a.jpg', 'below/c.png', '.hidden'])
    await writeFile(join(folder, name), 'x');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function names(photos: PhotoInputs): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of eachPhoto(photos)) found.push(basename(name));
  return found;
}

test('a path, a folder and a glob', async () => {
  expect(await names(join(folder, 'a.jpg'))).toEqual(['a.jpg']);
  expect(await names(folder)).toEqual(['a.jpg', 'b.jpg', 'c.png']);
  expect(await names([join(folder, '*.jpg'), join(folder, 'below')])).toEqual([
    'a.jpg',
    'b.jpg',
    'c.png',
  ]);
});

test('a folder gives what its links lead to, and nothing that a system has left there', async () => {
  const linked = await mkdtemp(join(tmpdir(), 'inputs-links-'));
  await mkdir(join(linked, '.git'));
  for (const name of ['Thumbs.db', 'desktop.ini', '.git/x.jpg', 'own.jpg'])
    await writeFile(join(linked, name), 'x');
  await symlink(join(folder, 'a.jpg'), join(linked, 'link.jpg'));
  await symlink(join(folder, 'below'), join(linked, 'elsewhere'));
  await symlink(linked, join(linked, 'loop'));
  await symlink('/nowhere', join(linked, 'z.jpg'));
  expect(await names(linked)).toEqual(['c.png', 'link.jpg', 'own.jpg', 'z.jpg']);
  await rm(linked, { recursive: true });
});

test('a glob may have the separators of Windows', async () => {
  const pattern = `${folder.replaceAll('/', '\\')}\\**\\*.{jpg,png}`;
  expect(await names(pattern)).toEqual(['a.jpg', 'b.jpg', 'c.png']);
});

test('bytes, files, pixels, and a stream of them', async () => {
  const pixels = { data: new Uint8Array(3), height: 1, width: 1 };
  async function* stream() {
    yield new File(['x'], 'named.jpg');
    yield new Blob(['x']);
    yield pixels;
  }
  expect(await names(stream())).toEqual(['named.jpg', 'photo 2', 'photo 3']);
  expect(await names(new Uint8Array(3))).toEqual(['photo 1']);
  expect(await names(new ArrayBuffer(3))).toEqual(['photo 1']);
  expect(await names(pixels)).toEqual(['photo 1']);
});

test.each([undefined, null, 3, {}])('%s is refused', async photos => {
  await expect(names(photos as unknown as PhotoInputs)).rejects.toThrow(
    /^Photos should be paths, bytes, Files, pixels, .* not (undefined|null|number|object)\.$/,
  );
});

test('a path that does not exist is yielded unchanged, and so are the paths after it', async () => {
  const paths = ['none.jpg', 'none-*.jpg', 'a.jpg'];
  expect(await names(paths.map(path => join(folder, path)))).toEqual(paths);
});

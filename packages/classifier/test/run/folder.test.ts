import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunFolderError } from '../../src/errors';
import { requireOutside } from '../../src/run/folder';

let parent: string;
let photos: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'folder-'));
  photos = join(parent, 'photos');
  await mkdir(join(photos, 'cat'), { recursive: true });
  await symlink(photos, join(parent, 'link'));
});
afterAll(() => rm(parent, { recursive: true }));

test.each(['photos', 'photos/run', 'photos/runs/deep/down', 'link/run'])(
  'a run in %s is refused, because its pictures would become photos',
  place => {
    expect(() => requireOutside(join(parent, place), photos)).toThrow(RunFolderError);
    expect(() => requireOutside(join(parent, place), photos)).toThrow(/is inside the photos/);
  },
);

test.each(['runs/a', 'photos-run', 'photos/.runs/a', '..photos'])(
  'a run in %s is allowed',
  place => {
    expect(() => requireOutside(join(parent, place), photos)).not.toThrow();
  },
);

test('photos that are not a folder have nothing inside', () => {
  expect(() => requireOutside(join(parent, 'run'), join(parent, 'photos.csv'))).not.toThrow();
});

import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine, train } from '@shroom/classifier';
import { type ServeOptions, type Server, serve } from '@shroom/classifier/server';
import { drawnFolder, drawnPhoto, generatedWeights, side } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;

/** Trains a small classifier with two views. Returns the folder of the run. */
async function smallRun(folder: string): Promise<string> {
  await startEngine('ort');
  await drawnFolder(join(folder, 'photos'), genera, 6);
  const backbone = await generatedWeights(folder, 'resnet18');
  const out = join(folder, 'run');
  await train(join(folder, 'photos'), {
    ...{ architecture: 'resnet18', backbone, out, size: side, kind: 'drawings' },
    ...{ recipe: 'fast', epochs: 1, views: 1, testViews: 2 },
  });
  return out;
}

/** A page with a hidden file, and links to files inside and outside of it. */
async function smallPage(folder: string): Promise<string> {
  const page = join(folder, 'page');
  await mkdir(join(page, 'sub'), { recursive: true });
  await mkdir(join(folder, 'outside'));
  await writeFile(join(folder, 'outside/secret.txt'), 'secret');
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(join(page, 'a.txt'), '0123456789');
  await writeFile(join(page, '.hidden'), 'hidden');
  await symlink(join(folder, 'outside'), join(page, 'out'));
  await symlink(join(folder, 'outside/secret.txt'), join(page, 'secret.txt'));
  await symlink(join(page, 'a.txt'), join(page, 'b.txt'));
  return page;
}

/** A small classifier and a small page, served together. */
export async function servedFolder(folder: string, options: ServeOptions = {}) {
  process.env.SHROOM_CACHE = join(folder, 'cache');
  const run = await smallRun(folder);
  const page = await smallPage(folder);
  const server: Server = await serve(run, { port: 0, page, ...options });
  const file = join(folder, 'new.jpg');
  await drawnPhoto(file, 'Boletus', 70);
  const photo = await readFile(file);
  /** The answer to a sound request, as text. */
  const answer = async () => {
    const response = await fetch(`${server.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: new Uint8Array(photo),
    });
    return response.text();
  };
  return { run, page, server, photo, answer };
}

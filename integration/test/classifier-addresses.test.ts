import '@shroom/backend-ort';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassifierFileError, openClassifier, type Prediction, train } from '@shroom/classifier';
import { DownloadError } from '@shroom/models/node';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { zip } from '../../packages/data/test/node/zip';
import { drawnFolder, generatedWeights, side } from './small-job';

let folder: string;
let run: string;
let photo: string;
let expected: Prediction;
let server: Server;
let address: string;
const asked: string[] = [];
const commit = 'c'.repeat(40);

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-addresses-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  process.env.HF_HUB_CACHE = join(folder, 'hub');
  const photos = join(folder, 'photos');
  await drawnFolder(photos, ['Amanita', 'Boletus', 'Russula'], 8);
  photo = join(photos, 'Amanita', '0.jpg');
  run = join(folder, 'run');
  const backbone = await generatedWeights(folder, 'resnet18');
  const small = { size: side, epochs: 2, views: 1, recipe: 'fast' } as const;
  await train(photos, { ...small, backbone, architecture: 'resnet18', out: run });
  expected = await answerOf(run);
  // Serves the files of the run below /files/, and below the path that a hub uses for a model.
  server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://local').pathname);
    asked.push(`${request.method} ${path}`);
    const file = path.replace(/^\/files\//, '').replace(/^\/owner\/three\/resolve\/\w+\//, '');
    const bytes = await readFile(join(folder, path.endsWith('.zip') ? file : `run/${file}`)).catch(
      () => undefined,
    );
    if (!bytes) return void response.writeHead(404).end();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    response.writeHead(200, {
      'content-length': bytes.length,
      etag: `"${sha256}"`,
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': String(bytes.length),
      'x-repo-commit': commit,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.HF_ENDPOINT = address;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

async function answerOf(place: string): Promise<Prediction> {
  const classifier = await openClassifier(place);
  const [answer] = await classifier.predict(photo);
  await classifier.dispose();
  return answer!;
}

/** The files of a run in a zip, optionally below a folder. */
async function zipped(name: string, below = ''): Promise<string> {
  const entries = await readdir(run, { withFileTypes: true, recursive: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  const members = files.map(async file => ({
    name: `${below}${file.slice(run.length + 1)}`,
    bytes: await readFile(file),
  }));
  const path = join(folder, name);
  await writeFile(path, zip(await Promise.all(members)));
  return path;
}

test('a zip of a run, also one with the folder in it, answers as the run', async () => {
  expect(await answerOf(await zipped('plain.zip'))).toEqual(expected);
  expect(await answerOf(await zipped('below.zip', 'three/'))).toEqual(expected);
});

test('the URL of a folder, of its file or of a zip; what is here is not fetched again', async () => {
  expect(await answerOf(`${address}/files`)).toEqual(expected);
  expect(await answerOf(`${address}/files/classifier.json`)).toEqual(expected);
  await zipped('served.zip');
  expect(await answerOf(`${address}/served.zip`)).toEqual(expected);
  asked.length = 0;
  expect(await answerOf(`${address}/files/`)).toEqual(expected);
  expect(asked.filter(each => !each.endsWith('/classifier.json'))).toEqual([]);
});

test('a model of the hub, by its own protocol', async () => {
  expect(await answerOf('hf:owner/three')).toEqual(expected);
  expect(await answerOf(`hf:owner/three@${commit}`)).toEqual(expected);
  expect(asked).toContain('HEAD /owner/three/resolve/main/classifier.json');
});

test('what is not there, or no classifier, says so', async () => {
  await expect(openClassifier(`${address}/files/none`)).rejects.toThrow(DownloadError);
  await expect(openClassifier('hf:owner/none')).rejects.toThrow(DownloadError);
  await expect(openClassifier(photo)).rejects.toThrow(/neither a folder nor a \.zip/);
  const empty = join(folder, 'empty.zip');
  await writeFile(empty, zip([{ name: 'notes.txt', bytes: Buffer.from('x') }]));
  await expect(openClassifier(empty)).rejects.toThrow(ClassifierFileError);
  await expect(openClassifier(empty)).rejects.toThrow(/no classifier\.json in it/);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './program';
import { servedFolder } from './served-folder';

const program = join(root, 'packages/classifier/dist/command/shroom.js');
let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-serve-'));
  const served = await servedFolder(folder);
  await served.server.close();
  run = served.run;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts `shroom serve`. Returns its process, its address, and what it prints. */
async function start() {
  const child = spawn(process.execPath, [program, 'serve', run, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', text => {
      said += text;
      const [address] = /http:\/\/\S+/.exec(said) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', code => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { child, url, ended, said: () => said };
}

/** Begins a request whose body never ends, so that the server cannot finish. */
async function beginRequest(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: 99\r\n\r\nx',
  );
}

/** Sends a signal, and waits until the server takes no new connections. */
async function stop(child: ChildProcess, url: string, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  const isOpen = () =>
    fetch(`${url}/health`).then(
      () => true,
      () => false,
    );
  while (await isOpen());
}

describe('shroom serve', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 after %s', async signal => {
    const { child, ended, said } = await start();
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(said()).toMatch(/ answers at http:\/\/127\.0\.0\.1:\d+\nStopped\.\n$/);
  });

  test.each([
    ['SIGINT', 'SIGINT', null, 'SIGINT'],
    ['SIGTERM', 'SIGTERM', null, 'SIGTERM'],
    ['SIGINT', 'SIGTERM', null, 'SIGTERM'],
    ['SIGTERM', 'SIGINT', 130, null],
  ] as const)('waits for requests after %s, and ends at once after %s', async (...given) => {
    const [first, second, code, killed] = given;
    const { child, url, ended } = await start();
    await beginRequest(url);
    await stop(child, url, first);
    expect(child.exitCode).toBe(null);
    child.kill(second);
    expect(await ended).toEqual([code, killed]);
  });
});

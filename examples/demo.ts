// Builds and serves a web page that classifies and explains photos of mushrooms. It trains a classifier first if there is
// none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type StoredPrecision, startEngine } from '@shroom/classifier';
import { engineOption, integer } from '@shroom/classifier/command';
import { serve as serveClassifier } from '@shroom/classifier/server';
import { drawMushroom, genera } from '@shroom/drawn';
import { Command, Option } from 'commander';
import { buildPage, pageSources, trainFirst } from './pipeline/demo-page';
import { open } from './pipeline/open';
import { fact, heading, paint, runProgram, say } from './pipeline/terminal';

interface DemoOptions {
  readonly model: string;
  readonly out: string;
  readonly weights: StoredPrecision;
  readonly port: number;
  readonly host?: true;
  readonly serve: boolean;
  readonly engine?: 'auto';
}

const command = new Command('npm run demo --')
  .description('Builds and serves a web page that classifies and explains photos of mushrooms.')
  .option(
    '--model <folder>',
    'a run of `npm start`; it is trained now if it does not exist',
    'runs/drawn-seed0',
  )
  .option('--out <folder>', 'folder for the finished page', join(pageSources, 'dist'))
  .addOption(
    new Option('--weights <kind>', 'how weights are stored; float16 halves the download')
      .choices(['float16', 'float32'])
      .default('float16'),
  )
  .option('--port <number>', 'port of the web server', integer(1, 65535), 4173)
  .option('--host', 'also serves other devices in your network, such as a phone')
  .option('--no-serve', 'only builds the page')
  .addOption(engineOption());

await runProgram(async signal => {
  const { model, out, weights, port, host, serve, engine } = command.parse().opts<DemoOptions>();
  if (!existsSync(join(model, 'metrics.json'))) await trainFirst(model, signal);
  const { name, reason } = await startEngine(engine);
  fact('engine', `${name}: ${reason}`);

  heading('Page');
  await buildPage(out);
  const classifier = await open(model, signal);
  const photos = genera.slice(0, 3).map(genus => {
    const { pixels, ...sides } = drawMushroom(genus, { seed: 1, size: 320 });
    return { data: pixels, ...sides };
  });
  const how = { weights, photos, signal };
  const { files, change } = await classifier.export('web', join(out, 'model'), how);
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  fact('classes', classifier.classes.join(', '));
  fact(
    'weights',
    `${weights}, ${megabytes.toFixed(1)} MB in ${files.length} files; changes logits by at most ${change.toExponential(1)} of the largest`,
  );
  fact('page', out);
  if (!serve) return;
  const server = await serveClassifier(model, {
    ...{ port, engine, page: out, signal },
    host: host ? '0.0.0.0' : '127.0.0.1',
  });
  heading('Ready');
  for (const address of server.addresses) fact('open', paint('bold', `${address}/`));
  fact('for programs', `${server.url}/api`);
  if (host)
    say(
      '  Over plain http, browsers do not store the page for use without a network, and do not allow the camera.',
    );
  say(paint('dim', '\n  Press Ctrl+C to stop. Never eat a mushroom because of a photo.\n'));
  await new Promise<void>(done => signal.addEventListener('abort', () => done()));
  await server.close();
});

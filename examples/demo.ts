// A web page that explains a mushroom: trains the classifier if there is none, builds the page, serves it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '@shroom/classifier';
import { Command, Option } from 'commander';
import { buildPage, pageSources, servePage, trainFirst } from './pipeline/demo-page';
import { open } from './pipeline/open';
import { engineOption, integer } from './pipeline/options';
import { fact, heading, paint, runProgram, say } from './pipeline/terminal';
import { type WebWeights, writeWebModel } from './pipeline/web-model';

interface DemoOptions {
  readonly model: string;
  readonly out: string;
  readonly weights: WebWeights;
  readonly port: number;
  readonly host?: true;
  readonly serve: boolean;
  readonly engine: 'auto';
}

const command = new Command('npm run demo --')
  .description('A web page that classifies photos of mushrooms and shows what it looked at.')
  .option(
    '--model <folder>',
    'what `npm start` trained; trained now if it is not there',
    'runs/drawn-seed0',
  )
  .option(
    '--out <folder>',
    'the finished page: files for any web server',
    join(pageSources, 'dist'),
  )
  .addOption(
    new Option('--weights <kind>', 'how weights are stored; float16 halves the download')
      .choices(['float16', 'float32'])
      .default('float16'),
  )
  .option('--port <number>', 'where it is served', integer(1, 65535), 4173)
  .option('--host', 'also to other devices in your network, such as a phone')
  .option('--no-serve', 'only build it')
  .addOption(engineOption());

await runProgram(async signal => {
  const { model, out, weights, port, host, serve, engine } = command.parse().opts<DemoOptions>();
  if (!existsSync(join(model, 'metrics.json'))) await trainFirst(model, signal);
  const { name, reason } = await startEngine(engine);
  fact('engine', `${name}: ${reason}`);

  heading('Page');
  await buildPage(out);
  const { files, change, classes } = await writeWebModel(
    await open(model, signal),
    join(out, 'model'),
    weights,
  );
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  fact('classes', classes.join(', '));
  fact(
    'weights',
    `${weights}, ${megabytes.toFixed(1)} MB in ${files.length} files; moves logits by ${change.toExponential(1)} of the largest at most`,
  );
  fact('page', out);
  if (!serve) return;
  const server = await servePage(out, port, host ?? false);
  heading('Ready');
  for (const address of server.addresses) fact('open', paint('bold', address));
  if (host)
    say(
      '  Over plain http, browsers keep nothing for use without a network, and allow no camera in the page.',
    );
  say(paint('dim', '\n  Ctrl+C ends it. Never eat a mushroom because of a photo.\n'));
  await new Promise<void>(done => signal.addEventListener('abort', () => done()));
  await server.close();
});

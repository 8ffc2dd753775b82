// A web page that explains a mushroom: trains the classifier if there is none, builds the page, serves it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { build, preview } from 'vite';
import { loadClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
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

const page = fileURLToPath(new URL('browser/', import.meta.url));
const command = new Command('npm run demo --')
  .description('A web page that classifies photos of mushrooms and shows what it looked at.')
  .option(
    '--model <folder>',
    'what `npm start` trained; trained now if it is not there',
    'runs/drawn-seed0',
  )
  .option('--out <folder>', 'the finished page: files for any web server', join(page, 'dist'))
  .addOption(
    new Option('--weights <kind>', 'how kernels are stored; float16 halves the download')
      .choices(['float16', 'float32'])
      .default('float16'),
  )
  .option('--port <number>', 'where it is served', integer(1, 65535), 4173)
  .option('--host', 'also to other devices in your network, such as a phone')
  .option('--no-serve', 'only build it')
  .addOption(engineOption());

await runProgram(async signal => {
  const { model, out, weights, port, host, serve, engine } = command.parse().opts<DemoOptions>();
  if (!existsSync(join(model, 'metrics.json'))) await train(model, signal);
  const { name, reason } = await startEngine(engine);
  fact('engine', `${name}: ${reason}`);

  heading('Page');
  await build({
    root: page,
    configFile: join(page, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: resolve(out), emptyOutDir: true },
  });
  const { files, change, classes } = await writeWebModel(
    await loadClassifier(model, signal),
    model,
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
  const server = await preview({
    root: page,
    configFile: join(page, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: resolve(out) },
    preview: { port, host: host ?? '127.0.0.1' },
  });
  heading('Ready');
  for (const address of [
    ...(server.resolvedUrls?.local ?? []),
    ...(server.resolvedUrls?.network ?? []),
  ])
    fact('open', paint('bold', address));
  if (host)
    say(
      '  Over plain http, browsers keep nothing for use without a network, and allow no camera in the page.',
    );
  say(paint('dim', '\n  Ctrl+C ends it. No photo decides whether a mushroom can be eaten.\n'));
  await new Promise<void>(done => signal.addEventListener('abort', () => done()));
  await server.close();
});

/** The main job, as `npm start` runs it. */
async function train(folder: string, signal: AbortSignal): Promise<void> {
  say(`  ${folder} holds no finished run: training one first, as \`npm start\` does.`);
  const program = fileURLToPath(new URL('train-mushrooms.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, '--out', folder], {
    stdio: 'inherit',
    signal,
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done).on('error', failed);
  }).catch((error: Error) => {
    // Ctrl+C ends both: its own words say what is kept.
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (code !== 0) throw new Error('The training did not end well; what it said is above.');
}

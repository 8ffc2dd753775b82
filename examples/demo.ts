// A web page that explains a mushroom: trains the classifier if there is none, builds the page, serves it.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, preview } from 'vite';
import { loadClassifier } from './pipeline/classifier';
import { page, parseDemoOptions } from './pipeline/demo-options';
import { startEngine } from './pipeline/engine';
import { trainFirst } from './pipeline/main-job';
import { fact, heading, paint, runProgram, say } from './pipeline/terminal';
import { writeWebModel } from './pipeline/web-model';

await runProgram(async signal => {
  const { model, out, weights, port, host, serve, engine } = parseDemoOptions();
  if (!existsSync(join(model, 'metrics.json'))) await trainFirst(model, signal);
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

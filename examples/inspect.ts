// The data doctor: what is wrong with a set of photos, before anything is trained on it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifest, parseManifest } from '@shroom/data';
import { inspect, openPhotos, renderInspection } from '@shroom/data/node';
import { writeAtomically } from '@shroom/train/node';
import { Command } from 'commander';
import { columnNames, columnsOption } from './pipeline/columns';
import { fact, heading, Progress, runProgram, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/inspect.ts')
  .description(
    'Finds unreadable and odd photos, duplicates, contradictions and leaks. Touches no file.',
  )
  .argument(
    '<photos>',
    'a folder with a folder per class, a .zip of one, a .csv or .json table, or kaggle:owner/slug',
  )
  .option('--split <file>', 'the split.json of a run: finds what is in two of its parts')
  .addOption(columnsOption())
  .option('--out <folder>', 'where index.html and inspection.json go', 'inspection');

const shown = 12;

await runProgram(async signal => {
  command.parse();
  const given = command.opts<{ split?: string; columns?: string; out: string }>();
  const { split: splitFile, columns, out } = given;
  heading('Photos');
  const opening = new Progress('opening', 'files');
  const set = await openPhotos(command.args[0]!, {
    signal,
    ...(columns !== undefined && columnNames(columns)),
    // A run leaves small classes out: its split is of the others.
    ...(splitFile === undefined && { leastPerClass: 1 }),
    onProgress: ({ done, total }) => opening.update(done, total),
  });
  opening.stop();
  const split = splitFile && applyManifest(parseManifest(await readFile(splitFile, 'utf8')), set);
  const looking = new Progress('looking', 'photos');
  const inspection = await inspect(set, {
    signal,
    ...(split && { split }),
    onProgress: ({ done, total }) => looking.update(done, total),
  });
  looking.stop();

  heading('Found');
  const { concerns, duplicates, quarantine } = inspection;
  for (const { kind, subject, reason } of concerns.slice(0, shown))
    warn(`${kind}: ${subject} (${reason})`);
  if (concerns.length > shown) warn(`and ${concerns.length - shown} more`);
  const count = (test: (group: (typeof duplicates)[number]) => boolean) =>
    `${duplicates.filter(test).length} groups`;
  fact(
    'same file',
    count(({ kind }) => kind === 'exact'),
  );
  fact(
    'near',
    count(({ kind }) => kind === 'near'),
  );
  fact('conflicts', `${count(({ acrossClasses }) => acrossClasses)} in more than one class`);
  if (split) fact('leaks', `${count(({ acrossParts }) => acrossParts)} in more than one part`);
  fact('quarantine', `${quarantine.length} photos suggested; no file was touched`);
  const title = `Inspection of ${command.args[0]}`;
  await writeAtomically(
    join(out, 'index.html'),
    await renderInspection(inspection, set, { title }),
  );
  await writeAtomically(join(out, 'inspection.json'), `${JSON.stringify(inspection, null, 1)}\n`);
  fact('page', join(out, 'index.html'));
});

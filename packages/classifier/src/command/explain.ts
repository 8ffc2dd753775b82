import { mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { Option } from 'commander';
import type { Classifier, PhotoExplanation } from '../classifier';
import type { EngineName } from '../engine/names';
import { PhotoError } from '../errors';
import { loadMethod, type MethodName, methodNames } from '../explaining/methods';
import type { PictureOptions } from '../explaining/photo-png';
import { computesInt8 } from '../network/precision';
import { ofTheResult } from '../run/disk';
import { fileName, forTerminal } from '../run/names';
import { inWords } from './answer';
import { fromHere } from './from-here';
import { openRun } from './open';
import { engineOption, integer, photoPlaces } from './options';
import { photosAt } from './places';
import { nearest } from './terminal/nearest';
import { UsageError, type Verb } from './verb';

interface ExplainOptions {
  readonly out: string;
  readonly method: MethodName;
  readonly layout: NonNullable<PictureOptions['layout']>;
  readonly tap?: string;
  readonly class?: string;
  readonly against?: string;
  readonly extractor?: number;
  readonly engine?: EngineName | 'auto';
}

const layouts: readonly ExplainOptions['layout'][] = ['overlay', 'panels', 'jet'];

/** `shroom explain <run> <photos...>` */
export const explain: Verb<ExplainOptions> = {
  examples: [
    'shroom explain runs/pets cat.jpg',
    'shroom explain runs/pets cat.jpg --class dog --against cat --method layerCam',
  ],
  define: command => {
    command
      .description(
        'Classifies photos, and writes for each a picture of where the classifier looked.',
      )
      .argument('<run>', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .argument('<photos...>', photoPlaces)
      .option('--out <folder>', 'folder for the pictures', 'explanations')
      .option('--class <name>', 'class that is explained (default: the most probable class)')
      .option(
        '--against <name>',
        'with --class: a second class; the map shows what speaks for the first one rather than for this one',
      )
      .addOption(
        new Option('--method <name>', 'method of the heat map')
          .choices(methodNames)
          .default('gradCam'),
      )
      .option(
        '--tap <layer>',
        'stage or layer whose feature map is explained, such as layer3, or "last-convolution" (default: the layer of the last feature map)',
      )
      .option(
        '--extractor <index>',
        'which of several networks is explained (default: 0)',
        integer(0),
      )
      .addOption(
        new Option(
          '--layout <name>',
          'the map on the photo; or photo, map and both, also in JET colors',
        )
          .choices(layouts)
          .default('panels'),
      )
      .addOption(engineOption());
  },
  run: async (session, [run, ...photos], { out, method, layout, engine, ...what }) => {
    const { results, signal } = session;
    if (what.against !== undefined && (what.class === undefined || what.class === what.against))
      throw new UsageError(
        '--against needs --class with another class: it shows one against the other.',
      );
    const { all, close } = await photosAt(photos);
    let classifier: Classifier | undefined;
    try {
      classifier = await openRun(session, run!, engine);
      if (computesInt8(classifier.file)) session.notes.fact('heat maps', 'in float32');
      for (const name of [what.class, what.against])
        if (name !== undefined) requireClass(classifier.classes, name);
      const how = { ...what, method: await loadMethod(method), signal };
      const refused = (error: unknown) => {
        throw ofTheResult(out, error);
      };
      await mkdir(out, { recursive: true }).catch(refused);
      const written = new Set<string>();
      const answers: object[] = [];
      let failed = false;
      results.say();
      for await (const file of all) {
        signal.throwIfAborted();
        try {
          const [found] = await classifier.explain(file, how);
          const picture = join(out, unusedName(fileName(parse(file.name).name), written));
          const said = inWords(found!);
          const png = await found!.toPng({ layout, caption: caption(found!, said) });
          await writeFile(picture, png).catch(refused);
          answers.push(plain(found!, picture));
          results.say(`  ${results.paint('bold', forTerminal(file.name))}`);
          results.say(`    ${said}`);
          if (found!.explanation.flat)
            results.say(
              `    no place at this layer raised the score of ${forTerminal(found!.explained)}`,
            );
          results.say(`    ${results.paint('dim', forTerminal(fromHere(picture)))}`);
        } catch (error) {
          if (!(error instanceof PhotoError)) throw error;
          failed = true;
          const { name, message } = error;
          answers.push({ photo: file.name, error: { name, message } });
          results.say(`  ${results.paint('red', '!')} ${forTerminal(message)}`);
        }
      }
      const { caution } = classifier.file;
      if (caution) results.say(`\n  ${results.paint('dim', forTerminal(caution.headline))}`);
      return { result: { photos: answers }, failed };
    } finally {
      close();
      await classifier?.dispose();
    }
  },
};

/** @throws UsageError when the classifier does not have that class. */
function requireClass(classes: readonly string[], name: string): void {
  if (classes.includes(name)) return;
  const [close] = nearest(name, classes);
  const hint = close === undefined ? `There are ${classes.join(', ')}.` : `Did you mean ${close}?`;
  throw new UsageError(`There is no class '${name}'. ${hint}`);
}

/** The caption says which class the map explains, if that is not the answer. */
const caption = ({ explained, class: most }: PhotoExplanation, said: string): string =>
  explained === most ? said : `${said}; the map is of ${explained}`;

/** The explanation for `--json`, without the values of the map. */
export function plain(found: PhotoExplanation, picture: string): object {
  const { photo, known, map, explanation: _, toPng: __, ...rest } = found;
  const { values: ___, ...size } = map;
  return { photo, known, ...rest, picture, map: size };
}

/** A file name that was not used before. */
function unusedName(stem: string, given: Set<string>): string {
  let name = `${stem}.png`;
  for (let count = 2; given.has(name.toLowerCase()); count++) name = `${stem}-${count}.png`;
  given.add(name.toLowerCase());
  return name;
}

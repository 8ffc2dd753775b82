import { niceTicks } from '@shroom/train';
import { figure, titleOf } from '../runner/terminal';
import type { Distance } from './limits-tables';
import { colors, dot, line, picture, scale, text } from './svg';

const [width, left, right, top, step] = [760, 240, 40, 84, 30];
const colorOf: Record<string, string> = {
  ours: colors[0],
  onnxruntime: colors[4],
  pytorch: colors[1],
  'pytorch-grad-cam': colors[1],
  'tfjs-wasm': colors[2],
};

/** A picture of the arithmetic speed of every row, compared with that of a plain matrix product on this machine. */
export function limitsPicture(list: readonly Distance[], most: number): string {
  const title = 'GFLOP/s of each row, and what a plain matrix product reaches';
  const height = top + list.length * step + 40;
  const ticks = niceTicks(
    0,
    Math.max(most, ...list.flatMap(({ reached }) => Object.values(reached))),
  );
  const x = scale([0, ticks.at(-1)!], [left, width - right]);
  const bottom = height - 36;
  const parts = [text(20, 30, title, 'title')];
  let at = 20;
  for (const [who, color] of [
    ['ours', colors[0]],
    ['onnxruntime', colors[4]],
    ['pytorch', colors[1]],
    ['tfjs-wasm', colors[2]],
  ] as const) {
    const name = titleOf(who);
    parts.push(dot(at + 5, 51, color), text(at + 16, 55, name, 'faint'));
    at += 46 + 6.4 * name.length;
  }
  parts.push(
    line(at + 5, 44, at + 5, 58, 'bound'),
    text(at + 13, 55, `plain product, ${figure(most)} GFLOP/s`, 'faint'),
  );
  for (const tick of ticks)
    parts.push(
      line(x(tick), top - 12, x(tick), bottom, tick === 0 ? 'axis' : 'grid'),
      text(x(tick), bottom + 18, `${tick}`, 'faint middle'),
    );
  parts.push(line(x(most), top - 12, x(most), bottom, 'bound'));
  list.forEach(({ name, reached }, index) => {
    const y = top + 8 + index * step;
    parts.push(text(left - 14, y + 4, name, 'end'));
    // Our dots are drawn last, so that they are on top.
    for (const [who, value] of Object.entries(reached).reverse())
      parts.push(
        `<g><title>${titleOf(who)}: ${figure(value)} GFLOP/s</title>${dot(x(value), y, colorOf[who]!, 6)}</g>`,
      );
  });
  return picture(width, height, title, parts.join('\n'));
}

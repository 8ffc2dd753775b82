import { niceTicks } from '@shroom/train';
import type { Cost, Growth } from '../growth/series';
import { figure } from '../runner/terminal';
import { colors, dot, line, path, picture, scale, text } from './svg';

const [width, height, top, bottom] = [760, 300, 84, 240];
const panels = [
  { title: 'images a second', of: ({ rate }: Cost) => rate, from: 60, to: 360 },
  { title: 'peak memory, GB', of: ({ memory }: Cost) => memory, from: 430, to: 730 },
] as const;

/** A picture of images per second and memory along one axis, side by side. */
export function growthPicture({ measures, axis, points }: Growth): string {
  const xs = points.map(({ x }) => x);
  const both = points.some(({ peer }) => peer);
  const parts = [
    text(20, 30, measures, 'title'),
    dot(25, 51, colors[0]),
    text(36, 55, 'Shroom', 'faint'),
  ];
  if (both) parts.push(dot(105, 51, colors[1]), text(116, 55, 'PyTorch', 'faint'));
  // The axis is logarithmic if it spans a large range.
  const wide = xs.at(-1)! / xs[0]! > 5;
  for (const { title, of, from, to } of panels) {
    const values = points.flatMap(({ ours, peer }) => [of(ours), ...(peer ? [of(peer)] : [])]);
    const ticks = niceTicks(0, Math.max(...values));
    const x = scale([xs[0]!, xs.at(-1)!], [from + 14, to - 14], wide);
    const y = scale([0, ticks.at(-1)!], [bottom, top + 18]);
    parts.push(text(from - 36, top, title, 'strong'));
    for (const tick of ticks)
      parts.push(
        line(from, y(tick), to, y(tick), tick === 0 ? 'axis' : 'grid'),
        text(from - 6, y(tick) + 4, `${Number(tick.toPrecision(3))}`, 'faint end'),
      );
    for (const value of xs)
      parts.push(text(x(value), bottom + 18, value.toLocaleString('en'), 'faint middle'));
    parts.push(text((from + to) / 2, bottom + 38, axis, 'faint middle'));
    const series = [
      ['PyTorch', colors[1], points.flatMap(({ x, peer }) => (peer ? [[x, of(peer)]] : []))],
      ['Shroom', colors[0], points.map(({ x, ours }) => [x, of(ours)])],
    ] as const;
    for (const [who, color, list] of series) {
      if (list.length === 0) continue;
      const places = list.map(([at, value]) => [x(at!), y(value!)] as const);
      parts.push(path(places, color));
      for (const [index, [px, py]] of places.entries())
        parts.push(
          `<g><title>${who}, ${xs[index]}: ${figure(list[index]![1]!)}</title>${dot(px, py, color, 4)}</g>`,
        );
    }
  }
  return picture(width, height, measures, parts.join('\n'));
}

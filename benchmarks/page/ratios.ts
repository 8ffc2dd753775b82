import type { Result } from '../runner/results';
import { type PeerName, peerTitles } from '../runner/row';
import { figure } from '../runner/terminal';
import { colors, dot, line, picture, scale, text } from './svg';

const colorOf: Record<PeerName, string> = {
  pytorch: colors[1],
  reference: colors[1],
  'pytorch-cached': colors[1],
  torchvision: colors[1],
  'pytorch-grad-cam': colors[1],
  torchcam: colors[1],
  captum: colors[1],
  'scikit-learn': colors[4],
  onnxruntime: colors[0],
  'onnxruntime-python': colors[0],
  'tfjs-wasm': colors[2],
  'tfjs-node': colors[2],
  'tfjs-chromium': colors[2],
  'tfjs-cpu': colors[3],
};
const legend = [
  ['ONNX Runtime', colors[0]],
  ['PyTorch', colors[1]],
  ['tfjs-node, tfjs wasm', colors[2]],
  ['tfjs cpu', colors[3]],
  ['scikit-learn', colors[4]],
] as const;
const [width, left, right, top, step] = [760, 240, 60, 84, 30];

/** How many times as fast as a peer ours is; for memory, how many times as much memory the peer takes. */
export const timesAs = ({ better, ours }: Result, peer: number): number =>
  better === 'lower' ? peer / ours : ours / peer;

/** A picture with a line for every row and a dot for every peer. Right of 1, ours is better. */
export function ratiosPicture(results: readonly Result[]): string {
  const rows = results.filter(({ peers }) => Object.keys(peers).length > 0);
  const values = rows.flatMap(row => Object.values(row.peers).map(peer => timesAs(row, peer)));
  const ticks = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter(
    (tick, index, all) =>
      tick <= Math.max(1, ...values) * 2.5 &&
      (all[index + 1] ?? tick) >= Math.min(1, ...values) * 0.9,
  );
  const height = top + rows.length * step + 40;
  const x = scale([ticks[0]!, ticks.at(-1)!], [left, width - right], true);
  const bottom = height - 36;
  const title = 'How many times as fast as each peer (memory: how many times less)';
  const parts = [text(20, 30, title, 'title')];
  let at = 20;
  for (const [name, color] of legend) {
    parts.push(dot(at + 5, 51, color), text(at + 16, 55, name, 'faint'));
    at += 46 + 6.4 * name.length;
  }
  parts.push(line(at + 5, 44, at + 5, 58, 'bound'), text(at + 13, 55, 'bound', 'faint'));
  for (const tick of ticks)
    parts.push(
      line(x(tick), top - 12, x(tick), bottom, tick === 1 ? 'axis' : 'grid'),
      text(x(tick), bottom + 18, `${tick}`, 'faint middle'),
    );
  rows.forEach((row, index) => {
    const y = top + 8 + index * step;
    parts.push(text(left - 14, y + 4, row.name, 'end'));
    for (const { factor } of row.bounds) {
      const bound = row.better === 'lower' ? 1 / factor : factor;
      parts.push(line(x(bound), y - 9, x(bound), y + 9, 'bound'));
    }
    for (const [name, value] of Object.entries(row.peers)) {
      const times = timesAs(row, value);
      parts.push(
        `<g><title>${figure(times)} times ${peerTitles[name as PeerName]}</title>${dot(x(times), y, colorOf[name as PeerName], 6)}</g>`,
      );
    }
  });
  return picture(width, height, title, parts.join('\n'));
}

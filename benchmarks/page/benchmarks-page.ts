import type { Growth } from '../growth/series';
import type { Result } from '../runner/results';
import type { Row } from '../runner/row';
import { figure } from '../runner/terminal';
import { machineText, mainTable, spreadTable } from './table';

/** docs/benchmarks.md */
export function benchmarksPage(
  results: readonly Result[],
  growth: readonly Growth[],
  rows: readonly Row[],
): string {
  const bounds = results.flatMap(result => result.bounds);
  const met = bounds.filter(bound => bound.met).length;
  const listed = results.filter(result => result.bounds.length > 0);
  const others = results.filter(result => result.bounds.length === 0);
  return `# Benchmarks

Shroom beside what you would take instead, both on one machine, in turns. ${met} of ${bounds.length} bounds are met. This page is written from
\`benchmarks/results.json\` by

\`\`\`sh
npm run bench                           # everything, a minute to ten a row
npm run bench -- resnet50-forward-299   # one row, or several
npm run bench -- --help
\`\`\`

![How many times as fast as each peer, for every row](./images/benchmarks/ratios.svg)

${mainTable(listed, rows)}
${others.length > 0 ? `\nRows without a bound:\n\n${mainTable(others, rows)}\n` : ''}
## How it was measured

${machineText([...results, ...growth])}

Every contestant is a process of its own, and all have the same number of threads; tfjs has one in Node, on wasm as on cpu. A round runs
each of them once, one after the other, so that whatever else the machine does meets all; first come rounds that are not counted, in which
sessions are compiled and caches are filled. Figures are medians of the rounds. Weights are random on all sides. "Ours is 2 x" means: twice as
fast, or half the memory. A bound holds ours against a peer: the quotient of the two figures, as they stand in the table.

- ONNX Runtime runs a file that PyTorch exported (\`torch.onnx.export\`, opset 17) with \`onnxruntime-node\`.
- PyTorch is Debian's build: oneDNN for convolutions, OpenBLAS for products of matrices.
- \`input-pipeline\`: torchvision's \`DataLoader\` has two workers that stay between epochs, ours two threads. Camera photos are upscaled from
  the small ones.
- \`scorecam\`: a pass of the network for each channel; both sides run those of a part of the channels, with the library's own loop, and
  the figure is scaled to all.
- \`reference-job\`: each side runs a part of each of its steps, and the seconds are scaled to the whole job. Ours extracts features once for four
  views of each training photo and one of the others, then trains the head on them; the reference decodes and runs all photos in every epoch.
- \`peak-memory\`: what all processes of a contestant hold at a time, pages that they share counted once, looked at ten times a second.
- \`load-resnet50\`: weights are in the page cache of the system, as after the first start.

The peers' programs are in \`benchmarks/peers/\` (Python) and \`benchmarks/contestants/\`.

${growthSection(growth)}## Rounds

Memory here is the peak of the main process over all rounds, in GB of 10⁹ bytes, without children.

${spreadTable(results)}
`;
}

function growthSection(growth: readonly Growth[]): string {
  if (growth.length === 0) return '';
  const parts = growth.map(({ name, measures, axis, points }) => {
    const lines = points.map(({ x, ours, peer }) => {
      const cells = [
        x.toLocaleString('en'),
        figure(ours.rate),
        ours.memory.toFixed(2),
        peer ? figure(peer.rate) : '',
        peer ? peer.memory.toFixed(2) : '',
      ];
      return `| ${cells.join(' | ')} |`;
    });
    const both = points.some(({ peer }) => peer);
    const head = both
      ? [`| ${axis} | images/s | GB | PyTorch, images/s | GB |`, '|---|---|---|---|---|']
      : [`| ${axis} | images/s | GB |`, '|---|---|---|'];
    const rows = both ? lines : lines.map(text => text.replace(/ \| {2}\| {2}\|$/, ' |'));
    return `${measures}

![${measures}](./images/benchmarks/${name}.svg)

${[...head, ...rows].join('\n')}
`;
  });
  return `## How cost grows\n\n${parts.join('\n')}\n`;
}

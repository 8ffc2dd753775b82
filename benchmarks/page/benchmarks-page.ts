import type { Growth } from '../growth/series';
import type { Result } from '../runner/results';
import type { PeerName, Row } from '../runner/row';
import { figure } from '../runner/terminal';
import { leastShare } from './slow-peers';
import { machineText, mainTable, spreadTable } from './table';

/** docs/benchmarks.md */
export function benchmarksPage(
  results: readonly Result[],
  growth: readonly Growth[],
  rows: readonly Row[],
  slow?: (result: Result) => Partial<Record<PeerName, number>>,
): string {
  const bounds = results.flatMap(result => result.bounds).filter(({ isGoal }) => !isGoal);
  const met = bounds.filter(bound => bound.met).length;
  const listed = results.filter(result => result.bounds.length > 0);
  const others = results.filter(result => result.bounds.length === 0);
  return `# Benchmarks

This page compares Shroom with the libraries that you could use instead. Both run on the same machine, by turns. ${met} of ${bounds.length} bounds are met. The page is written from \`benchmarks/results.json\` by

\`\`\`sh
npm run bench                           # everything, a minute to ten a row
npm run bench -- --resume               # goes on after an interruption
npm run bench -- resnet50-forward-299   # one row, or several
npm run bench -- --help
\`\`\`

![How many times as fast as each peer, for every row](./images/benchmarks/ratios.svg)

${mainTable(listed, rows, slow)}
${others.length > 0 ? `\nRows without a bound:\n\n${mainTable(others, rows, slow)}\n` : ''}
## How it was measured

${machineText([...results, ...growth])}

Every library runs in its own process, and all have the same number of threads (except tfjs in Node, which has only one on wasm and on
cpu). A round runs each library once, one after the other, so that other work of the machine affects all of them. The first rounds compile
sessions and fill caches, and are not counted. Figures are medians of the rounds. All networks have random weights. "Ours is 2 x" means that
Shroom is twice as fast, or needs half the memory. A bound limits the quotient of Shroom's figure and the other library's figure, as the
table shows them.

- ONNX Runtime runs a file that PyTorch exported (\`torch.onnx.export\`, opset 17) with \`onnxruntime-node\`.
${olderText(results)}- The quotient that a bound limits is the median of the rounds' quotients, with its 95 % interval in brackets. A bound is met if the whole
  interval is on its good side; it is open, and does not count as met, if the interval contains it.
- PyTorch runs in the ways that its users know, each in its own process: eager, with channels last, and compiled by \`torch.compile\`. The best
  one counts, and its name stands in brackets. The time to compile is not counted.
- \`input-pipeline\`: torchvision's \`DataLoader\` has two workers that are kept between epochs; Shroom has two threads. Camera photos are
  upscaled from the small ones.
- \`scorecam\`: Score-CAM needs a pass of the network for each channel. Both libraries run their own loop for some of the channels, and the
  figure is scaled to all channels.
- \`reference-job\`: each side runs a part of each of its steps, and the seconds are scaled to the whole job. Shroom extracts features once,
  for four views of each training photo and one view of every other photo, and trains the head on them. The reference decodes all photos and
  runs the network on them in every epoch.
- \`peak-memory\`: the memory that all processes of a library hold at the same time, measured ten times a second. Shared pages are counted
  once.
- \`load\` and \`first-predict\`: the files are in the page cache of the system, as on every start but the first. PyTorch maps the file into
  memory, and computes no initial weights, which is its fastest way.
- \`reference-job\`, PyTorch with cached features: the steps are ours, written for PyTorch. Each photo is decoded once for its four views,
  features are cached, the head trains on them, and heat maps need the gradient of the head alone.
- \`ridge\`, \`discriminant\` and \`nearest\` are heads that are computed and not trained. Both libraries read the same rows. Where they give
  the same answer for less than 99 % of the rows, the table says "other answers", and there is no verdict.
- \`head-epoch\`: the DataLoader takes one row of a TensorDataset after another, or whole batches by their indices.
- tfjs-node comes from \`tools/tfjs-node/link.mjs\`. In Chromium, tfjs runs on wasm with as many threads as all others, in an isolated page;
  by itself it takes half of the cores. Both run the program that Shroom runs on its own engine. Their heat maps are Shroom's, because tfjs has none. In a browser, Shroom itself
  computes on tfjs's engines.
- ⚑ marks a peer that is far from the speed that it is known for: its forward pass reaches less than ${100 * leastShare} % of a plain matrix product on
  the same machine ([performance](./performance)). The rows of ResNet50 and ConvNeXt are judged, and peers with native kernels.

The programs for the other libraries are in \`benchmarks/peers/\` (Python) and \`benchmarks/contestants/\`.

${growthSection(growth)}## Rounds

Memory here is the peak of the main process over all rounds, in GB of 10⁹ bytes, without children.

${spreadTable(results)}
`;
}

/** Says which rows were measured before PyTorch ran in several ways and bounds had intervals. */
function olderText(results: readonly Result[]): string {
  const older = results.filter(
    ({ peers, ways, bounds }) =>
      (peers.pytorch && !ways?.pytorch) || bounds.some(({ interval }) => !interval),
  );
  if (older.length === 0) return '';
  const names =
    older.length === results.length
      ? 'all rows so far'
      : older.map(({ name }) => `\`${name}\``).join(', ');
  return `- Measured before the two rules that follow, and not again since: ${names}. There, PyTorch is eager,
  in the version that is named above, and a bound is judged by the medians alone.
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

import type { NetworkFigures } from '../zoo/measure';
import { listedNetworks } from '../zoo/networks';
import { machineText } from './table';

const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const millions = (count: number) => (count / 1e6).toFixed(2);

/** docs/networks.md. */
export function networksPage(rows: readonly NetworkFigures[]): string {
  return `# Networks

How large the main networks are, how exactly they compute what PyTorch computes, and how long they take. \`npm run networks\` measures
all of it and writes this page; \`npm run networks -- resnet18\` measures one row again. [Which network to take](./guide/classifier.md#another-network)
says what each is good for; \`npx shroom weights\` lists the weights with their licenses.

${table(rows)}
${missing(rows)}
**Parameters** are those of the network with a classifier of 1,000 classes, in millions. **Features** is the number of channels of the last
feature map, or of a token.

**Parity** is the largest difference from torchvision or timm at any stage, in the pooled features and in the logits, as a share of the
largest magnitude there, on the engine \`ort\`. Weights and images come from a formula (\`tools/reference\`), so that no weights are needed;
64 numbers of each tensor are compared. Behind it is the side of the compared images.

**ms an image** is the median of ${rows[0]?.rounds ?? 0} rounds, in which the contestants take turns, each in a process of its own with the same
number of threads. A round is a forward pass of two images to the logits, with random weights. \`ort\` is this project's engine. ONNX Runtime runs
the file that \`exportOnnx\` writes of the same network, in \`onnxruntime-node\`. PyTorch is the faster one of its usual memory layout and of
channels last (*), in inference mode. In brackets is the time on \`ort\` as a multiple.

${loadText(rows)}

**Memory** is the peak of the process with \`ort\`, with everything that Node and TensorFlow.js hold.

Measured ${[...new Set(rows.map(({ date }) => date))].sort().join(', ')}:

${machineText(rows.map(({ network, machine }) => ({ name: network, machine })))}
`;
}

/** Says whether the machine had other work, and how much. */
function loadText(rows: readonly NetworkFigures[]): string {
  const loads = rows.map(({ load }) => load);
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map(load => load.toFixed(1));
  const { cores, threads } = rows[0]!.machine;
  const text = `On average ${least === most ? least : `${least} to ${most}`} programs ran at once on the ${cores} cores, of which the contestants need ${threads}.`;
  return Math.max(...loads) > 2 * threads
    ? `${text} **So the machine was busy with other work: these times are longer than on a quiet one, and multiples of them are uncertain.**`
    : text;
}

/** A line about the networks without a row; empty if all have one. */
function missing(rows: readonly NetworkFigures[]): string {
  const known = rows.map(({ network }) => network);
  const names = listedNetworks.filter(({ network }) => !known.includes(network));
  if (names.length === 0) return '';
  return `\nNot measured yet: ${names.map(({ network }) => `\`${network}\``).join(', ')}.\n`;
}

function table(rows: readonly NetworkFigures[]): string {
  return [
    '| network | pixels | parameters | features | parity | ms an image: `ort` | ONNX Runtime | PyTorch | memory |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(row => `| ${cellsOf(row).join(' | ')} |`),
  ].join('\n');
}

function cellsOf(row: NetworkFigures): string[] {
  const { network, size, parameters, features, parity, ort, onnxruntime, pytorch, memory } = row;
  const beside = (median: number) =>
    `${milliseconds(median)} (${(ort.median / median).toFixed(2)} x)`;
  return [
    `\`${network}\``,
    `${size}`,
    `${millions(parameters)} M`,
    `${features}`,
    `${parity.difference.toExponential(1)} of ${parity.library} (${parity.size})`,
    milliseconds(ort.median),
    beside(onnxruntime.median),
    pytorch
      ? `${beside(pytorch.median)}${pytorch.way === 'channels last' ? ' *' : ''}`
      : 'not measured',
    `${(memory / 1e9).toFixed(2)} GB`,
  ];
}

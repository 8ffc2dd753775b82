import type { StoredModel } from './packages';
import { bounds, type Outcome, type Trial } from './trial';

export interface Row {
  readonly stored: StoredModel;
  readonly trial: Trial;
  /** The same model in a package before. */
  readonly same: StoredModel | undefined;
}

/** What is not as it should be, in words. */
export function wrong(rows: readonly Row[]): string[] {
  return rows
    .filter(({ same }) => !same)
    .flatMap(({ stored, trial: { predicted, outcomes } }) => {
      const name = `${stored.package} ${stored.name}`;
      const differs = typeof predicted === 'number' && !(predicted <= bounds.predicted);
      return [
        ...(differs ? [`${name} predicts on ort ${predicted} from cpu`] : []),
        ...outcomes
          .filter(({ kind }) => kind === 'wrong')
          .map(({ output, says }) => `${name} ${output}: ${says}`),
      ];
    });
}

export function page(rows: readonly Row[], untried: readonly StoredModel[]): string {
  const whole = rows.filter(({ same }) => !same);
  const first = whole.flatMap(({ trial }) => trial.outcomes.slice(0, 1));
  const all = whole.flatMap(({ trial }) => trial.outcomes);
  const packages = [...new Set(rows.map(({ stored }) => stored.package))];
  return `# Models that others published

Every model in ${packages.length} packages of npm that ship models of TensorFlow.js: ${rows.length} of them, ${whole.length} that differ. Each predicts on \`cpu\` and on
\`ort\`, and each of its outputs is explained by default, \`explain(model, images, { output })\`, on \`ort\`. By default means: the first output,
Grad-CAM, the last feature map, the class with the highest logit. ${counted(first)} of the first outputs, and ${counted(all)} of all. Written by

\`\`\`sh
npm run models:foreign -- --write docs/foreign-models.md
\`\`\`

- **Explained**: the map equals one that is made without this library, on \`cpu\`: the last softmax or sigmoid is taken out of the model's file, and
  TensorFlow.js differentiates the class's output by the tapped features. *Map* is the largest difference, as a share of the map's largest
  value; at most ${bounds.map}. *Gradient* is how far that gradient is from finite differences of the score on \`ort\`, channel by channel,
  as a share of the largest; at most ${bounds.finite}. Where TensorFlow.js has no such gradient, or one that is further off, it is made of differences
  channel by channel, with the better of two steps, and no figure stands there. The reported probabilities are the model's own within ${bounds.reported}.
- **Refused**: an error of this library says why, and what can be explained instead; its first sentence stands in the table.
- *Prediction* is the largest difference of \`ort\` from \`cpu\`, as a share of the output's largest value; at most ${bounds.predicted}. The largest
  is that of a mask of blazepose-full and no engine's fault: of random numbers its decoder makes logits of up to 1,700, and on \`cpu\` alone
  an input that is moved by half a unit of its last place moves the mask by 8e-4.
- Images are random numbers, and of 32 pixels where the model leaves that open. Nothing is said of whether a model is good.

${packages.map(name => section(name, rows)).join('\n\n')}
${untried.length > 0 ? `\n## Not tried yet\n\n${untried.map(each => `- ${each.package} ${each.name}`).join('\n')}\n` : ''}`;
}

function section(name: string, rows: readonly Row[]): string {
  const own = rows.filter(({ stored }) => stored.package === name);
  const same = own.filter(row => row.same);
  const lines = own.filter(row => !row.same).map(line);
  const copies = same.map(row => `\`${short(row.stored)}\``).join(', ');
  return [
    `## ${name}`,
    ...(lines.length > 0
      ? [
          [
            '| model | kind | input | output | prediction | what happened | map | gradient |',
            '|---|---|---|---|---|---|---|---|',
            ...lines,
          ].join('\n'),
        ]
      : []),
    ...(same.length > 0 ? [`The same as in a package above: ${copies}.`] : []),
  ].join('\n\n');
}

function line({ stored, trial: { kind, input, predicted, outcomes } }: Row): string {
  const [first, ...others] = outcomes;
  const rest = others.length > 0 ? `. Its other outputs: ${counted(others)}` : '';
  const worst = (of: (outcome: Outcome) => number | undefined) => {
    const found = outcomes.map(of).filter(value => value !== undefined);
    return found.length > 0 ? figure(Math.max(...found)) : '';
  };
  const cells = [
    short(stored),
    kind,
    input,
    `\`${first!.output}\` ${first!.shape}`,
    typeof predicted === 'number' ? figure(predicted) : `does not run: ${sentence(predicted)}`,
    `**${first!.kind}**: ${sentence(first!.says)}${rest}`,
    worst(({ map }) => map),
    worst(({ finite }) => finite),
  ];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function counted(outcomes: readonly Outcome[]): string {
  const kinds = ['explained', 'refused', 'wrong'] as const;
  return kinds
    .map(kind => [outcomes.filter(outcome => outcome.kind === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`)
    .join(', ');
}

const sentence = (text: string) => /^.*?[^.]\.(?=\s|$)/s.exec(text)?.[0].slice(0, -1) ?? text;
const figure = (value: number) => (value === 0 ? '0' : value.toExponential(0));
const short = ({ name }: StoredModel) =>
  name.replace(/^(dist\/)?models?\//, '').replace(/(\/?model)?(\.min)?\.js(on)?$/, '') || 'model';

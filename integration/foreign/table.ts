import type { StoredModel } from './packages';
import { bounds, type Outcome, type Trial } from './trial';

export interface Row {
  readonly stored: StoredModel;
  readonly trial: Trial;
  /** The identical model in an earlier package, if there is one. */
  readonly same: StoredModel | undefined;
}

/** Descriptions of all results that are not as they should be. */
export function wrong(rows: readonly Row[]): string[] {
  return rows
    .filter(({ same }) => !same)
    .flatMap(({ stored, trial: { predicted, outcomes } }) => {
      const name = `${stored.package} ${stored.name}`;
      const differs = typeof predicted === 'number' && !(predicted <= bounds.predicted);
      return [
        ...(differs ? [`${name} predicts differently on ort and cpu: ${predicted}`] : []),
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

This page tries every model in ${packages.length} npm packages that contain TensorFlow.js models: ${rows.length} models, of which ${whole.length} differ. Each model predicts on \`cpu\` and on \`ort\`, and each of its outputs is explained on \`ort\` with the defaults, \`explain(model, images, { output })\`: Grad-CAM, the last feature map, and the class with the highest logit. Of the models' first outputs: ${counted(first)}. Of all outputs: ${counted(all)}. Written by

\`\`\`sh
npm run models:foreign -- --write docs/foreign-models.md
\`\`\`

- **Explained**: the map equals one that is computed without this library, on \`cpu\`: the last softmax or sigmoid is removed from the
  model's file, and TensorFlow.js differentiates the output of the class with respect to the tapped features. *Map* is the largest
  difference, as a share of the map's largest
  value; at most ${bounds.map}. *Gradient* is the difference between that gradient and finite differences of the score on \`ort\`, channel by channel, as a share of the largest; at most ${bounds.finite}. If TensorFlow.js has no such gradient, or if its gradient differs by more, the map is computed from finite differences instead (the better of two step sizes), and the column is empty. The reported probabilities differ from the model's own by at most ${bounds.reported}.
- **Refused**: an error of this library says why, and what can be explained instead. The table quotes its first sentence.
- *Prediction* is the largest difference of \`ort\` from \`cpu\`, as a share of the output's largest value; at most ${bounds.predicted}. The
  largest one belongs to a mask of blazepose-full. It is not caused by an engine: for random images the model's decoder makes logits of up
  to 1,700, and even on \`cpu\` the mask changes by 8e-4 when the input changes by half a unit in its last place.
- The images are random numbers. Their side is 32 pixels if the model takes any size. The page says nothing about how good a model is.

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

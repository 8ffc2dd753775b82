import type { GivenSplit } from '@shroom/data/node';
import type { RecipeName } from '@shroom/train';
import { openRun } from '@shroom/train/node';
import { Command, InvalidArgumentError, Option } from 'commander';
import { columnsOption } from './columns';
import { type EngineName, engineNames } from './engine';
import { type MapName, mapNames } from './heat-map';
import { recipesOfHead } from './recipe';

export interface TrainOptions {
  readonly data: string;
  readonly drawn: number;
  readonly group: string;
  /** An earlier `split.json`, which is extended. */
  readonly split?: string;
  readonly givenSplit: GivenSplit;
  /** Names of a table's columns, as typed. */
  readonly columns?: string;
  readonly backbone: 'resnet50';
  readonly size: number;
  readonly views: number;
  readonly testViews: number;
  readonly recipe: RecipeName;
  /** Of these, those that are given take the place of the recipe's. */
  readonly epochs?: number;
  readonly batch?: number;
  readonly classWeights?: 'none' | 'balanced';
  readonly labelSmoothing?: number;
  /** The last stage or layer that stays frozen; `none` trains the head alone. */
  readonly finetune: string;
  readonly seed: number;
  readonly map: MapName;
  readonly engine: EngineName | 'auto';
  readonly out: string;
}

/** The options of a new run; of one to be resumed, those that it was started with. */
export async function parseTrainOptions(
  argv: readonly string[],
): Promise<{ readonly options: TrainOptions; readonly resumed: boolean }> {
  const command = new Command('npm start --')
    .description(
      'Trains a classifier of mushroom genera, evaluates it, and shows with Grad-CAM what it looked at.',
    )
    .option(
      '--data <set>',
      '"drawn", "kaggle" or "kaggle:owner/slug", a folder with a folder of photos per class, a .zip of one, or a .csv, .tsv, .json or .jsonl table',
      'drawn',
    )
    .option('--drawn <count>', 'drawn photos per class', integer(6), 40)
    .option(
      '--group <how>',
      'what the split keeps together beside identical photos: "auto" (near copies, and a table\'s column "group" where there is one), "near" (near copies alone), "source" (a file\'s name before its first "-") or "column:<name>[,<name>...]" of a table, each with near copies; "exact" (the column "group" without near copies), or "none"',
      grouping,
      'auto',
    )
    .option(
      '--split <file>',
      'the split.json of an earlier run: photos that it knows stay in their parts, new ones are added (default: a new split)',
    )
    .addOption(
      new Option(
        '--given-split <use>',
        'whether folders such as train, val and test, or a column "split", are the split: "auto" where all of them have such names, "require", or "ignore"',
      )
        .choices(['auto', 'require', 'ignore'])
        .default('auto'),
    )
    .addOption(columnsOption())
    .addOption(
      new Option('--backbone <name>', 'pretrained network')
        .choices(['resnet50'])
        .default('resnet50'),
    )
    .option(
      '--size <pixels>',
      'side of the square that photos are resized to',
      integer(64, 1024),
      299,
    )
    .option(
      '--views <count>',
      'cached views of each training photo: itself, and flipped and rotated ones',
      integer(1, 64),
      4,
    )
    .option(
      '--test-views <count>',
      'views of each validation and test photo whose probabilities are averaged',
      integer(1, 64),
      1,
    )
    .addOption(
      new Option('--recipe <name>', 'how the head is trained')
        .choices(recipesOfHead)
        .default('reference'),
    )
    .option(
      '--epochs <count>',
      "passes over the training photos, at most, in each phase (default: the recipe's, 60 and 20)",
      integer(1),
    )
    .option('--batch <count>', "photos per training step (default: the recipe's, 32)", integer(2))
    .addOption(
      new Option(
        '--class-weights <kind>',
        "let rare classes count more (default: the recipe's, none and then balanced)",
      ).choices(['none', 'balanced']),
    )
    .option(
      '--label-smoothing <share>',
      "probability moved off the true class (default: the recipe's, 0 and then 0.1)",
      share,
    )
    .option(
      '--finetune <place>',
      'train the backbone too, after this stage or layer, such as layer3 or layer4.1.relu; "none" trains the head alone',
      'none',
    )
    .option(
      '--seed <number>',
      'of the split, the first weights, the order and dropout',
      integer(0),
      0,
    )
    .addOption(mapOption())
    .addOption(engineOption())
    .option('--out <folder>', 'where results go (default: runs/<data>-seed<seed>)')
    .option(
      '--resume <folder>',
      'go on with a run that was interrupted, with the options it was started with (default: a new run)',
    )
    .addHelpText(
      'after',
      '\nDownloads and features are kept in the cache folder; SHROOM_CACHE names another one.',
    )
    .parse(argv);
  const { resume, ...given } = command.opts<
    Omit<TrainOptions, 'out'> & { out?: string; resume?: string }
  >();
  if (resume !== undefined) {
    const { configuration } = await openRun<TrainOptions>(resume);
    return { options: { ...configuration, out: resume }, resumed: true };
  }
  const name = given.data
    .replace(/[/\\]+$/, '')
    .replace(/\.(zip|csv|tsv|json|jsonl|ndjson)$/i, '')
    .split(/[/\\:]/)
    .at(-1)!;
  const options = { ...given, out: given.out ?? `runs/${name}-seed${given.seed}` };
  return { options, resumed: false };
}

export const engineOption = () =>
  new Option('--engine <name>', 'engine under TensorFlow.js')
    .choices(['auto', ...engineNames])
    .default('auto');

export const mapOption = () =>
  new Option(
    '--map <name>',
    'heat maps: "gradcam" of the last feature map, or "last-convolution", in JET',
  )
    .choices(mapNames)
    .default('gradcam');

export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
      return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It should be a whole number, ${range}.`);
  };
}

function grouping(text: string): string {
  if (/^(auto|exact|none|near|source|column:[^,]+(,[^,]+)*)$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It should be auto, exact, none, near, source, or column:name,name,...',
  );
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It should be a number of 0 to below 1.');
}

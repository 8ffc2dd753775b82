import { Command, InvalidArgumentError, Option } from 'commander';
import { type EngineName, engineNames } from './engine';
import { type MapName, mapNames } from './heat-map';

export interface TrainOptions {
  readonly data: string;
  readonly drawn: number;
  readonly group: string;
  readonly backbone: 'resnet50';
  readonly size: number;
  readonly views: number;
  readonly epochs: number;
  readonly batch: number;
  readonly classWeights: 'none' | 'balanced';
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly map: MapName;
  readonly engine: EngineName | 'auto';
  readonly out: string;
}

export function parseTrainOptions(argv: readonly string[]): TrainOptions {
  const command = new Command('npm start --')
    .description(
      'Trains a classifier of mushroom genera, evaluates it, and shows with Grad-CAM what it looked at.',
    )
    .option(
      '--data <set>',
      '"drawn", "kaggle" or "kaggle:owner/slug", a folder with a folder of photos per class, a .zip of one, or a .csv or .json table',
      'drawn',
    )
    .option('--drawn <count>', 'drawn photos per class', integer(6), 40)
    .option(
      '--group <how>',
      'what the split keeps together: "source" (a file\'s name before its first "-"), "near" (nearly the same picture), "column:<name>[,<name>...]" of a table, "none", or "auto": a table\'s column "group" where there is one',
      grouping,
      'auto',
    )
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
    .option('--epochs <count>', 'passes over the training photos, at most', integer(1), 60)
    .option('--batch <count>', 'photos per training step', integer(2), 32)
    .addOption(
      new Option('--class-weights <kind>', 'let rare classes count more')
        .choices(['none', 'balanced'])
        .default('none'),
    )
    .option('--label-smoothing <share>', 'probability moved off the true class', share, 0)
    .option(
      '--seed <number>',
      'of the split, the first weights, the order and dropout',
      integer(0),
      0,
    )
    .addOption(mapOption())
    .addOption(engineOption())
    .option('--out <folder>', 'where results go (default: runs/<data>-seed<seed>)')
    .addHelpText(
      'after',
      '\nDownloads and features are kept in the cache folder; SHROOM_CACHE names another one.',
    )
    .parse(argv);
  const options = command.opts<Omit<TrainOptions, 'out'> & { out?: string }>();
  const name = options.data
    .replace(/[/\\]+$/, '')
    .replace(/\.(zip|csv|json)$/i, '')
    .split(/[/\\:]/)
    .at(-1)!;
  return { ...options, out: options.out ?? `runs/${name}-seed${options.seed}` };
}

export const engineOption = () =>
  new Option('--engine <name>', 'engine under TensorFlow.js')
    .choices(['auto', ...engineNames])
    .default('auto');

export const mapOption = () =>
  new Option(
    '--map <name>',
    'heat maps: "gradcam" of the last feature map, or "original" of the last convolution, in JET',
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
  if (/^(auto|none|near|source|column:[^,]+(,[^,]+)*)$/.test(text)) return text;
  throw new InvalidArgumentError('It should be auto, none, near, source, or column:name,name,...');
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It should be a number of 0 to below 1.');
}

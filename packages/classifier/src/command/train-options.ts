import { InvalidArgumentError, Option } from 'commander';
import { poolings } from '../network/extractor';
import { precisions } from '../network/precision';
import type { Caution } from '../options';
import { taskNames } from '../task';
import type { JobRecipeName } from '../training/recipe';
import { columnOptions } from './columns';
import { engineOption, integer, mapOption } from './options';

/** The recipes by name. They are listed here because the module of the recipes loads TensorFlow.js. */
const recipes: Readonly<Record<JobRecipeName, true>> = { best: true, reference: true, fast: true };

/**
 * The options of a training, with the names of `TrainConfiguration`. An option that is not typed has no value, so that a file of options
 * or a recipe can give it.
 *
 * @param recipe The recipe that the help calls the default.
 * @example
 * ```ts
 * for (const option of trainOptions('fast')) command.addOption(option);
 * await train(command.args[0]!, { recipe: 'fast', ...command.opts() });
 * ```
 */
export const trainOptions = (recipe: JobRecipeName = 'best'): readonly Option[] => [
  ...inGroup('Photos:', photoOptions()),
  ...inGroup('Network:', networkOptions()),
  ...inGroup('Training:', trainingOptions(recipe)),
  ...inGroup('Results:', resultOptions()),
];

const inGroup = (group: string, options: readonly Option[]): Option[] =>
  options.map(option => option.helpGroup(group));

const photoOptions = (): Option[] => [
  new Option(
    '--group <how>',
    'which photos stay in one part of the split, in addition to identical photos: "auto" (near copies, and a table\'s column "group", ' +
      'if there is one), "near" (only near copies), "source" (photos whose file names are equal before the first "-") or ' +
      '"column:<name>[,<name>...]" (columns of a table), each with near copies; "exact" (the column "group", ' +
      'without near copies), or "none" (default: "auto")',
  ).argParser(grouping),
  new Option(
    '--split <file>',
    'the split.json of an earlier run, or its folder: photos listed in it stay in their parts, new photos are added (default: a new split)',
  ),
  new Option(
    '--given-split <use>',
    'whether folders such as train, val and test, or a column "split", are used as the split: "auto" uses ' +
      'them if all folders have such names, "require" stops if not, "ignore" never uses them (default: "auto")',
  ).choices(['auto', 'require', 'ignore']),
  ...columnOptions(),
  new Option(
    '--task <name>',
    'whether a photo has one class, "single-label", or any number of them, "multi-label" (default: "auto": "multi-label" if some photos have several or none)',
  ).choices(['auto', ...taskNames]),
  new Option(
    '--size <pixels>',
    'side length of the square that photos are resized to (default: 299, or whole patches below it)',
  ).argParser(integer(16, 4096)),
  new Option(
    '--views <count>',
    "cached views of each training photo: the photo itself, and varied versions (default: the recipe's, 4)",
  ).argParser(integer(1, 64)),
  new Option(
    '--test-views <count>',
    "views of each validation and test photo whose probabilities are averaged (default: the recipe's, 4 for best, otherwise 1)",
  ).argParser(integer(1, 64)),
  new Option(
    '--augment <how>',
    "how views vary: flipped and rotated, or mirrored and cropped (default: the recipe's, crops for best, otherwise flips)",
  ).choices(['flips', 'crops']),
];

const networkOptions = (): Option[] => [
  new Option(
    '--backbone <names>',
    'pretrained network: a name, a known id such as convnext_base.fb_in1k, or (with --architecture) a file of ' +
      'weights, a URL or hf:owner/name; several names are separated by commas (default: "resnet50")',
  ).argParser(names),
  new Option(
    '--architecture <names>',
    'the architecture of such weights; several are separated by commas (default: the architecture that the id states)',
  ).argParser(names),
  new Option(
    '--head <name>',
    'what is trained on the features: two hidden layers, none, or none on second-order pooling (default: the ' +
      'recipe\'s, "linear" for best, otherwise "mlp")',
  ).choices(['mlp', 'linear', 'covariance']),
  new Option(
    '--pooling <name>',
    'how feature maps become features; of a vision transformer also "cls", "mean", "cls+mean" or "attention" (default: the ' +
      'recipe\'s, "covariance" for best, otherwise "average")',
  ).choices(poolings),
  new Option(
    '--finetune <place>',
    'also trains the layers of the backbone after this stage or layer, such as layer3 or layer4.1.relu; "none" trains only the head (default: "none")',
  ),
  new Option(
    '--precision <name>',
    'how the frozen network computes features: "int8" multiplies integers of 8 bits, calibrated on training photos, on the engine ort; "auto" ' +
      'measures here, and takes int8 if it is faster and its features are nearly the same (default: "float32")',
  ).choices(precisions),
  engineOption(),
];

const trainingOptions = (recipe: JobRecipeName): Option[] => [
  new Option('--recipe <name>', `how the classifier is trained (default: "${recipe}")`).choices(
    Object.keys(recipes),
  ),
  new Option(
    '--epochs <count>',
    "maximum number of passes over the training photos in each phase (default: the recipe's, 20 for best, otherwise 60 and 20)",
  ).argParser(integer(1)),
  new Option('--batch <count>', "photos per training step (default: the recipe's, 32)").argParser(
    integer(2),
  ),
  new Option(
    '--lr <rate>',
    "learning rate at the start of each phase (default: the recipe's)",
  ).argParser(positive),
  new Option(
    '--class-weights <kind>',
    '"balanced" gives rare classes more weight (default: the recipe\'s, "balanced" for best, otherwise none and then balanced)',
  ).choices(['none', 'balanced']),
  new Option(
    '--label-smoothing <share>',
    "probability moved off the true class (default: the recipe's, 0.1 for best, otherwise 0 and then 0.1)",
  ).argParser(share),
  new Option(
    '--seed <number>',
    'seed of the split, the first weights, the order of photos and dropout (default: 0)',
  ).argParser(integer(0)),
];

const resultOptions = (): Option[] => [
  mapOption(),
  new Option(
    '--title <text>',
    'heading of the report and of pages (default: the number of classes, and the name of the photos)',
  ),
  new Option('--kind <text>', 'what the photos are, such as "drawings" (default: "photographs")'),
  new Option(
    '--caution <text>',
    'a warning for readers of the report, of two sentences or more; the first one is the headline (default: none)',
  ).argParser(caution),
];

function grouping(text: string): string {
  if (/^(auto|exact|none|near|source|column:[^,]+(,[^,]+)*)$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It should be auto, exact, none, near, source, or column:name,name,...',
  );
}

/** Parses one name, or several names separated by commas. */
function names(text: string): string | string[] {
  const all = text.split(',').map(name => name.trim());
  if (all.includes('')) throw new InvalidArgumentError('It should be names, separated by commas.');
  return all.length === 1 ? all[0]! : all;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It should be a number, at least 0 and below 1.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It should be a number above 0.');
}

function caution(text: string): Caution {
  const [, headline, rest] = /^(.+?[.!?])\s+(.+)$/s.exec(text.trim()) ?? [];
  if (headline !== undefined && rest !== undefined) return { headline, text: rest };
  throw new InvalidArgumentError('It should be two sentences or more.');
}

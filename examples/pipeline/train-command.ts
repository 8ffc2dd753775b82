import { jobRecipes, taskNames } from '@shroom/classifier';
import { Command, InvalidArgumentError, Option } from 'commander';
import { columnsOption, separatorOption } from './columns';
import { engineOption, integer, mapOption } from './options';

/** The options of the main job. Those without a default of their own are the recipe's. */
export function trainCommand(): Command {
  const command = new Command('npm start --').description(
    'Trains a classifier of mushroom genera, evaluates it, and shows with Grad-CAM what it looked at.',
  );
  addPhotos(command);
  addNetwork(command);
  addTraining(command);
  return command
    .addOption(mapOption())
    .addOption(engineOption())
    .option('--out <folder>', 'where results go (default: runs/<data>-seed<seed>)')
    .option(
      '--overwrite',
      'replace a run of other options in that folder, once the new one is whole (default: say what differs)',
    )
    .option(
      '--resume <folder>',
      'go on with a run that was interrupted, with the options it was started with (default: a new run)',
    )
    .option(
      '--config <file>',
      'options from a JSON file, such as the config.json of a run; typed ones count more (default: none)',
    )
    .addHelpText(
      'after',
      '\nDownloads and features are kept in the cache folder; SHROOM_CACHE names another one.',
    );
}

function addPhotos(command: Command): void {
  command
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
    .addOption(separatorOption())
    .addOption(
      new Option(
        '--task <name>',
        'whether a photo has one class, "single-label", or any number of them, "multi-label": "auto" where some photos have several or none',
      )
        .choices(['auto', ...taskNames])
        .default('auto'),
    )
    .option(
      '--size <pixels>',
      'side of the square that photos are resized to',
      integer(64, 1024),
      299,
    )
    .option(
      '--views <count>',
      "cached views of each training photo: itself, and varied ones (default: the recipe's, 4)",
      integer(1, 64),
    )
    .option(
      '--test-views <count>',
      "views of each validation and test photo whose probabilities are averaged (default: the recipe's, 1, and 4 of best)",
      integer(1, 64),
    )
    .addOption(
      new Option(
        '--augment <how>',
        "how views are varied: flipped and turned, or mirrored and cropped (default: the recipe's, flips, and crops of best)",
      ).choices(['flips', 'crops']),
    );
}

function addNetwork(command: Command): void {
  command
    .option(
      '--backbone <names>',
      'pretrained network: a name, a known id such as convnext_base.fb_in1k, or with --architecture a file of weights, a URL or hf:owner/name; several with commas',
      names,
      'resnet50',
    )
    .option(
      '--architecture <names>',
      'of such weights; of several with commas (default: what the id says)',
      names,
    )
    .addOption(
      new Option(
        '--head <name>',
        'what is trained on the features: two hidden layers, none, or none on second-order pooling (default: the recipe\'s, "mlp", and "linear" of best)',
      ).choices(['mlp', 'linear', 'covariance']),
    )
    .addOption(
      new Option(
        '--pooling <name>',
        'how feature maps become features (default: the recipe\'s, "average", and "covariance" of best)',
      ).choices(['average', 'covariance']),
    )
    .option(
      '--finetune <place>',
      'train the backbone too, after this stage or layer, such as layer3 or layer4.1.relu; "none" trains the head alone',
      'none',
    );
}

function addTraining(command: Command): void {
  command
    .addOption(
      new Option('--recipe <name>', 'how the classifier is trained')
        .choices(Object.keys(jobRecipes))
        .default('reference'),
    )
    .option(
      '--epochs <count>',
      "passes over the training photos, at most, in each phase (default: the recipe's, 60 and 20)",
      integer(1),
    )
    .option('--batch <count>', "photos per training step (default: the recipe's, 32)", integer(2))
    .option(
      '--lr <rate>',
      "learning rate at which each phase begins (default: the recipe's)",
      positive,
    )
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
      '--seed <number>',
      'of the split, the first weights, the order and dropout',
      integer(0),
      0,
    );
}

function grouping(text: string): string {
  if (/^(auto|exact|none|near|source|column:[^,]+(,[^,]+)*)$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It should be auto, exact, none, near, source, or column:name,name,...',
  );
}

/** One name, or several with commas. */
function names(text: string): string | string[] {
  const all = text.split(',').map(name => name.trim());
  if (all.includes('')) throw new InvalidArgumentError('It should be names, with commas between.');
  return all.length === 1 ? all[0]! : all;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It should be a number of 0 to below 1.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It should be a number above 0.');
}

import { jobRecipes, taskNames } from '@shroom/classifier';
import { Command, InvalidArgumentError, Option } from 'commander';
import { columnsOption, separatorOption } from './columns';
import { engineOption, integer, mapOption } from './options';

/** The options of the main job. Options without a default here have the default of the recipe. */
export function trainCommand(): Command {
  const command = new Command('npm start --').description(
    'Trains a classifier of mushroom genera, evaluates it, and shows with Grad-CAM which places it looked at.',
  );
  addPhotos(command);
  addNetwork(command);
  addTraining(command);
  return command
    .addOption(mapOption())
    .addOption(engineOption())
    .option('--out <folder>', 'folder for the results (default: runs/<data>-seed<seed>)')
    .option(
      '--overwrite',
      'replaces a run with other options in that folder, when the new run is complete (default: stops and names the differences)',
    )
    .option(
      '--resume <folder>',
      'continues an interrupted run with the options that it was started with (default: a new run)',
    )
    .option(
      '--config <file>',
      'reads options from a JSON file, such as the config.json of a run; options that you type replace them (default: none)',
    )
    .addHelpText(
      'after',
      '\nDownloads and features are kept in the cache folder; set SHROOM_CACHE to use another folder.',
    );
}

function addPhotos(command: Command): void {
  command
    .option(
      '--data <set>',
      '"drawn", "kaggle" or "kaggle:owner/slug", a folder with a folder of photos for each class, a .zip of such ' +
        'a folder, or a .csv, .tsv, .json or .jsonl table',
      'drawn',
    )
    .option('--drawn <count>', 'drawn photos per class', integer(6), 40)
    .option(
      '--group <how>',
      'which photos stay in one part of the split, in addition to identical photos: "auto" (near copies, and a table\'s column "group", ' +
        'if there is one), "near" (only near copies), "source" (photos whose file names are equal before the first "-") or ' +
        '"column:<name>[,<name>...]" (columns of a table), each with near copies; "exact" (the column "group", ' +
        'without near copies), or "none"',
      grouping,
      'auto',
    )
    .option(
      '--split <file>',
      'the split.json of an earlier run: photos listed in it stay in their parts, new photos are added (default: a new split)',
    )
    .addOption(
      new Option(
        '--given-split <use>',
        'whether folders such as train, val and test, or a column "split", are used as the split: "auto" uses ' +
          'them if all folders have such ' +
          'names, "require" stops if not, "ignore" never uses them',
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
      'side length of the square that photos are resized to',
      integer(64, 1024),
      299,
    )
    .option(
      '--views <count>',
      "cached views of each training photo: the photo itself, and varied versions (default: the recipe's, 4)",
      integer(1, 64),
    )
    .option(
      '--test-views <count>',
      "views of each validation and test photo whose probabilities are averaged (default: the recipe's, 1, and 4 for best)",
      integer(1, 64),
    )
    .addOption(
      new Option(
        '--augment <how>',
        "how views vary: flipped and rotated, or mirrored and cropped (default: the recipe's, flips, and crops for best)",
      ).choices(['flips', 'crops']),
    );
}

function addNetwork(command: Command): void {
  command
    .option(
      '--backbone <names>',
      'pretrained network: a name, a known id such as convnext_base.fb_in1k, or (with --architecture) a file of ' +
        'weights, a URL or hf:owner/name; several names are separated by commas',
      names,
      'resnet50',
    )
    .option(
      '--architecture <names>',
      'the architecture of such weights; several are separated by commas (default: the architecture that the id states)',
      names,
    )
    .addOption(
      new Option(
        '--head <name>',
        'what is trained on the features: two hidden layers, none, or none on second-order pooling (default: the ' +
          'recipe\'s, "mlp", and "linear" for best)',
      ).choices(['mlp', 'linear', 'covariance']),
    )
    .addOption(
      new Option(
        '--pooling <name>',
        'how feature maps become features (default: the recipe\'s, "average", and "covariance" for best)',
      ).choices(['average', 'covariance']),
    )
    .option(
      '--finetune <place>',
      'also trains the layers of the backbone after this stage or layer, such as layer3 or layer4.1.relu; "none" trains only the head',
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
      "maximum number of passes over the training photos in each phase (default: the recipe's, 60 and 20)",
      integer(1),
    )
    .option('--batch <count>', "photos per training step (default: the recipe's, 32)", integer(2))
    .option(
      '--lr <rate>',
      "learning rate at the start of each phase (default: the recipe's)",
      positive,
    )
    .addOption(
      new Option(
        '--class-weights <kind>',
        "`balanced` gives rare classes more weight (default: the recipe's, none and then balanced)",
      ).choices(['none', 'balanced']),
    )
    .option(
      '--label-smoothing <share>',
      "probability moved off the true class (default: the recipe's, 0 and then 0.1)",
      share,
    )
    .option(
      '--seed <number>',
      'seed of the split, the first weights, the order of photos and dropout',
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

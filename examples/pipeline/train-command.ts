import { integer, trainOptions } from '@shroom/classifier/command';
import { Command } from 'commander';

/** The options of the main job. An option that is not typed has no value, so that a file of options can give it. */
export function trainCommand(): Command {
  const command = new Command('npm start --')
    .description(
      'Trains a classifier of mushroom genera, evaluates it, and shows with Grad-CAM which places it looked at.',
    )
    .option(
      '--data <set>',
      '"drawn", "kaggle" or "kaggle:owner/slug", a folder with a folder of photos for each class, a .zip of such ' +
        'a folder, or a .csv, .tsv, .json or .jsonl table (default: "drawn")',
    )
    .option('--drawn <count>', 'drawn photos per class (default: 40)', integer(6))
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
  for (const option of trainOptions('reference')) command.addOption(option);
  return command;
}

import { Option } from 'commander';

/** The option for the folder of the shards' results. */
export const resultsOption = (): Option =>
  new Option(
    '--results <folder>',
    'folder of the shards\' results (default: the plan\'s name with ".shards")',
  );

/** The options for photos and classifiers that are elsewhere on this machine. */
export const placeOptions = (): readonly Option[] => [
  new Option('--root <folder>', 'where the photos are here, if not where they were planned'),
  new Option('--run <address>', 'where the classifier is here, if not where it was planned'),
];

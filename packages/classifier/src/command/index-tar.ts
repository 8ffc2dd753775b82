import { isAddress } from '../photos/addresses';
import { forTerminal } from '../run/names';
import { fromHere } from './from-here';
import { UsageError, type Verb } from './verb';

/** `shroom index <archives...>` */
export const indexTar: Verb = {
  examples: ['shroom index "shards-{000..099}.tar"'],
  define: command => {
    command
      .description(
        'Writes an index beside each .tar archive, so that its photos are listed without reading its headers. Upload it with the archive. ' +
          '`shroom pack` writes one too.',
      )
      .argument('<archives...>', '.tar archives, globs, or braces such as "shards-{000..099}.tar"');
  },
  run: async ({ results, signal }, archives) => {
    const { expandPlaces, writeTarIndex } = await import('@shroom/data/node');
    const indexes: { path: string; photos: number }[] = [];
    for await (const tar of expandPlaces(archives)) {
      if (!/\.tar$/i.test(tar) || isAddress(tar))
        throw new UsageError(`'${tar}' should be a .tar archive on this machine.`);
      indexes.push(await writeTarIndex(tar, { signal }));
    }
    results.heading('Indexed');
    for (const { path, photos } of indexes)
      results.fact('photos', `${photos}, in ${forTerminal(fromHere(path))}`);
    return { result: { indexes } };
  },
};

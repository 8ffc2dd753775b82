/** Which copies to search for when photos are opened, according to the option `--group`. */
export const copiesFor = (group: string): 'auto' | 'exact' =>
  group === 'exact' || group === 'none' ? 'exact' : 'auto';

/** The columns of a table that the option `--group` names. */
export const columnsOf = (group: string): string[] | undefined =>
  group.startsWith('column:') ? group.slice('column:'.length).split(',') : undefined;

/** Which copies are looked for when photos are opened, by the option `--group`. */
export const copiesFor = (group: string): 'auto' | 'exact' =>
  group === 'exact' || group === 'none' ? 'exact' : 'auto';

/** The columns of a table that the option `--group` names. */
export const columnsOf = (group: string): string[] | undefined =>
  group.startsWith('column:') ? group.slice('column:'.length).split(',') : undefined;

/** The nine genera, in the order of their class labels. */
export const genera = [
  'Agaricus',
  'Amanita',
  'Boletus',
  'Cortinarius',
  'Entoloma',
  'Hygrocybe',
  'Lactarius',
  'Russula',
  'Suillus',
] as const;

export type Genus = (typeof genera)[number];

export type { GraphModelLike, PrepareGraphOptions } from './model';
export { graphTapsOf, prepareGraph } from './prepare';
export { suggestGraphTaps } from './suggestion';
export type { GraphNode, GraphTopology } from './topology';

export { type GraphModelLike, type GraphSplitOptions, graphTapsOf, splitGraph } from './split';
export { suggestGraphTaps } from './suggestion';
export type { GraphNode, GraphTopology } from './topology';

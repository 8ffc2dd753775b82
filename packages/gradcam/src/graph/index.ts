export {
  type GraphModelLike,
  graphTapsOf,
  type PrepareGraphOptions,
  prepareGraph,
} from './prepare';
export { suggestGraphTaps } from './suggestion';
export type { GraphNode, GraphTopology } from './topology';

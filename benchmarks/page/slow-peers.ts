import type { Limits } from '../limits/measure';
import type { Result } from '../runner/results';
import type { PeerName } from '../runner/row';
import { best, type CountedCost, distances, isForwardPass } from './limits-tables';

/** A forward pass of a peer with native kernels should reach this share of a plain matrix product on the same machine. */
export const leastShare = 0.25;

/** Peers whose kernels use all vector instructions. tfjs on wasm and cpu cannot. */
const native: readonly PeerName[] = ['pytorch', 'onnxruntime', 'onnxruntime-python', 'tfjs-node'];

/**
 * Peers of a row that are far from the speed that they are known for: their forward pass reaches less than `leastShare` of a plain matrix
 * product. Only rows of forward passes are judged, whose network was counted and whose machine has known limits.
 *
 * @returns the reached shares, by peer.
 */
export function slowPeers(
  result: Result,
  costs: readonly CountedCost[],
  limits: Limits | undefined,
): Partial<Record<PeerName, number>> {
  if (!limits || !isForwardPass(result.name) || !isSameMachine(result, limits)) return {};
  const reached = distances([result], costs, limits)[0]?.reached ?? {};
  const most = best(limits, 'GFLOP/s');
  return Object.fromEntries(
    native.flatMap(peer => {
      const share = (reached[peer] ?? Infinity) / most;
      return share < leastShare ? [[peer, share]] : [];
    }),
  );
}

function isSameMachine({ machine }: Result, limits: Limits): boolean {
  const { cpu, threads } = limits.machine;
  return machine.cpu === cpu && machine.threads === threads;
}

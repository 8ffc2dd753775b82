import { UnsupportedNetworkError } from '../errors';

/** @throws UnsupportedNetworkError because the one convolution of a transformer comes before all that decides. */
export function refuseLastConvolution(network: string): never {
  throw new UnsupportedNetworkError(
    `${network} has one convolution, which sees patches and not what was decided, so that there is no map 'last-convolution'. Use the default, or explain a layer such as 'blocks.9.norm1'.`,
  );
}

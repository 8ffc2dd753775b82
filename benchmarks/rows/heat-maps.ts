import { node, type Place, python, type Row } from '../runner/row';

const size = 299;

interface Method {
  readonly network: string;
  readonly method: 'gradcam' | 'scorecam';
  readonly batch: number;
  /** Number of channels that Score-CAM is measured on, and number of all channels. */
  readonly channels?: readonly [part: number, all: number];
}

/** Seconds of the unit of each method, because a map of Score-CAM takes minutes. */
const perUnit = { gradcam: 1, scorecam: 3600 };

/** Heat maps at the last feature map, compared with pytorch-grad-cam's, per second or per hour. */
export function heatMapRow(
  { network, method, batch, channels: [part, all] = [1, 1] }: Method,
  factor: number,
): Omit<Row, 'name' | 'measures'> {
  const theirs = ({ found }: Place) =>
    python('gradcam_peer.py', found.gradCam!, network, method, batch, size, part);
  return {
    unit: perUnit[method] === 1 ? 'maps/s' : 'maps/h',
    better: 'higher',
    bounds: [{ peer: 'pytorch-grad-cam', relation: '>=', factor }],
    value: seconds => (perUnit[method] * batch * part) / (seconds * all),
    warmup: 3,
    rounds: 7,
    ours: () => node('heat-maps.ts', network, method, batch, size, part),
    peers: { 'pytorch-grad-cam': { command: theirs, needs: 'gradCam' } },
  };
}

import { node, type Place, python, type Row } from '../runner/row';

/** Size of the reference's job (6,714 photos in 65/20/15, 60 epochs), and the part of it that one round measures. */
const job = {
  classes: 9,
  train: 4364,
  validation: 1343,
  test: 1007,
  views: 4,
  epochs: 60,
  maps: 30,
  /**
   * `ahead`: views that threads prepare before the measurement. The peer has no views; it runs `train` and `validation`
   * photos.
   */
  part: { views: 112, ahead: 48, train: 64, validation: 20, maps: 4 },
} as const;
export type ReferenceJob = typeof job;

const size = 299;
const text = JSON.stringify(job);
const ways = ['eager', 'channels-last', 'compiled'] as const;
const cached = (place: Place, ...some: (typeof ways)[number][]) => ({
  ways: Object.fromEntries(
    some.map(way => [way, python('cached_job_peer.py', place.photos, size, 2, text, way)]),
  ),
});
const ours = ({ photos }: Place) => node('reference-job.ts', photos, size, text);
const theirs = ({ photos }: Place) => python('reference_loop_peer.py', photos, size, 32, 2, text);

export const referenceJob: Row = {
  name: 'reference-job',
  measures:
    'extract features of 6,714 photos, train the head for 60 epochs, evaluate, explain 30 photos; parts of each, scaled',
  unit: 'h',
  better: 'lower',
  bounds: [
    { peer: 'reference', relation: '<=', factor: 1 / 20 },
    { peer: 'pytorch-cached', relation: '<=', factor: 1, isGoal: true },
  ],
  value: seconds => seconds / 3600,
  warmup: 1,
  rounds: 7,
  ours,
  peers: {
    reference: { command: theirs },
    'pytorch-cached': { command: place => cached(place, ...ways) },
  },
};

export const referenceJobMemory: Row = {
  name: 'peak-memory-reference-job',
  measures:
    'most memory during that job, of the process and its children; features of all 6,714 photos are in it',
  unit: 'GB',
  better: 'lower',
  bounds: [
    { peer: 'reference', relation: '<=', factor: 1 },
    { peer: 'pytorch-cached', relation: '<=', factor: 1.1 },
  ],
  quantity: 'memory',
  value: bytes => bytes / 1e9,
  warmup: 0,
  rounds: 7,
  ours,
  peers: {
    reference: { command: theirs },
    'pytorch-cached': { command: place => cached(place, 'eager', 'channels-last') },
  },
};

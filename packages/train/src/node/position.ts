import { FormatError } from '@shroom/formats';
import type { TrainingPosition } from '../fit/training-state';

const counts = [
  ...['phase', 'epoch', 'phaseEpoch', 'step', 'phaseStep'],
  ...['batch', 'epochsWithout', 'averaged'],
];

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * Parses the position of a training from its JSON text.
 *
 * @throws FormatError naming the file when the text is not what `saveTrainingState` writes.
 */
export function parsePosition(text: string, source: string): TrainingPosition {
  const fail = (why: string, cause?: unknown): never => {
    throw new FormatError(`${source}: the position of the training is damaged: ${why}.`, {
      source,
      cause,
    });
  };
  let position: unknown;
  try {
    position = JSON.parse(text);
  } catch (error) {
    return fail('it is not JSON', error);
  }
  if (!isObject(position)) return fail('it is not an object');
  if (!Number.isSafeInteger(position.seed)) fail(`its seed is ${position.seed}`);
  for (const name of counts) if (!isCount(position[name])) fail(`its ${name} is ${position[name]}`);
  if (!Number.isFinite(position.lossSum)) fail(`its lossSum is ${position.lossSum}`);
  const { best, history } = position;
  if (best !== null && !(isObject(best) && isCount(best.epoch) && Number.isFinite(best.value)))
    fail(`its best is ${JSON.stringify(best)}`);
  const isRecord = (record: unknown) =>
    isObject(record) &&
    isCount(record.epoch) &&
    isCount(record.phase) &&
    isObject(record.validation);
  if (!Array.isArray(history) || !history.every(isRecord))
    fail('its history is not a list of epochs');
  return position as unknown as TrainingPosition;
}

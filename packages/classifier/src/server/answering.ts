import { decodeWithin } from '@shroom/data/node';
import { TapError } from '@shroom/gradcam';
import type { Classifier, PhotoExplanation } from '../classifier';
import { PhotoError, UnsupportedNetworkError } from '../errors';
import { loadMethod } from '../explaining/methods';
import type { Prediction } from '../serving/answer';
import { explanationSvg } from './explanation-svg';
import type { Failure, Outcome, Task } from './task';

/** Answers one task with a classifier. Never throws: what goes wrong is the outcome. */
export async function outcomeOf(classifier: Classifier, task: Task): Promise<Outcome> {
  try {
    return await answered(classifier, task);
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

async function answered(classifier: Classifier, task: Task): Promise<Outcome> {
  const { name, bytes } = task;
  if (task.kind === 'predict') {
    const [prediction] = await classifier.predict([bytes], task.query);
    return { answer: knownFirst(name, prediction!) };
  }
  const { layout, method = 'gradCam', ...how } = task.query;
  const options = { ...how, method: await loadMethod(method) };
  const [explanation] = await classifier.explain([bytes], options);
  if (task.picture === undefined) return { answer: numbersOf(name, explanation!) };
  const caption = captionOf(explanation!);
  if (task.picture === 'png')
    return { picture: await explanation!.toPng({ caption, ...(layout && { layout }) }) };
  // The longer side of the PNG has as many pixels.
  const photo = await decodeWithin(bytes, 480);
  return { picture: await explanationSvg(photo, explanation!.map, caption) };
}

/** The fields of an answer. Whether the photo resembles the training photos comes before any class. */
function knownFirst(name: string, { photo: _, known, novelty, sure, ...rest }: Prediction) {
  return { photo: name, known, ...(novelty !== undefined && { novelty }), sure, ...rest };
}

function numbersOf(name: string, explanation: PhotoExplanation) {
  const { explained, map, explanation: found, toPng: _, ...prediction } = explanation;
  const { values, ...size } = map;
  const numbers = { ...size, values: [...values] };
  return { ...knownFirst(name, prediction), explained, flat: found.flat, map: numbers };
}

function captionOf({ known, explained, probabilities }: PhotoExplanation): string {
  const share = `${explained}, ${Math.round(100 * probabilities[explained]!)} %`;
  return known ? share : `Unlike the training photos. If anything: ${share}`;
}

function failureOf(error: unknown): Failure {
  if (error instanceof PhotoError) {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    const message = `The photo cannot be read: ${reason.replace(/\.$/, '')}.`;
    return { status: 422, code: 'photo-unreadable', message };
  }
  const isOption =
    error instanceof RangeError ||
    error instanceof TapError ||
    error instanceof UnsupportedNetworkError;
  if (isOption) return { status: 400, code: 'option-invalid', message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, code: 'internal', message: `The photo could not be computed: ${message}` };
}

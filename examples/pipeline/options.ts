import { engineNames, mapNames } from '@shroom/classifier';
import { InvalidArgumentError, Option } from 'commander';

export const engineOption = () =>
  new Option('--engine <name>', 'engine of TensorFlow.js')
    .choices(['auto', ...engineNames])
    .default('auto');

export const mapOption = () =>
  new Option(
    '--map <name>',
    'heat maps: "gradcam" of the last feature map, or "last-convolution", in JET',
  )
    .choices(mapNames)
    .default('gradcam');

export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
      return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It should be a whole number, ${range}.`);
  };
}

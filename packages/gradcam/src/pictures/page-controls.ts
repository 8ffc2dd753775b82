import { escapeMarkup } from '@shroom/formats';
import type { ColorMap } from './colors';
import type { ClassProbability, PageMap } from './page-content';

/** Lists the classes with a probability, the highest first, then the classes that only have maps. */
export function classNames(
  maps: readonly PageMap[],
  probabilities: readonly ClassProbability[],
): string[] {
  const ranked = [...probabilities].sort((a, b) => b.probability - a.probability);
  return [...new Set([...ranked, ...maps].map(({ className }) => className))];
}

/** Makes a radio button for each class, followed by its probability. A class without a map cannot be chosen. */
export function classChoices(
  names: readonly string[],
  maps: readonly PageMap[],
  probabilities: readonly ClassProbability[],
): string {
  const shares = new Map(
    probabilities.map(({ className, probability }) => [className, probability]),
  );
  const choices = names.map((name, index) => {
    const share = shares.get(name);
    const shown = maps.some(({ className }) => className === name);
    const state = name === maps[0]!.className ? ' checked' : shown ? '' : ' disabled';
    const remarks = [
      share === undefined ? '' : `${(100 * share).toFixed(1)} %`,
      shown ? '' : 'no map',
    ];
    const remark = remarks.filter(Boolean).join(', ');
    return (
      `<label style="--share:${share ?? 0}"><input type="radio" name="className" value="${index}"${state}>` +
      `<span>${escapeMarkup(name)}</span><small>${remark}</small></label>`
    );
  });
  return choices.join('');
}

/** Makes a list to choose from. Its entries are identified by number, because names need not be unique after escaping. */
export const choice = (id: string, name: string, values: readonly string[]): string =>
  `<div><label class="name" for="${id}">${name}</label><select id="${id}" name="${id}">` +
  `${values.map((value, index) => `<option value="${index}">${escapeMarkup(value)}</option>`).join('')}</select></div>`;

/** Makes a slider in percent. */
export const slider = (id: string, name: string, value: number): string =>
  `<div class="slider"><label class="name" for="${id}">${name}</label><output for="${id}"></output>` +
  `<input type="range" id="${id}" name="${id}" min="0" max="100" value="${value}"></div>`;

/** A color map as a CSS gradient of seventeen colors. */
export function gradient(colors: ColorMap): string {
  const stops = Array.from({ length: 17 }, (_, stop) => {
    const index = Math.round((stop / 16) * 255) * 3;
    return `rgb(${colors.subarray(index, index + 3).join()})`;
  });
  return `linear-gradient(90deg,${stops.join()})`;
}
